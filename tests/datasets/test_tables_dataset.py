"""Tables below a folder."""

from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DatasetError

from fer_kedro.datasets import TablesDataset
from fer_kedro.errors import InputError


def test_each_table_is_known_by_its_folder_and_read_when_asked_for(tmp_path: Path) -> None:
    for number, name in enumerate(("b/seed_0", "a/seed_1")):
        (tmp_path / name).mkdir(parents=True)
        pd.DataFrame({"n": [number]}).to_parquet(tmp_path / name / "predictions.parquet")
    (tmp_path / "a/seed_1/other.parquet").write_bytes(b"not looked at")
    tables = TablesDataset(path=str(tmp_path), table="predictions.parquet").load()
    assert list(tables) == ["a/seed_1", "b/seed_0"]
    assert [int(table()["n"][0]) for table in tables.values()] == [1, 0]


def test_folder_that_is_not_there_holds_no_tables(tmp_path: Path) -> None:
    assert TablesDataset(path=str(tmp_path / "none"), table="predictions.parquet").load() == {}


def test_damaged_table_is_named_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "predictions.parquet").write_bytes(b"damaged")
    (table,) = TablesDataset(path=str(tmp_path), table="predictions.parquet").load().values()
    with pytest.raises((DatasetError, InputError), match=r"predictions\.parquet"):
        table()


def test_tables_are_not_saved_together(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="one by one"):
        TablesDataset(path=str(tmp_path), table="x.parquet").save({})  # type: ignore[arg-type]
