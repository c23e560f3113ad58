"""Configurations of a search, read off the rows of its trials' table, and how their parts are called."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, PRUNED
from fer_kedro.search.space import Dimension, Parameters, Value


def configuration(row: Mapping[Any, Any], search: Search) -> Parameters:
    """Return the parameters of a trial: those of its dimensions that are there, `None` among them where chosen.

    Parameters
    ----------
    row
        Of the trials' table, fresh or read from CSV: that turns labels such as `32` and `true` into what
        they look like, and integers into real numbers where others are missing.

    Raises
    ------
    InputError
        If a value is none of the search's.
    """
    chosen: Parameters = {}
    for name, dimension in search.space.items():
        if dimension.is_active(chosen):
            chosen[name] = _value(row[name], name, dimension, search)
    return chosen


def complete_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the trials that were scored on all folds, the best first, the earlier one where two are."""
    complete = trials[trials["state"] == COMPLETE].sort_values("number")
    return complete.sort_values("mean", ascending=False, kind="stable")


def scored_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the trials that were scored on some folds at least, pruned ones among them."""
    return trials[trials["state"].isin([COMPLETE, PRUNED]) & trials["mean"].notna()]


def reported_mean(parameters: Parameters, search: Search) -> float | None:
    """Return the mean accuracy that the report gives for a configuration, if it gives one."""
    if not search.reported or search.sampler != "grid":
        return None
    means = (mean for point, mean in zip(search.points, search.reported, strict=False) if point == parameters)
    return next(means, None)


def short_names(search: Search) -> dict[str, str]:
    """Return for each dimension the end of its path in words, or the whole path where two ends are alike."""
    ends = [name.rpartition(".")[2] for name in search.space]
    return {
        name: (end if ends.count(end) == 1 else name).replace("_", " ")
        for name, end in zip(search.space, ends, strict=True)
    }


def _value(cell: Any, name: str, dimension: Dimension, search: Search) -> Value:
    if dimension.choices is None:
        return float(cell) if dimension.integers is None else int(cell)
    for label in sorted(dimension.labels, key=lambda label: str(label) != str(cell)):  # `True` is there beside `true`
        if _is_written_as(label, cell):
            return label
    raise InputError(
        f"A trial of search '{search.name}' has {name} {cell!r}, which its page does not offer: "
        "run the pipeline 'kfold_search' again."
    )


def _is_written_as(label: Value, cell: Any) -> bool:
    if label is None or pd.isna(cell):
        return label is None and bool(pd.isna(cell))
    try:
        return str(label).lower() == str(cell).lower() or float(label) == float(cell)
    except ValueError:
        return False
