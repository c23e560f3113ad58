"""Which runs a data folder left open on a server."""

import json
import os
import shutil
from pathlib import Path

import mlflow
import pytest

from fer_kedro.hooks.unfinished_runs import CONTEXT, FOLDER, SUBJECT, UnfinishedRuns, owner_of, starts_owned_by

HERE, ELSEWHERE = "here", "elsewhere"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_a_folder_keeps_its_name_when_it_is_renamed(data: Path) -> None:
    name = owner_of(data)
    assert owner_of(data) == name
    assert owner_of(data.rename(data.with_name("moved"))) == name


def test_folders_of_one_path_have_names_of_their_own(data: Path) -> None:
    name = owner_of(data)
    shutil.rmtree(data)
    data.mkdir()
    assert owner_of(data).partition(".")[0] != name.partition(".")[0]


def test_a_copy_of_a_folder_owns_none_of_its_runs(data: Path) -> None:
    name = owner_of(data)
    copy = shutil.copytree(data, data.with_name("copy"))
    assert (copy / ".run.id").read_text() == (data / ".run.id").read_text()
    assert owner_of(copy) != name


@pytest.mark.parametrize("rubbish", [b"", b"\xff\xfe", b"x' or tags.`a` != 'b", b"0" * 33])
def test_rubbish_in_the_file_is_replaced_by_a_new_name(data: Path, rubbish: bytes) -> None:
    (data / ".run.id").write_bytes(rubbish)
    name = owner_of(data)
    assert name.partition(".")[0] == (data / ".run.id").read_text()
    assert len(name.partition(".")[0]) == len("0" * 32)
    assert [path.name for path in data.iterdir()] == [".run.id"]


@pytest.mark.parametrize("former", [None, "", '{"team": "ours"}'])
def test_tags_of_the_environment_are_put_back(monkeypatch: pytest.MonkeyPatch, former: str | None) -> None:
    monkeypatch.delenv(CONTEXT, raising=False) if former is None else monkeypatch.setenv(CONTEXT, former)
    with pytest.raises(RuntimeError), starts_owned_by(HERE):
        assert json.loads(os.environ[CONTEXT]) == {**json.loads(former or "{}"), FOLDER: HERE}
        raise RuntimeError
    assert os.environ.get(CONTEXT) == former


def start(owner: str, name: str = "training", **tags: str) -> str:
    with starts_owned_by(owner):
        run = mlflow.start_run(run_name=name, tags=tags)
    mlflow.end_run("RUNNING")
    return str(run.info.run_id)


def test_what_runs_on_this_folder_was_killed_and_other_folders_are_left_alone(
    client: mlflow.MlflowClient, experiment: str
) -> None:
    killed, elsewhere, current = start(HERE), start(ELSEWHERE), start(HERE)
    UnfinishedRuns(HERE, experiment).mark_killed(but=current)
    statuses = [client.get_run(run).info.status for run in (killed, elsewhere, current)]
    assert statuses == ["KILLED", "RUNNING", "RUNNING"]


def test_latest_killed_run_of_the_same_name_and_subject_is_gone_on_with(
    client: mlflow.MlflowClient, experiment: str
) -> None:
    runs = UnfinishedRuns(HERE, experiment)
    assert runs.killed("honest.x", "it") is None
    earlier, latest = (start(HERE, "honest.x", **{SUBJECT: "it"}) for _ in "ab")
    others = [start(ELSEWHERE, "honest.x", **{SUBJECT: "it"}), start(HERE, "honest.x", **{SUBJECT: "other"})]
    for run in (earlier, latest, *others):
        client.set_terminated(run, "KILLED")
    assert runs.killed("honest.x", "it") == latest
    client.set_terminated(latest, "FINISHED")
    assert runs.killed("honest.x", "it") == earlier
