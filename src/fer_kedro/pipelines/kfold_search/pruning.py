"""What each way of pruning would have saved on a grid that was run in full, and which winner it would have found."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fer_kedro.evaluation.cross_validation import corrected_resampled_t_test
from fer_kedro.pipelines.kfold_search.configurations import complete_trials
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Pruning, Search
from fer_kedro.search.monitor import COMPLETE

COMPANY = 4
"""Trials asked together where the pruner compares with complete ones: the first company runs in full."""
COLUMNS = ["pruning", "at_once", "folds_run", "compute_ratio", "winner", "winner_mean", "behind", "p_value"]


def compare_pruning(trials: pd.DataFrame, search: Search, recipe: Recipe) -> pd.DataFrame:
    """Replay a complete grid under each pruner, from the scores that it has.

    Returns
    -------
    pd.DataFrame
        A row for each pruner, empty where a configuration was not scored on all folds: `at_once`, `folds_run`,
        `compute_ratio` (CPU seconds of the grid over those that the pruner would have taken, each fold at its
        configuration's mean), `winner` (its number), `winner_mean`, `behind` (mean of the grid's best minus the
        winner's) and `p_value` of that, by the corrected resampled t-test; 1 where the winner is the same.
    """
    if search.sampler != "grid" or (trials["state"] != COMPLETE).any():
        return pd.DataFrame(columns=COLUMNS)
    return pd.DataFrame(_rows(trials, search, recipe), columns=COLUMNS)


def pruners(search: Search) -> dict[str, tuple[Pruning, int]]:
    """Return the pruners that are compared, by name, each with how many trials it asks together."""
    return {
        "halving, the better half goes on": (Pruning(kind="halving", keep=0.5), search.count),
        "halving, the better third goes on": (Pruning(kind="halving", keep=0.34), search.count),
        "halving, the better quarter goes on": (Pruning(kind="halving", keep=0.25), search.count),
        "median of the complete ones": (Pruning(kind="median"), COMPANY),
        "Wilcoxon at 0.3, from 2 folds on": (Pruning(kind="wilcoxon", p_threshold=0.3, min_folds=2), COMPANY),
    }


def _rows(trials: pd.DataFrame, search: Search, recipe: Recipe) -> Iterator[dict[str, Any]]:
    from fer_kedro.search.replay import replay

    best = complete_trials(trials).iloc[0]
    folds = [f"fold_{fold}" for fold in range(1, search.folds.count + 1)]
    for name, (pruning, at_once) in pruners(search).items():
        if pruning.min_folds >= search.folds.count:
            continue
        pruned = replay(trials, search, recipe, pruning, at_once)
        winner = complete_trials(pruned).iloc[0]
        test = corrected_resampled_t_test(best[folds].astype(float), winner[folds].astype(float))
        yield {
            "pruning": name,
            "at_once": at_once,
            "folds_run": int(pruned["folds_run"].sum()),
            "compute_ratio": trials["cpu_seconds"].sum() / pruned["cpu_seconds"].sum(),
            "winner": int(winner["number"]),
            "winner_mean": winner["mean"],
            "behind": test.difference,
            "p_value": test.p_value,
        }
