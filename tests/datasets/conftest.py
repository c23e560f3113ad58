"""Tiny faces and the files that hold them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fer_kedro.faces import USAGES, Faces

Rows = list[list[str]]


@pytest.fixture
def faces() -> Faces:
    """Nine faces with every grey value, label and usage."""
    pixels = np.random.default_rng(0).integers(0, 256, (9, 48, 48), dtype=np.uint8)
    return Faces.build(pixels, [0, 1, 2, 3, 4, 5, 6, 6, 3], [USAGES[row % 3] for row in range(9)], source="fer2013")


@pytest.fixture
def rows(faces: Faces) -> Rows:
    """The same faces as the fields of a CSV: emotion, pixels, Usage."""
    texts = (" ".join(map(str, image.reshape(-1))) for image in faces.images)
    return [
        [str(label), text, usage] for label, text, usage in zip(faces.labels, texts, faces.table["usage"], strict=True)
    ]


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write fields as a CSV and return its path."""

    def write(
        rows: Sequence[Sequence[str]],
        header: str = "emotion,pixels,Usage",
        newline: str = "\n",
        name: str = "fer.csv",
    ) -> Path:
        path = tmp_path / "raw" / name
        path.parent.mkdir(exist_ok=True)
        lines = [header, *(",".join(row) for row in rows)]
        path.write_bytes("".join(line + newline for line in lines).encode())
        return path

    return write


@pytest.fixture
def write_parquet(tmp_path: Path) -> Callable[..., Path]:
    """Write columns as Parquet and return its path."""

    def write(columns: dict[str, object], name: str = "fer.parquet") -> Path:
        path = tmp_path / "raw" / name
        path.parent.mkdir(exist_ok=True)
        pq.write_table(pa.table(columns), path)
        return path

    return write


@pytest.fixture
def columns(faces: Faces) -> dict[str, object]:
    """The same faces as columns with PNG bytes."""
    return {
        "emotion": faces.labels,
        "usage": list(faces.table["usage"]),
        "image": [cv2.imencode(".png", image)[1].tobytes() for image in faces.images],
    }
