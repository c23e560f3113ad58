"""The SQLite file that keeps a search's studies: any path, one study a name, and one sentence for what is wrong."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kedro.io import DatasetError
from optuna.trial import TrialState
from sqlalchemy.exc import OperationalError

from fer_kedro.datasets import StudyDataset, studies
from fer_kedro.datasets.studies import Studies
from fer_kedro.errors import InputError
from fer_kedro.hooks.errors import user_error


def fill(file: Path, name: str = "mine") -> None:
    with Studies(file).open(name) as study:
        study.tell(study.ask(), 0.5)


def count(file: Path, name: str = "mine") -> int:
    with Studies(file).open(name) as study:
        return len(study.trials)


def sentence(file: Path) -> str:
    """What the user is told who opens a study."""
    with pytest.raises(InputError) as refused, Studies(file).open("mine") as study:
        study.ask()
    told = user_error(refused.value)
    assert told == str(refused.value)
    assert "\n" not in told
    return told


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process in the middle of a long writing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def test_the_dataset_gives_studies_that_the_file_keeps(tmp_path: Path) -> None:
    dataset = StudyDataset(filepath=str(tmp_path / "new/folder/studies.db"))
    with dataset.load().open("mine") as study:
        study.tell(study.ask(), 0.25)
    assert count(tmp_path / "new/folder/studies.db") == 1


def test_nothing_is_made_before_a_study_is_opened(tmp_path: Path) -> None:
    StudyDataset(filepath=str(tmp_path / "studies.db")).load()
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_of_studies_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="can't be saved"):
        StudyDataset(filepath=str(tmp_path / "studies.db")).save(1)  # type: ignore[arg-type]


def test_the_dataset_does_not_tell_a_password() -> None:
    dataset = StudyDataset(filepath="studies.db", storage="postgresql+psycopg://me:secret@host/optuna")
    assert "secret" not in str(dataset)


def test_studies_of_other_names_stand_beside_each_other(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    fill(file, "one")
    fill(file, "another")
    fill(file, "one")
    assert [count(file, name) for name in ("one", "another", "third")] == [2, 1, 0]


@pytest.mark.parametrize(
    "folder", ["with space", "100% {x} #1?a=b&c", "a@b:c;d", "Gesichter für Übungen", "'quoted\"", "+"]
)
def test_any_path_will_do(tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "my studies.db"
    fill(file)
    assert file.is_file()
    assert count(file) == 1
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_a_relative_path_is_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fill(Path("data/studies.db"))
    assert count(tmp_path / "data/studies.db") == 1


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    file.write_bytes(b"These are not studies." * 100)
    assert sentence(file) == f"{file} is damaged (file is not a database); delete it to search anew."
    file.unlink()
    assert count(file) == 0


def test_a_file_that_was_damaged_in_its_middle_is_told_whenever_that_is_found(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    with Studies(file).open("mine") as study:
        study.ask().set_user_attr("long", "a page of words " * 20_000)
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(InputError, match=r"is damaged .*malformed.*; delete it to search anew"):
        count(file)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"is damaged .*malformed.*; delete it to search anew"):
        count(file)


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "studies.db").touch()
    assert count(tmp_path / "studies.db") == 0


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    assert sentence(tmp_path) == (
        f"{tmp_path} can't be used as storage of studies (unable to open database file): check it and its folder."
    )


def test_tables_of_another_version_are_told(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    fill(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'v9.9.9.z'")
    assert "can't be used as storage of studies (The runtime optuna version" in sentence(file)


def test_a_file_that_another_process_keeps_locked_is_told_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "WAIT_SECONDS", 0.1)
    file = tmp_path / "studies.db"
    fill(file)
    told = (
        f"The study's database {file} is locked by another process; wait until that has ended, and give the same "
        "command again."
    )
    with locked(file):
        assert sentence(file) == told
    with pytest.raises(InputError) as refused, Studies(file).open("mine") as study:
        trial = study.ask()
        with locked(file):
            study.tell(trial, 0.5)
    assert user_error(refused.value) == told
    with Studies(file).open("mine") as study:
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.RUNNING]


def test_a_short_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, held = tmp_path / "studies.db", threading.Event()
    fill(file)

    def hold() -> None:
        with locked(file):
            held.set()
            threading.Event().wait(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    fill(file)
    holder.join()
    assert count(file) == 2


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    with pytest.raises(InputError, match=f"^The disk with {file} is full; make room and"), Studies(file).open("mine"):
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def test_errors_of_others_pass_through(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="theirs"), Studies(tmp_path / "studies.db").open("mine"):
        raise KeyError("theirs")
    with pytest.raises(ImportError), Studies(tmp_path / "studies.db").open("mine"):
        raise ImportError("of a worker")


def test_a_lock_that_nobody_explained_is_one_sentence_too() -> None:
    error = RuntimeError("An exception is raised during the commit.")
    error.__cause__ = OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
    told = user_error(error)
    assert told is not None
    assert told.startswith("MLflow's database, or the study's, is locked by another process; ")


def test_a_study_that_is_closed_holds_no_file_open(tmp_path: Path) -> None:
    file = tmp_path / "studies.db"
    fill(file)
    held = [Path(f"/proc/self/fd/{number.name}") for number in Path("/proc/self/fd").iterdir()]
    assert not [link for link in held if link.is_symlink() and str(file) in str(link.readlink())]


def test_optunas_and_alembics_news_do_not_reach_the_console(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> None:
    caplog.set_level(logging.INFO)
    fill(tmp_path / "studies.db")
    fill(tmp_path / "studies.db")
    assert capfd.readouterr() == ("", "")
    assert not [record.getMessage() for record in caplog.records if record.name.startswith(("optuna", "alembic"))]
    # an earlier test's file that is only now found to be open is none of theirs
    assert not [str(one.message) for one in recwarn if not issubclass(one.category, ResourceWarning)]
