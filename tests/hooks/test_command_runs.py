"""Lock, ownership and kedro-mlflow's run, in the order in which Kedro calls the hooks."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import pytest
from filelock import FileLock, Timeout
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager

from fer_kedro.errors import InputError
from fer_kedro.hooks import CheckpointHooks, DataLockHooks, RecipeRunHooks
from fer_kedro.hooks.unfinished_runs import CONTEXT, FOLDER

CATALOG = SimpleNamespace(load=lambda name: {"commit": "abc"})


class KedroMlflow:
    """Starts and ends a run as kedro-mlflow does; notes whether the lock is held then."""

    def __init__(self, data: Path) -> None:
        self.data, self.fails, self.run = data, False, ""

    @hook_impl
    def before_pipeline_run(self) -> None:
        assert is_locked(self.data)
        assert (self.data / ".run.id").exists()
        if self.fails:
            raise ConnectionError("The server is down.")
        self.run = mlflow.start_run(run_name="training").info.run_id

    @hook_impl
    def after_pipeline_run(self) -> None:
        mlflow.end_run()

    @hook_impl
    def on_pipeline_error(self) -> None:
        mlflow.end_run("FAILED")


def is_locked(data: Path) -> bool:
    try:
        with FileLock(data / ".run.lock", blocking=False):
            return False
    except Timeout:
        return True


class Session:
    """Calls the hooks of a run as Kedro's session does."""

    def __init__(self, project: Path) -> None:
        self.data, self.runs, self.mlflow = project / "data", RecipeRunHooks(), KedroMlflow(project / "data")
        self.manager = _create_hook_manager()
        for hooks in (DataLockHooks(), CheckpointHooks(), self.runs, self.mlflow):
            self.manager.register(hooks)
        loader = {"globals": {"data": "data"}}
        self._call("after_context_created", context=SimpleNamespace(project_path=project, config_loader=loader))

    def begin(self) -> None:
        self._call("before_pipeline_run", run_params={}, pipeline=None, catalog=CATALOG)

    def end(self) -> None:
        self._call("after_pipeline_run", run_params={}, run_result={}, pipeline=None, catalog=CATALOG)

    def fail(self) -> None:
        self._call("on_pipeline_error", error=ValueError(), run_params={}, pipeline=None, catalog=CATALOG)

    def _call(self, hook: str, **arguments: Any) -> None:
        getattr(self.manager.hook, hook)(**arguments)


@pytest.fixture
def session(experiment: str, tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path)
    yield session
    session.fail()


def is_tagged(client: mlflow.MlflowClient, run: str) -> bool:
    return FOLDER in client.get_run(run).data.tags


def users_own() -> str:
    with mlflow.start_run(run_name="my own", nested=True) as run:
        return str(run.info.run_id)


def test_only_the_run_of_the_pipeline_is_owned_by_the_folder(client: mlflow.MlflowClient, session: Session) -> None:
    """A notebook may load the context, log runs of its own before, during and after, and run the pipeline."""
    before = users_own()
    session.begin()
    during = users_own()
    session.end()
    after = users_own()
    assert [is_tagged(client, run) for run in (before, session.mlflow.run, during, after)] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("ends", ["end", "fail"])
def test_lock_is_given_back_when_the_run_has_ended(session: Session, ends: str) -> None:
    session.begin()
    assert is_locked(session.data)
    getattr(session, ends)()
    assert not is_locked(session.data)


def test_hook_that_fails_at_the_start_leaves_neither_lock_nor_tags(session: Session) -> None:
    """Kedro calls no other hook then, and a notebook lives on."""
    session.mlflow.fails = True
    with pytest.raises(ConnectionError):
        session.begin()
    assert not is_locked(session.data)
    assert CONTEXT not in os.environ


def test_folder_that_is_in_use_is_left_as_it_is(session: Session) -> None:
    session.data.mkdir()
    with FileLock(session.data / ".run.lock"), pytest.raises(InputError, match="is in use by another run; wait until"):
        session.begin()
    assert [path.name for path in session.data.iterdir()] == [".run.lock"]
    assert session.mlflow.run == ""


def test_interrupted_run_was_killed(client: mlflow.MlflowClient, session: Session) -> None:
    session.begin()
    session.runs._interrupted()
    assert client.get_run(session.mlflow.run).info.status == "KILLED"


def test_users_own_run_around_an_interrupted_pipeline_is_not_ended(
    client: mlflow.MlflowClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mlflow.start_run() as own:
        monkeypatch.setattr(mlflow, "start_run", lambda run_name: own)  # what kedro-mlflow does with an active run
        session.begin()
        session.runs._interrupted()
        assert session.mlflow.run == own.info.run_id
        assert client.get_run(own.info.run_id).info.status == "RUNNING"


def test_next_run_marks_what_a_killed_one_left(client: mlflow.MlflowClient, session: Session) -> None:
    session.begin()
    killed, own = session.mlflow.run, mlflow.start_run(nested=True).info.run_id
    while mlflow.active_run():
        mlflow.end_run("RUNNING")
    session.begin()
    assert client.get_run(killed).info.status == "KILLED"
    assert client.get_run(own).info.status == "RUNNING"
    assert client.get_run(session.mlflow.run).info.status == "RUNNING"
    assert client.get_run(session.mlflow.run).data.tags["git_commit"] == "abc"
