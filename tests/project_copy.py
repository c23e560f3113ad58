"""A copy of the project, and its own commands in it, as a user would type them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
Kedro = Callable[..., subprocess.CompletedProcess[str]]


def copy_project(target: Path) -> Path:
    """A fresh copy of the project, without data, that its own commands can be run in."""
    for part in ("src", "conf", "notebooks"):
        shutil.copytree(PROJECT / part, target / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(PROJECT / "pyproject.toml", target)
    (target / "data" / "01_raw").mkdir(parents=True)
    return target


def kedro_in(project: Path) -> Kedro:
    """`kedro(*arguments)` in this project, in a process of its own, as a user would type it."""

    def kedro(
        *arguments: str, fails: bool = False, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(project / "src"), "COLUMNS": "200", **(environment or {})},
        )
        assert (done.returncode != 0) == fails, done.stdout[-4000:] + done.stderr[-4000:]
        return done

    return kedro
