"""Pages of text."""

from pathlib import Path

import pytest
from kedro.io import DatasetError

from fer_kedro.datasets import PageDataset
from fer_kedro.errors import InputError


@pytest.mark.parametrize("text", ["", "<p>55 % ± 1.4, größer</p>\n", "a\r\nb\n"])
def test_a_page_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    page = PageDataset(filepath=str(tmp_path / "new" / "report.html"))
    assert not page.exists()
    page.save(text)
    assert page.exists()
    assert page.load() == text


def test_a_save_that_fails_leaves_the_old_page(tmp_path: Path) -> None:
    page = PageDataset(filepath=str(tmp_path / "report.html"))
    page.save("old")
    with pytest.raises(DatasetError):
        page.save("\ud800")
    assert page.load() == "old"


def test_a_missing_page_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as error:
        PageDataset(filepath=str(tmp_path / "report.html")).load()
    assert isinstance(error.value.__cause__, InputError)
    assert "report.html does not exist" in str(error.value.__cause__)
