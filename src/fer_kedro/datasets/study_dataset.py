"""Optuna's studies as a dataset: a storage that a search writes itself."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from fer_kedro.datasets.studies import Studies


class StudyDataset(AbstractDataset[None, Studies]):
    """Gives a search its studies.

    Parameters
    ----------
    filepath
        The SQLite file that keeps them.
    storage
        URL of a database to be used instead.

    Examples
    --------
    >>> StudyDataset(filepath="data/06_models/kfold_search/choudhary_search/studies.db").load()  # doctest: +ELLIPSIS
    <fer_kedro.datasets.studies.Studies object at ...>
    """

    def __init__(self, *, filepath: str, storage: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        self._filepath, self._url = Path(filepath), storage
        self.metadata = metadata

    def load(self) -> Studies:
        """Return the studies; nothing is opened yet."""
        return Studies(self._filepath, self._url)

    def save(self, data: None) -> None:
        """Refuse: a storage is given, not stored."""
        raise DatasetError("Studies can't be saved; a search writes them itself.")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
