"""Fixtures that every test may use."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
REAL_DATA = PROJECT.parent / "shared" / "data"
Kedro = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def real_parquet() -> Path:
    """The complete FER-2013 as Parquet, where it stands beside the project."""
    path = REAL_DATA / "fer2013.parquet"
    if not path.exists():
        pytest.skip("the real FER-2013 is not beside this project")
    return path


def copy_project(target: Path) -> Path:
    """A fresh copy of the project, without data, that its own commands can be run in."""
    for part in ("src", "conf", "notebooks"):
        shutil.copytree(PROJECT / part, target / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(PROJECT / "pyproject.toml", target)
    (target / "data" / "01_raw").mkdir(parents=True)
    return target


def kedro_in(project: Path) -> Kedro:
    """`kedro(*arguments)` in this project, in a process of its own, as a user would type it."""

    def kedro(*arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(project / "src"), "COLUMNS": "200"},
        )
        assert (done.returncode != 0) == fails, done.stdout[-4000:] + done.stderr[-4000:]
        return done

    return kedro


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the whole default pipeline has run on a few demo faces; tests only look at it."""
    project = copy_project(tmp_path_factory.mktemp("demo"))
    kedro_in(project)("run", "--env=demo")
    return project
