"""The notebooks run from top to bottom on what the pipelines stored."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from project_copy import PROJECT


@pytest.fixture
def in_demo(monkeypatch: pytest.MonkeyPatch, demo_project: Path) -> Path:
    """The folder of the demo project's notebooks, which then read what the demo stored."""
    monkeypatch.setenv("KEDRO_ENV", "demo")
    return demo_project / "notebooks"


def shown(folder: Path, name: str) -> list[dict[str, Any]]:
    """What the notebook shows, output by output, by kind."""
    pages = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(pages, timeout=300, startup_timeout=180, resources={"metadata": {"path": str(folder)}}).execute()
    return [output.get("data", {}) for cell in pages.cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize("notebook", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(notebook: Path) -> None:
    assert not any(cell.get("outputs") for cell in nbformat.read(notebook, as_version=4).cells)


def test_exploration_shows_faces_of_every_class_copies_and_generated_ones(in_demo: Path) -> None:
    assert sum("image/png" in data for data in shown(in_demo, "explore_faces")) == 9


def test_comparison_shows_the_figure_and_the_tables_of_recipes_runs_and_tests(in_demo: Path) -> None:
    outputs = shown(in_demo, "compare_recipes")
    assert sum("image/png" in data for data in outputs) == 1
    headings = re.findall(r"<th>([\w.]+)</th>", "".join(data.get("text/html", "") for data in outputs))
    assert {"goldstein_cnn", "honest.goldstein_cnn", "duplicate_free_accuracy", "flops", "p_holm"} <= set(headings)
