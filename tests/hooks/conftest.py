"""An MLflow server with an empty experiment."""

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a server; to set one up takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('server')}/mlflow.db"


@pytest.fixture
def client(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[mlflow.MlflowClient]:
    """The server that MLflow talks to meanwhile."""
    monkeypatch.delenv("MLFLOW_RUN_CONTEXT", raising=False)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(database)
    yield mlflow.MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.set_tracking_uri(before)


@pytest.fixture
def experiment(client: mlflow.MlflowClient, tmp_path: Path) -> str:
    """Id of an experiment in which nothing has run."""
    return str(mlflow.set_experiment(str(tmp_path)).experiment_id)
