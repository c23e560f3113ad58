"""When a configuration that is losing stops: Optuna's pruners with folds as steps, and halving over folds."""

import math
import warnings
from statistics import fmean

import optuna
from optuna.trial import TrialState

from fer_kedro.search.decisions import Search


def pruner(search: Search) -> optuna.pruners.BasePruner:
    """Return what decides after each fold whether a trial goes on."""
    pruning = search.pruning
    if pruning.kind == "wilcoxon":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.pruners.WilcoxonPruner(p_threshold=pruning.p_threshold, n_startup_steps=pruning.min_folds)
    if pruning.kind == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=pruning.min_folds - 1)
    if pruning.kind == "halving":
        return HalvingPruner(pruning.keep, search.at_once, pruning.min_folds)
    return optuna.pruners.NopPruner()


class HalvingPruner(optuna.pruners.BasePruner):
    """Of the trials that were asked together, lets the best share go on after each fold, by their mean so far.

    Optuna's own `SuccessiveHalvingPruner` decides as each trial comes along, and so by the order in which they come;
    here all have their score of a fold before any is pruned.

    Parameters
    ----------
    keep
        Share of those that ran the fold; at least one goes on.
    at_once
        How many trials are asked together, in the order of their numbers.
    min_folds
        None is pruned before so many folds.
    """

    def __init__(self, keep: float, at_once: int, min_folds: int = 1) -> None:
        self._keep, self._at_once, self._min_folds = keep, at_once, min_folds

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Whether a trial is not among the best of its company at its last fold."""
        step = trial.last_step
        if step is None or step + 1 < self._min_folds:
            return False
        company = trial.number // self._at_once
        rivals = [
            other
            for other in study.get_trials(deepcopy=False)
            if other.number // self._at_once == company
            and step in other.intermediate_values
            and other.state != TrialState.FAIL
        ]
        ranked = sorted(rivals, key=lambda other: (-_mean(other, step), other.number))
        going_on = {other.number for other in ranked[: math.ceil(self._keep * len(ranked))]}
        return trial.number not in going_on


def _mean(trial: optuna.trial.FrozenTrial, step: int) -> float:
    # Exact, since folds come in any order and a sum that is rounded depends on it.
    return fmean(value for fold, value in trial.intermediate_values.items() if fold <= step)
