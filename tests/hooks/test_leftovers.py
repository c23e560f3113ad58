"""Half-written files of killed processes go; whatever else stands there stays."""

import time
from pathlib import Path

import pytest

from fer_kedro.hooks import leftovers
from fer_kedro.hooks.leftovers import ABANDONED, clear_leftovers

LEFT = f".x.{'0' * 32}.parquet"
UNLOCKED = ("data", "data/01_raw", "docs", "docs/images", "docs/results", "docs/results/honest/goldstein_cnn/seed_0")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("data/03_primary/a", "data/01_raw/pictures", "data/demo/03_primary", *UNLOCKED):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "docs/results/sweep.json").touch()
    return tmp_path


def clear_when_old(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "time", lambda: time.time() + ABANDONED + 1)
    clear_leftovers(project / "data", project)


def test_those_in_the_layers_go_at_once(project: Path) -> None:
    left = project / "data/03_primary/a" / LEFT
    left.touch()
    clear_leftovers(project / "data", project)
    assert not left.exists()


@pytest.mark.parametrize("folder", UNLOCKED)
def test_those_that_no_lock_protects_go_when_nobody_can_be_writing_them(
    project: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = project / folder / LEFT
    left.touch()
    clear_leftovers(project / "data", project)
    assert left.exists()
    clear_when_old(project, monkeypatch)
    assert not left.exists()


@pytest.mark.parametrize(
    "file",
    [
        f"data/01_raw/pictures/{LEFT}",
        f"data/demo/03_primary/{LEFT}",
        "data/01_raw/.gitkeep",
        "data/.run.id",
        f"docs/results/{LEFT[1:]}",
        "docs/.x.parquet",
        LEFT,
    ],
)
def test_what_is_not_ours_stays(project: Path, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / file).touch()
    clear_when_old(project, monkeypatch)
    assert (project / file).exists()


def test_what_cannot_be_removed_is_no_reason_to_fail(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "docs" / LEFT).mkdir()
    clear_when_old(project, monkeypatch)
    assert (project / "docs" / LEFT).exists()


def test_a_project_without_documents_is_cleared_too(tmp_path: Path) -> None:
    clear_leftovers(tmp_path / "data", tmp_path)
    assert not list(tmp_path.iterdir())
