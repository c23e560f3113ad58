"""The notebooks run from top to bottom on what the pipelines stored."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from project_copy import PROJECT


@pytest.mark.parametrize("notebook", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook_runs(notebook: Path, demo_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEDRO_ENV", "demo")
    pages = nbformat.read(notebook, as_version=4)
    assert not any(cell.get("outputs") for cell in pages.cells), "commit notebooks without outputs"
    NotebookClient(pages, timeout=120, resources={"metadata": {"path": str(demo_project / "notebooks")}}).execute()
    pictures = [
        output for cell in pages.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 9
