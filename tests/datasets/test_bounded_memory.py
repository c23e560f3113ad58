"""A file can't make a reader ask for memory out of proportion: each case is read in a process that counts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MEGABYTE = 1 << 20
MEASURE = """
import sys
from pathlib import Path
from fer_kedro.datasets.raw_faces_dataset import find_source
from fer_kedro.errors import InputError

def read(path):
    form, file = find_source(Path(path))
    return form.read(file)

def memory(kind):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(kind)) / 1024

read(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark of memory in use
before = memory("VmRSS")
try:
    read(sys.argv[2])
except InputError as error:
    print(error, file=sys.stderr)
print(memory("VmHWM") - before)
"""

Write = Callable[..., Path]
pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="only Linux tells a process's peak")


def megabytes(sound: Path, hostile: Path) -> tuple[float, str]:
    """Peak memory that reading the hostile file took on top, and the refusal."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, sound, hostile], capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout), done.stderr


@pytest.fixture
def sound(columns: dict[str, Any], write_parquet: Write) -> Path:
    return write_parquet(columns)


@pytest.mark.parametrize(
    ("beginning", "complaint"),
    [
        (b"emotion,pixels,Usage\n", "data row 1 (line 2), has"),
        (b"emotion,pixels,Usage\n3,7 7 7 ", "data row 1 (line 2), has field larger than field limit"),
        (b'emotion,pixels,Usage\n3,"7 7 7 ', "data row 1 (line 2), has field larger than field limit"),
        (b"emotion,pixels,Usage,", "nothing that is recognised"),
        (b'emotion,pixels,Usage,"\n', "has field larger than field limit"),
        (b"", "nothing that is recognised"),
    ],
    ids=["row", "pixels", "open-quote", "header", "open-quote-in-header", "all"],
)
def test_a_line_of_a_gigabyte_is_refused_in_little_memory(
    sound: Path, tmp_path: Path, beginning: bytes, complaint: str
) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(beginning)
    with path.open("r+b") as file:
        file.truncate(1024 * MEGABYTE)  # sparse: NUL bytes that take no room on the disk
    taken, refusal = megabytes(sound, path)
    assert complaint in refusal
    assert taken < 64


def repeated(value: object, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([value]))


@pytest.mark.parametrize("column", ["usage", "image"])
def test_a_value_of_megabytes_in_every_row_is_held_once(sound: Path, tmp_path: Path, column: str) -> None:
    huge = "T" * (32 * MEGABYTE) if column == "usage" else b"\0" * (32 * MEGABYTE)
    sane = {"emotion": repeated(3, 5000), "usage": repeated("Training", 5000), "image": repeated(b"\7" * 2304, 5000)}
    path = tmp_path / "repeated.parquet"
    pq.write_table(pa.table({**sane, column: repeated(huge, 5000)}), path)
    taken, refusal = megabytes(sound, path)
    assert path.stat().st_size < 8 * MEGABYTE
    assert "repeated.parquet, row 1, h" in refusal
    assert taken < 512  # 5,000 copies would be 156 GiB


def test_billions_of_rows_in_a_small_file_are_refused_before_they_are_read(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    once = pa.table(
        {"emotion": repeated(3, 10**6), "usage": repeated("Training", 10**6), "image": repeated(b"", 10**6)}
    )
    with pq.ParquetWriter(path, once.schema) as writer:
        for _ in range(3):
            writer.write_table(once)
    taken, refusal = megabytes(sound, path)
    assert "declares 3,000,000 rows" in refusal
    assert taken < 64


def test_a_picture_of_a_gigapixel_is_refused_before_it_is_decoded(
    columns: dict[str, Any], write_parquet: Write, sound: Path
) -> None:
    png = cv2.imencode(".png", np.zeros((48, 48), np.uint8))[1].tobytes()
    columns["image"][4] = png[:16] + (30_000).to_bytes(4) * 2 + png[24:]
    taken, refusal = megabytes(sound, write_parquet(columns, name="pixels.parquet"))
    assert "row 5, holds an image that" in refusal
    assert taken < 64


def test_a_large_row_group_takes_memory_in_proportion(sound: Path, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20_000, 2304), dtype=np.uint8)
    pictures = pa.array([row.tobytes() for row in pixels])
    table = pa.table({"emotion": repeated(3, 20_000), "usage": repeated("Training", 20_000), "image": pictures})
    path = tmp_path / "group.parquet"
    pq.write_table(table, path, row_group_size=20_000)
    taken, refusal = megabytes(sound, path)
    assert not refusal
    assert taken < 12 * pixels.nbytes / MEGABYTE
