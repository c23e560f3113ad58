"""A grid that was run in full tells what a pruner would have made of it."""

import pandas as pd
import pytest
from stand_in_search import BASE, StandIn, a_search, searched

from fer_kedro.search.decisions import Pruning, Search
from fer_kedro.search.replay import replay
from fer_kedro.search.trials_table import trials_table

FOLDS = [f"fold_{fold}" for fold in range(1, 6)]
PRUNERS = [
    (Pruning(kind="halving", keep=0.25), 9),
    (Pruning(kind="halving", keep=0.5, min_folds=2), 9),
    (Pruning(kind="median"), 2),
    (Pruning(kind="wilcoxon", p_threshold=0.3, min_folds=2), 3),
]


def grid(**changes: object) -> Search:
    return a_search(**({"sampler": "grid", "trials": None, "folds": {"count": 5}, "at_once": 9} | changes))


@pytest.fixture(scope="module")
def complete() -> pd.DataFrame:
    return trials_table(searched(grid()), grid())


def test_no_pruning_gives_the_table_as_it_is(complete: pd.DataFrame) -> None:
    again = replay(complete, grid(), BASE, Pruning(), at_once=2)
    pd.testing.assert_frame_equal(again, complete)


@pytest.mark.parametrize(("pruning", "at_once"), PRUNERS)
def test_replaying_is_what_the_pruned_search_itself_would_have_done(
    complete: pd.DataFrame, pruning: Pruning, at_once: int
) -> None:
    pruned = grid(pruning=pruning.model_dump(), at_once=at_once)
    real = trials_table(searched(pruned, StandIn(workers=3)), pruned)
    pd.testing.assert_frame_equal(replay(complete, grid(), BASE, pruning, at_once), real)
    assert real["folds_run"].sum() < complete["folds_run"].sum()


def test_a_folds_seconds_are_the_mean_of_its_trials(complete: pd.DataFrame) -> None:
    slow = complete.assign(cpu_seconds=complete["number"] * 10.0)
    again = replay(slow, grid(), BASE, Pruning(kind="halving", keep=0.25), at_once=9)
    assert again["cpu_seconds"].tolist() == pytest.approx((again["number"] * 2.0 * again["folds_run"]).tolist())


def test_scores_are_not_touched(complete: pd.DataFrame) -> None:
    again = replay(complete, grid(), BASE, Pruning(kind="halving", keep=0.5), at_once=9)
    run = again[FOLDS].notna()
    assert (again[FOLDS][run].fillna(0) == complete[FOLDS][run].fillna(0)).all(axis=None)
