"""A file is whole or absent."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.io import DatasetError
from project_copy import PROJECT

from fer_kedro.datasets import (
    CSVDataset,
    FacesDataset,
    FigureDataset,
    JSONDataset,
    KerasModelDataset,
    MonitorDataset,
    PageDataset,
    ParquetDataset,
)
from fer_kedro.datasets.atomic import atomic_path, remove_leftovers
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.hooks.errors import user_error
from fer_kedro.learning.monitor import Checkpoint


def test_the_file_appears_only_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    with atomic_path(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


def test_a_write_that_raises_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("ha")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_file_is_hidden_and_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "model.keras") as temporary:
        temporary.touch()
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".keras"


def test_a_block_that_writes_nothing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), atomic_path(path):
        pass
    assert path.read_text() == "old"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where this process may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False).returncode:
        pytest.skip("this process may not mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def picture(n: int) -> Any:
    """A figure whose file takes a few kilobytes a step."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(n / 20, 5))
    figure.figimage(np.random.default_rng(n).random((500, 5 * n)))
    return figure


def network(n: int) -> Any:
    """A model of 3,000 weights a step."""
    import keras

    return keras.Sequential([keras.Input((300,)), keras.layers.Dense(10 * n)])


DATASETS: dict[str, tuple[Callable[[str], Any], Callable[[int], Any]]] = {
    "faces.parquet": (
        lambda path: FacesDataset(filepath=path),
        lambda n: Faces.build(
            np.random.default_rng(n).integers(0, 256, (n, 48, 48), np.uint8), [0] * n, ["Training"] * n
        ),
    ),
    "table.parquet": (
        lambda path: ParquetDataset(filepath=path),
        lambda n: pd.DataFrame({"value": np.random.default_rng(n).random(300 * n)}),
    ),
    "table.csv": (
        lambda path: CSVDataset(filepath=path, save_args={"index": False}),
        lambda n: pd.DataFrame({"value": np.random.default_rng(n).random(300 * n)}),
    ),
    "record.json": (lambda path: JSONDataset(filepath=path), lambda n: {"text": "x" * 2304 * n}),
    "page.html": (lambda path: PageDataset(filepath=path), lambda n: "x" * 2304 * n),
    "figure.png": (lambda path: FigureDataset(filepath=path), picture),
    "model.keras": (lambda path: KerasModelDataset(filepath=path), network),
    "checkpoint.npz": (
        lambda path: MonitorDataset(filepath=path).load(),
        lambda n: Checkpoint("of this run", {"epoch": n}, {"weights": np.random.default_rng(n).random(300 * n)}),
    ),
}


@pytest.mark.parametrize("name", DATASETS)
def test_full_disk_is_one_sentence_and_the_old_file_stays(small_disk: Path, name: str) -> None:
    make, data = DATASETS[name]
    path = small_disk / name
    dataset = make(str(path))
    dataset.save(data(10))
    old = path.read_bytes()
    with pytest.raises((InputError, DatasetError)) as caught:
        dataset.save(data(1000))
    told = user_error(caught.value)
    assert told is not None
    assert told.startswith(f"The disk is full: {path} could not be written and is as it was before")
    assert path.read_bytes() == old
    assert list(small_disk.iterdir()) == [path]


def test_leftovers_are_told_from_files_that_are_hidden_for_other_reasons(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "model.keras") as temporary:
        temporary.write_text("whole")
        left = tmp_path / "deep" / temporary.name
        left.parent.mkdir()
        left.write_text("half")
    keep = [tmp_path / ".gitkeep", tmp_path / "model.keras", tmp_path / f"{'0' * 32}.png"]
    for path in keep:
        path.touch()
    remove_leftovers(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(keep)


def test_everything_that_the_catalog_writes_is_written_by_a_dataset_of_ours() -> None:
    pages = [yaml.safe_load(page.read_text()) for page in PROJECT.glob("conf/*/catalog_*.yml")]
    types = {entry["type"] for page in pages for entry in page.values() if "type" in entry}
    assert types
    assert all(kind.startswith("fer_kedro.datasets.") or kind == "MemoryDataset" for kind in types), types
