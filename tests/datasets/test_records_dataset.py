"""Run records below some folders."""

import json
from pathlib import Path

import pytest
from kedro.io import DatasetError

from fer_kedro.datasets import RecordsDataset
from fer_kedro.errors import InputError


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_records_come_by_relative_name_in_order(tmp_path: Path) -> None:
    write(tmp_path / "late" / "honest" / "a_cnn" / "record.json", {"accuracy": 0.5})
    write(tmp_path / "early" / "official" / "a_cnn" / "record.json", {"accuracy": 0.6})
    records = RecordsDataset(folders=[str(tmp_path / "early"), str(tmp_path / "late")]).load()
    assert list(records.items()) == [
        ("honest/a_cnn/record", {"accuracy": 0.5}),
        ("official/a_cnn/record", {"accuracy": 0.6}),
    ]


def test_the_earlier_folder_counts(tmp_path: Path) -> None:
    write(tmp_path / "here" / "r.json", {"run": "new"})
    write(tmp_path / "there" / "r.json", {"run": "old"})
    assert RecordsDataset(folders=[str(tmp_path / "here"), str(tmp_path / "there")]).load() == {"r": {"run": "new"}}


def test_the_pattern_chooses_and_hidden_files_do_not_count(tmp_path: Path) -> None:
    write(tmp_path / "honest" / "cnn" / "run_record.json", {"kept": True})
    write(tmp_path / "honest" / "cnn" / "history.json", {"kept": False})
    write(tmp_path / "honest" / "cnn" / ".a1.run_record.json", {"kept": False})
    write(tmp_path / "honest" / ".old" / "run_record.json", {"kept": False})
    dataset = RecordsDataset(folders=[str(tmp_path)], pattern="*/*/*run_record.json")
    assert dataset.load() == {"honest/cnn/run_record": {"kept": True}}


def test_absent_and_empty_folders_give_nothing(tmp_path: Path) -> None:
    dataset = RecordsDataset(folders=[str(tmp_path), str(tmp_path / "none")])
    assert dataset.load() == {}
    assert dataset.exists()


def test_relative_folders_start_at_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]\npackage_name = 'p'\n")
    write(tmp_path / "docs" / "results" / "r.json", {"run": 1})
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert RecordsDataset(folders=["docs/results"]).load() == {"r": {"run": 1}}


@pytest.mark.parametrize(("text", "complaint"), [("{", "is not JSON"), ("[1]", "holds a list instead of an object")])
def test_what_is_no_record_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(DatasetError) as error:
        RecordsDataset(folders=[str(tmp_path)]).load()
    assert isinstance(error.value.__cause__, InputError)
    assert f"r.json {complaint}" in str(error.value.__cause__)


def test_saving_is_refused() -> None:
    with pytest.raises(DatasetError, match="written one by one"):
        RecordsDataset(folders=[]).save({})  # type: ignore[arg-type]
