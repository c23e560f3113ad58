"""Kedro's own file datasets, made to replace a file whole or not at all."""

from pathlib import Path, PurePosixPath
from typing import Any

from kedro_datasets import json, pandas, plotly

from fer_kedro.datasets.atomic import atomic_path


class _SavedAtomically:
    """Goes before a dataset of kedro-datasets that writes the one local file `_filepath`."""

    _filepath: PurePosixPath

    def save(self, data: Any) -> None:
        """Write to a temporary name, then rename."""
        final = self._filepath
        try:
            with atomic_path(Path(final)) as temporary:
                self._filepath = PurePosixPath(temporary)
                super().save(data)  # type: ignore[misc]
        finally:
            self._filepath = final


class CSVDataset(_SavedAtomically, pandas.CSVDataset):
    """A table as CSV, replaced whole or not at all; parameters are those of the class that it extends.

    Examples
    --------
    >>> CSVDataset(filepath="data/no_such_folder/table.csv").exists()
    False
    """


class ParquetDataset(_SavedAtomically, pandas.ParquetDataset):
    """A table as Parquet, replaced whole or not at all; parameters are those of the class that it extends.

    Examples
    --------
    >>> ParquetDataset(filepath="data/no_such_folder/table.parquet").exists()
    False
    """


class JSONDataset(_SavedAtomically, json.JSONDataset):
    """Plain JSON, replaced whole or not at all; parameters are those of the class that it extends.

    Examples
    --------
    >>> JSONDataset(filepath="data/no_such_folder/record.json").exists()
    False
    """


class PlotlyDataset(_SavedAtomically, plotly.JSONDataset):
    """A Plotly figure as JSON, replaced whole or not at all; parameters are those of the class that it extends.

    Examples
    --------
    >>> PlotlyDataset(filepath="data/no_such_folder/figure.json").exists()
    False
    """
