"""Run records: every JSON object below some folders."""

import json
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import find_kedro_project

from fer_kedro.errors import InputError

Records = dict[str, dict[str, Any]]


class RecordsDataset(AbstractDataset[None, Records]):
    """Reads all records that stand below the folders, in the order of their names.

    Parameters
    ----------
    folders
        Where to look, relative to the project; one that is absent or empty gives nothing. If two folders hold
        a record of the same name, the earlier folder's counts.
    pattern
        Which files, as a glob below each folder; hidden files don't count.

    Examples
    --------
    >>> RecordsDataset(folders=["no/such/folder"]).load()
    {}
    """

    def __init__(
        self, *, folders: list[str], pattern: str = "**/*.json", metadata: dict[str, Any] | None = None
    ) -> None:
        # Kedro makes only a `filepath` absolute, and notebooks run in a folder of their own.
        project = find_kedro_project(Path.cwd()) or Path.cwd()
        self._folders = [project / folder for folder in folders]
        self._pattern = pattern
        self.metadata = metadata

    def load(self) -> Records:
        """Return each record by its path below its folder, without the suffix.

        Raises
        ------
        InputError
            If a file is not a JSON object. Kedro wraps it in a `DatasetError` whose cause it is.
        """
        files: dict[str, Path] = {}
        for folder in self._folders:
            for path in folder.glob(self._pattern):
                name = path.relative_to(folder).with_suffix("")
                if not any(part.startswith(".") for part in name.parts):
                    files.setdefault(name.as_posix(), path)
        return {name: _read(files[name]) for name in sorted(files)}

    def save(self, data: None) -> None:
        """Refuse: records are written one by one, where they are made."""
        raise DatasetError("Records are read together but written one by one; save each through its own dataset.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"folders": [str(folder) for folder in self._folders], "pattern": self._pattern}


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not JSON ({error}); delete it or make it again.") from error
    if not isinstance(record, dict):
        raise InputError(f"{path} holds a {type(record).__name__} instead of an object; delete it or make it again.")
    return record
