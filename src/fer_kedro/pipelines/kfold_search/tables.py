"""The complete configurations of a search beside each other, and beside what the report says of them."""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from fer_kedro.evaluation.cross_validation import corrected_resampled_t_test
from fer_kedro.evaluation.significance import holm
from fer_kedro.pipelines.kfold_search.configurations import (
    complete_trials,
    configuration,
    reported_mean,
    scored_trials,
)
from fer_kedro.search.decisions import Search


def compare_configurations(trials: pd.DataFrame, search: Search) -> pd.DataFrame:
    """Rank the complete configurations, and test the best one against each other one on the same folds.

    The best was chosen by these very scores, so that its lead is somewhat flattered: a p-value that is not small says
    all the more that the search can't tell them apart.

    Returns
    -------
    DataFrame
        The best first: `number`, one column for each dimension, `mean` and `sd` of the accuracy over the folds,
        `rank`, `behind` (mean of the best minus this mean), `p_value` of the corrected resampled t-test and `p_holm`,
        corrected for the number of these tests (both missing for the best). Where the report gives means, also
        `reported`, `reported_rank` and `difference` (our mean minus the reported one).
    """
    complete = complete_trials(trials)
    columns = ["number", *search.space, "mean", "sd"]
    table = pd.DataFrame([_row(row, search) for row in complete.to_dict("records")], columns=columns)
    table = table.assign(rank=_ranks(table["mean"]), **_tests(complete, search))
    if not search.reported:
        return table
    reported = pd.Series(
        [reported_mean(configuration(row, search), search) for row in complete.to_dict("records")], dtype=float
    )
    return table.assign(reported=reported, reported_rank=_ranks(reported), difference=table["mean"] - reported)


def marginal_means(trials: pd.DataFrame, search: Search) -> pd.DataFrame:
    """Compare the choices of each dimension by the first fold, which pruned configurations ran too.

    Returns
    -------
    DataFrame
        A row for each choice: `dimension`, `choice`, `configurations` that have it, and `mean` of their accuracies on
        the first fold. Ranges that can't be listed are left out.
    """
    scored = [(configuration(row, search), row["fold_1"]) for row in scored_trials(trials).to_dict("records")]
    rows = []
    for name, dimension in search.space.items():
        for value in dimension.values or ():
            scores = [score for point, score in scored if name in point and point[name] == value]
            if scores:
                rows.append({"dimension": name, "choice": value, "configurations": len(scores), "mean": fmean(scores)})
    return pd.DataFrame(rows, columns=["dimension", "choice", "configurations", "mean"])


def _row(row: Mapping[Any, Any], search: Search) -> dict[str, Any]:
    return {**configuration(row, search), **{name: row[name] for name in ("number", "mean", "sd")}}


def _tests(complete: pd.DataFrame, search: Search) -> dict[str, list[float]]:
    if complete.empty:
        return {"behind": [], "p_value": [], "p_holm": []}
    best, *others = complete[[f"fold_{fold}" for fold in range(1, search.folds.count + 1)]].to_numpy(dtype=float)
    tests = [corrected_resampled_t_test(best, other) for other in others]
    p_values = [test.p_value for test in tests]
    return {
        "behind": [0.0, *(test.difference for test in tests)],
        "p_value": [np.nan, *p_values],
        "p_holm": [np.nan, *holm(p_values)],
    }


def _ranks(scores: "pd.Series[float]") -> "pd.Series[int]":
    """Ranks from 1 for the highest; equal scores share the better one."""
    return scores.rank(ascending=False, method="min").astype("Int64")
