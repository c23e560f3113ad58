"""Tables that stand below a folder, each read when it is asked for."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from fer_kedro.datasets.atomic_datasets import ParquetDataset

Tables = dict[str, Callable[[], pd.DataFrame]]


class TablesDataset(AbstractDataset[None, Tables]):
    """Finds Parquet files of one name below a folder, in the order of their folders.

    Parameters
    ----------
    path
        Where to look; where nothing stands there is nothing.
    table
        Its file's name in every folder.

    Examples
    --------
    >>> TablesDataset(path="no/such/folder", table="predictions.parquet").load()
    {}
    """

    def __init__(self, *, path: str, table: str, metadata: dict[str, Any] | None = None) -> None:
        self._path, self._table = Path(path), table
        self.metadata = metadata

    def load(self) -> Tables:
        """Return what reads each table, by the path of its folder."""
        folders = sorted(file.parent for file in self._path.rglob(self._table))
        return {folder.relative_to(self._path).as_posix(): partial(self._read, folder) for folder in folders}

    def _read(self, folder: Path) -> pd.DataFrame:
        found: pd.DataFrame = ParquetDataset(filepath=str(folder / self._table)).load()
        return found

    def save(self, data: None) -> None:
        """Refuse: tables are written one by one, where they are made."""
        raise DatasetError("Tables are found together but written one by one; save each through its own dataset.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "table": self._table}
