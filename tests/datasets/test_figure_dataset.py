"""Figures on disk."""

import base64
from pathlib import Path

import pytest
from kedro.io import DatasetError

from fer_kedro.datasets.figure_dataset import FigureDataset
from fer_kedro.errors import InputError
from fer_kedro.figures import new_figure


def test_figure_comes_back_as_the_bytes_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "below" / "figure.png"
    dataset = FigureDataset(filepath=str(path))
    assert not dataset.exists()
    dataset.save(new_figure(2, 1))
    assert dataset.exists()
    assert dataset.load() == path.read_bytes()
    assert base64.b64decode(dataset.preview())[:8] == b"\x89PNG\r\n\x1a\n"
    assert list(path.parent.iterdir()) == [path]


def test_missing_figure_says_which_pipeline_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        FigureDataset(filepath=str(tmp_path / "no.png")).load()
    assert isinstance(caught.value.__cause__, InputError)
