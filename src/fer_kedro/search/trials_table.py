"""The trials of a search as one table, which every number and figure of it comes from."""

import numpy as np
import pandas as pd

from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import Trial


def trials_table(trials: list[Trial], search: Search) -> pd.DataFrame:
    """Return one row a trial, in the order of their numbers.

    Returns
    -------
    pd.DataFrame
        `number`, `state`, one column for each dimension (missing where it is not there), `fold_1` … with the
        accuracy of each fold (NaN where it was not run), `mean` and `sd` over the folds that were run (the latter
        with n - 1), `folds_run`, `seconds`, `fit_seconds` and `cpu_seconds` of all its tasks, and `failure`.
    """
    table = pd.DataFrame([_row(trial, search) for trial in trials])
    # As objects, or a 3 beside what is missing becomes 3.0.
    return table.assign(
        **{name: pd.Series([trial.parameters.get(name) for trial in trials], dtype=object) for name in search.space}
    )


def _row(trial: Trial, search: Search) -> dict[str, object]:
    results, scores = trial.folds, trial.accuracies
    folds = range(search.folds.count)
    return {
        "number": trial.number,
        "state": trial.state,
        **{name: trial.parameters.get(name) for name in search.space},
        **{f"fold_{fold + 1}": results[fold].accuracy if fold in results else np.nan for fold in folds},
        "mean": trial.mean,
        "sd": float(np.std(scores, ddof=1)) if len(scores) > 1 else np.nan,
        "folds_run": len(results),
        "seconds": sum(result.seconds for result in results.values()),
        "fit_seconds": sum(result.fit_seconds for result in results.values()),
        "cpu_seconds": sum(result.cpu_seconds for result in results.values()),
        "failure": trial.failure,
    }
