"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from project_copy import PROJECT, copy_project, kedro_in

os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # leave some of a GPU to the commands that tests run
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often the kill sweep kills each stage."""
    parser.addoption("--kills", type=int, default=0, help="SIGKILL each stage at so many random moments")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the sweep out unless it is asked for."""
    if not config.getoption("--kills"):
        swept = [item for item in items if item.get_closest_marker("kill_sweep")]
        config.hook.pytest_deselected(items=swept)
        items[:] = [item for item in items if item not in swept]


REAL_DATA = PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_parquet() -> Path:
    """The complete FER-2013 as Parquet, where it stands beside the project."""
    path = REAL_DATA / "fer2013.parquet"
    if not path.exists():
        pytest.skip("the real FER-2013 is not beside this project")
    return path


@pytest.fixture(scope="session")
def yunet_model() -> Path:
    """The file of the face detector YuNet, where it stands beside the project."""
    path = PROJECT.parent / "shared" / "weights" / "face_detection_yunet_2023mar.onnx"
    if not path.exists():
        pytest.skip("YuNet's file is not beside this project")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the default pipeline and another recipe have run on a few demo faces."""
    project = copy_project(tmp_path_factory.mktemp("demo"))
    kedro = kedro_in(project)
    kedro("run", "--env=demo")
    kedro("run", "--env=demo", "--pipelines=all_recipes", "--namespaces=honest.hejslet_light")
    return project
