"""Losers stop: each way of pruning with folds as steps, and halving over the trials that were asked together."""

import warnings
from typing import Any

import optuna
import pytest
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial
from stand_in_search import a_search, a_study

from fer_kedro.search.pruners import HalvingPruner, pruner

Folds = dict[int, float]


def trial(folds: Folds, state: TrialState = TrialState.RUNNING) -> FrozenTrial:
    complete = {"value": sum(folds.values()) / len(folds)} if state == TrialState.COMPLETE else {}
    drawn = {"params": {"x": 1}, "distributions": {"x": IntDistribution(0, 9)}}
    return create_trial(state=state, intermediate_values=folds, **drawn, **complete)


def study_of(*trials: FrozenTrial) -> optuna.Study:
    study = a_study()
    study.add_trials(trials)
    return study


def pruned(study: optuna.Study, way: optuna.pruners.BasePruner) -> list[int]:
    """Numbers of the running trials that stop."""
    running = study.get_trials(states=(TrialState.RUNNING,))
    return [one.number for one in running if way.prune(study, one)]


def way(**pruning: Any) -> optuna.pruners.BasePruner:
    return pruner(a_search(folds={"count": 6}, pruning=pruning))


@pytest.mark.parametrize(("keep", "losers"), [(0.5, [0, 2]), (0.75, [2]), (0.25, [0, 1, 2]), (0.01, [0, 1, 2])])
def test_the_best_share_of_a_company_goes_on(keep: float, losers: list[int]) -> None:
    study = study_of(*(trial({0: score}) for score in (0.3, 0.4, 0.1, 0.5)))
    assert pruned(study, HalvingPruner(keep, at_once=4)) == losers


def test_of_a_company_that_does_not_divide_the_larger_part_goes_on() -> None:
    study = study_of(*(trial({0: score}) for score in (0.1, 0.2, 0.3)))
    assert pruned(study, HalvingPruner(0.5, at_once=4)) == [0]


def test_companies_are_apart() -> None:
    study = study_of(*(trial({0: score}) for score in (0.9, 0.8, 0.1, 0.2)))
    assert pruned(study, HalvingPruner(0.5, at_once=2)) == [1, 2]


def test_of_equals_the_first_goes_on() -> None:
    study = study_of(*(trial({0: 0.5}) for _ in range(4)))
    assert pruned(study, HalvingPruner(0.5, at_once=4)) == [2, 3]


def test_the_mean_of_all_folds_counts_in_whatever_order_they_came() -> None:
    scores = (0.1, 0.2, 0.3)
    forth, back = dict(enumerate(scores)), dict(reversed(list(enumerate(scores))))
    assert sum(forth.values()) != sum(back.values()), "the sum is rounded otherwise"
    for folds in ((forth, back), (back, forth)):
        assert pruned(study_of(*map(trial, folds)), HalvingPruner(0.5, at_once=2)) == [1]
    better = study_of(trial({0: 0.9, 1: 0.1}), trial({0: 0.4, 1: 0.7}))
    assert pruned(better, HalvingPruner(0.5, at_once=2)) == [0]


def test_rivals_are_those_that_ran_the_fold_pruned_or_not_but_no_failures() -> None:
    study = study_of(
        trial({0: 0.6}, TrialState.PRUNED),
        trial({0: 0.5, 1: 0.5}, TrialState.PRUNED),
        trial({0: 0.7, 1: 0.7}),
        trial({0: 0.8, 1: 0.6}),
        trial({1: 0.99}, TrialState.FAIL),
    )
    halving = HalvingPruner(0.5, at_once=8)
    assert pruned(study, halving) == []
    study.add_trial(trial({0: 0.9, 1: 0.9}))
    assert pruned(study, halving) == [3]


def test_nothing_stops_before_so_many_folds() -> None:
    study = study_of(trial({0: 0.9, 1: 0.9}), trial({0: 0.1, 1: 0.1}), trial({}))
    assert pruned(study, HalvingPruner(0.5, at_once=4, min_folds=3)) == []
    assert pruned(study, HalvingPruner(0.5, at_once=4, min_folds=2)) == [1]
    complete = study_of(trial(dict.fromkeys(range(6), 0.9), TrialState.COMPLETE), trial({0: 0.1, 1: 0.1}))
    assert pruned(complete, way(kind="median", min_folds=3)) == []
    assert pruned(complete, way(kind="median", min_folds=2)) == [1]


def test_median_stops_what_is_below_the_complete_ones_at_the_fold() -> None:
    complete = [trial({0: score, 1: score}, TrialState.COMPLETE) for score in (0.4, 0.5, 0.9)]
    study = study_of(*complete, trial({0: 0.45}), trial({0: 0.55}), trial({0: 0.6, 1: 0.3}))
    assert pruned(study, way(kind="median")) == [3]


def test_median_stops_nothing_before_a_trial_is_complete() -> None:
    assert pruned(study_of(trial({0: 0.9}), trial({0: 0.1})), way(kind="median")) == []


@pytest.mark.parametrize(
    ("folds", "threshold", "stops"),
    [(3, 0.2, True), (3, 0.1, False), (4, 0.1, True), (2, 0.2, False)],
    ids=["three of 0.2", "three of 0.1", "four of 0.1", "two"],
)
def test_wilcoxon_stops_what_loses_on_fold_after_fold(folds: int, threshold: float, stops: bool) -> None:
    """The least p-value of n folds is 2⁻ⁿ."""
    best = {fold: 0.6 + fold / 100 for fold in range(6)}
    worse = {fold: best[fold] - 0.1 - fold / 1000 for fold in range(folds)}
    study = study_of(trial(best, TrialState.COMPLETE), trial(worse), trial({fold: best[fold] for fold in range(folds)}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pruned(study, way(kind="wilcoxon", p_threshold=threshold)) == ([1] if stops else [])


def test_none_stops_nothing() -> None:
    study = study_of(trial(dict.fromkeys(range(6), 0.9), TrialState.COMPLETE), trial({0: 0.1}))
    assert pruned(study, way(kind="none")) == []


@pytest.mark.parametrize("kind", ["none", "halving", "wilcoxon", "median"])
def test_no_way_of_pruning_warns_that_it_is_experimental(kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        way(kind=kind)
