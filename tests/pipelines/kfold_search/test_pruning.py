"""Ways of pruning beside each other, on a grid that was run in full."""

import pandas as pd
import pytest
from stand_in_search import BASE, a_search, searched

from fer_kedro.pipelines.kfold_search.nodes import compare_pruning
from fer_kedro.pipelines.kfold_search.pruning import COLUMNS, pruners
from fer_kedro.search.decisions import Search
from fer_kedro.search.trials_table import trials_table


@pytest.fixture(scope="module")
def grid() -> Search:
    return a_search(sampler="grid", trials=None, folds={"count": 5}, at_once=9)


@pytest.fixture(scope="module")
def compared(grid: Search) -> pd.DataFrame:
    return compare_pruning(trials_table(searched(grid), grid), grid, BASE)


def test_every_pruner_has_a_row(compared: pd.DataFrame, grid: Search) -> None:
    assert list(compared.columns) == COLUMNS
    assert compared["pruning"].tolist() == list(pruners(grid))


def test_compute_is_that_of_the_folds_which_were_run(compared: pd.DataFrame) -> None:
    # Every fold of the stand-in takes equally long.
    assert (compared["compute_ratio"] * compared["folds_run"]).tolist() == pytest.approx([45.0] * len(compared))
    assert (compared["folds_run"] < 45).all()


def test_winner_is_at_most_behind_the_grids_best(compared: pd.DataFrame, grid: Search) -> None:
    table = trials_table(searched(grid), grid).set_index("number")
    assert compared["winner_mean"].tolist() == pytest.approx(table.loc[compared["winner"], "mean"].tolist())
    assert compared["behind"].tolist() == pytest.approx((table["mean"].max() - compared["winner_mean"]).tolist())
    assert (compared["p_value"][compared["behind"] == 0] == 1).all()


def test_a_search_that_was_pruned_or_no_grid_has_nothing_to_replay() -> None:
    for search in (a_search(), a_search(sampler="grid", trials=None, pruning={"kind": "halving"}, at_once=9)):
        assert compare_pruning(trials_table(searched(search), search), search, BASE).empty


def test_pruners_that_would_decide_after_the_last_fold_are_left_out() -> None:
    short = a_search(sampler="grid", trials=None, folds={"count": 2}, at_once=9)
    names = compare_pruning(trials_table(searched(short), short), short, BASE)["pruning"]
    assert not names.str.startswith("Wilcoxon").any()
