"""kedro-viz shows layers, namespaces that collapse, and previews: in a browser where there is one."""

import base64
import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from project_copy import kedro_in

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
NO_FONTS = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # the page asks Google for one


@pytest.fixture(scope="module")
def site(demo_project: Path) -> Path:
    kedro_in(demo_project)("viz", "build", "--include-previews", environment={"KEDRO_ENV": "demo"})
    return demo_project / "build"


@pytest.fixture(scope="module")
def graph(site: Path) -> dict[str, Any]:
    return json.loads((site / "api" / "main").read_text())


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def node(graph: dict[str, Any], name: str) -> dict[str, Any]:
    return next(node for node in graph["nodes"] if node["name"] == name)


def details(site: Path, graph: dict[str, Any], name: str) -> dict[str, Any]:
    return json.loads((site / "api" / "nodes" / node(graph, name)["id"]).read_text())


def test_layers_follow_kedros_convention(graph: dict[str, Any]) -> None:
    layers = ["raw", "intermediate", "primary", "feature", "model_input", "models", "model_output", "reporting"]
    assert graph["layers"] == layers


def test_every_stage_and_run_collapses_into_one_box(graph: dict[str, Any]) -> None:
    boxes = {node["name"] for node in graph["nodes"] if node["type"] == "modularPipeline"}
    assert boxes == {"ingestion", "eda", "balancing", "comparison", "honest", "honest.goldstein_cnn"}


def test_every_stored_dataset_has_a_layer(graph: dict[str, Any]) -> None:
    without = {node["name"] for node in graph["nodes"] if node["type"] == "data" and not node["layer"]}
    assert without == {"honest.goldstein_cnn.prepared", "honest.goldstein_cnn.run_facts", "sections"}


@pytest.mark.parametrize("name", ["faces", "balanced_faces", "face_samples", "honest.goldstein_cnn.confusion_matrix"])
def test_faces_and_figures_preview_as_pictures(site: Path, graph: dict[str, Any], name: str) -> None:
    shown = details(site, graph, name)
    assert shown["preview_type"] == "ImagePreview"
    assert base64.b64decode(shown["preview"]).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["comparison", "pixel_statistics", "honest.goldstein_cnn.history"])
def test_tables_preview_as_tables(site: Path, graph: dict[str, Any], name: str) -> None:
    shown = details(site, graph, name)
    assert shown["preview_type"] == "TablePreview"
    assert shown["preview"]["data"]


def test_embedding_previews_as_an_interactive_plot(site: Path, graph: dict[str, Any]) -> None:
    shown = details(site, graph, "embedding")
    assert shown["preview_type"] == "PlotlyPreview"
    assert shown["preview"]["data"][0]["x"]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; the built site's API is tested instead")
def test_browser_draws_the_expanded_graph(address: str, tmp_path: Path) -> None:
    page = f"{address}/?pid=__default__&expandAllPipelines=true"
    options = [*QUIET, NO_FONTS, f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run([str(BROWSER), *options, page], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.count("pipeline-node__text") > 50
    for name in ("fingerprint_faces", "balance_training_faces", "fit", "compare_runs"):
        assert f">{name}</text>" in done.stdout, name
