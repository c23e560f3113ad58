"""Figures on disk."""

import base64
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from kedro.io import DatasetError

from fer_kedro.datasets.figure_dataset import FigureDataset
from fer_kedro.errors import InputError
from fer_kedro.figures import new_figure


def decoded(png: bytes) -> npt.NDArray[np.uint8]:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def test_figure_comes_back_as_the_bytes_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "below" / "figure.png"
    dataset = FigureDataset(filepath=str(path))
    assert not dataset.exists()
    dataset.save(new_figure(2, 1))
    assert dataset.exists()
    assert dataset.load() == path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("width", "height", "shown"), [(5, 1, 5 / 3), (1, 1, 1), (1, 3, 1 / 3)])
def test_the_preview_of_a_wide_figure_is_made_higher(width: int, height: int, shown: float, tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=str(tmp_path / "figure.png"))
    figure = new_figure(width, height)
    figure.text(0.5, 0.5, "a figure")
    dataset.save(figure)
    preview, stored = (decoded(png) for png in (base64.b64decode(dataset.preview()), dataset.load()))
    assert preview.shape[1] == stored.shape[1]
    assert preview.shape[1] / preview.shape[0] == pytest.approx(shown, rel=0.03)
    above = (len(preview) - len(stored)) // 2
    assert np.array_equal(preview[above : above + len(stored)], stored)
    assert (np.delete(preview, range(above, above + len(stored)), axis=0) == stored[0]).all()


def test_missing_figure_says_which_pipeline_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        FigureDataset(filepath=str(tmp_path / "no.png")).load()
    assert isinstance(caught.value.__cause__, InputError)
