"""Which runs a data folder left open on a server."""

import json
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from fer_kedro.hooks.unfinished_runs import SUBJECT, UnfinishedRuns, tag_runs_of

HERE, ELSEWHERE = Path("/here/data"), Path("/elsewhere/data")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mlflow.MlflowClient]:
    """An empty server, and the current process' data folder `HERE`."""
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", json.dumps({}))
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


def start(folder: Path, name: str = "training", **tags: str) -> str:
    tag_runs_of(folder)
    run = mlflow.start_run(run_name=name, tags=tags)
    mlflow.end_run("RUNNING")
    return str(run.info.run_id)


def test_what_runs_on_this_folder_was_killed_and_other_folders_are_left_alone(client: mlflow.MlflowClient) -> None:
    killed, elsewhere, current = start(HERE), start(ELSEWHERE), start(HERE)
    UnfinishedRuns(HERE, "0").mark_killed(but=current)
    statuses = [client.get_run(run).info.status for run in (killed, elsewhere, current)]
    assert statuses == ["KILLED", "RUNNING", "RUNNING"]


def test_latest_killed_run_of_the_same_name_and_subject_is_gone_on_with(client: mlflow.MlflowClient) -> None:
    runs = UnfinishedRuns(HERE, "0")
    assert runs.killed("honest.x", "it") is None
    earlier, latest = (start(HERE, "honest.x", **{SUBJECT: "it"}) for _ in "ab")
    others = [start(ELSEWHERE, "honest.x", **{SUBJECT: "it"}), start(HERE, "honest.x", **{SUBJECT: "other"})]
    for run in (earlier, latest, *others):
        client.set_terminated(run, "KILLED")
    assert runs.killed("honest.x", "it") == latest
    client.set_terminated(latest, "FINISHED")
    assert runs.killed("honest.x", "it") == earlier
