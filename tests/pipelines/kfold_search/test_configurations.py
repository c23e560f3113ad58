"""Configurations are read off a table alike, whether it was stored or not."""

from collections.abc import Callable

import pandas as pd
import pytest
from stand_in_search import a_search

from fer_kedro.errors import InputError
from fer_kedro.pipelines.kfold_search.configurations import (
    complete_trials,
    configuration,
    reported_mean,
    scored_trials,
    short_names,
)
from fer_kedro.search.decisions import Search

Stored = Callable[[pd.DataFrame], pd.DataFrame]
Table = Callable[..., pd.DataFrame]
HARD = {
    "filters": {"choices": {"32": {"model.blocks": [[32]]}, "None": {"model.blocks": [[64]]}}},
    "balancing": {"choices": [None, {"target": 10}]},
    "model.l2": {"choices": [0, 1e-4]},
    "flag": {"choices": {"true": {"model.kernel": 3}, "false": {"model.kernel": 5}}},
    "training.epochs": {"integers": [1, 2], "when": {"filters": ["32"]}},
}


def read(table: pd.DataFrame, search: Search) -> list[dict[str, object]]:
    return [configuration(row, search) for row in table.to_dict("records")]


def test_fresh_and_stored_tables_have_the_configurations_that_were_drawn(
    search: Search, trials: pd.DataFrame, stored: Stored
) -> None:
    assert read(trials, search)[0]["width"] == trials["width"][0]
    assert read(stored(trials), search) == read(trials, search)


def test_labels_that_look_like_something_else_stay_what_they_are(table: Table, stored: Stored) -> None:
    search = a_search(sampler="grid", trials=None, space=HARD)
    made = table(search, [[0.5, 0.5, 0.5]] * search.count)
    assert read(stored(made), search) == read(made, search) == search.points
    assert [type(value) for value in read(stored(made), search)[0].values()] == [str, type(None), int, str, int]


def test_dimension_that_is_not_there_is_left_out(search: Search, trials: pd.DataFrame) -> None:
    for row in read(trials, search):
        assert ("training.epochs" in row) == (row["width"] == "wide")


def test_choice_of_none_is_a_value() -> None:
    search = a_search(space={"balancing": {"choices": [None, {"target": 10}]}})
    assert configuration({"balancing": float("nan")}, search) == {"balancing": None}


def test_table_of_another_page_is_refused_in_one_sentence() -> None:
    search = a_search(space={"model.kernel": {"choices": [3, 5]}})
    with pytest.raises(InputError, match=r"^A trial of search 'mine' has model.kernel 9, which its page"):
        configuration({"model.kernel": 9}, search)


def test_complete_trials_begin_with_the_best_and_the_earlier_of_equals(table: Table) -> None:
    search = a_search(sampler="grid", trials=None)
    made = table(search, [[0.5, 0.5, 0.5], [0.7, 0.7, 0.7], [0.9], [0.7, 0.7, 0.7]])
    assert complete_trials(made.iloc[::-1])["number"].tolist() == [1, 3, 0]


def test_scored_trials_leave_out_what_failed(table: Table) -> None:
    made = table(a_search(sampler="grid", trials=None), [[0.5] * 3, [0.7], [0.6]], state=["COMPLETE", "PRUNED", "FAIL"])
    assert scored_trials(made)["number"].tolist() == [0, 1]


def test_reported_mean_is_found_by_the_configuration() -> None:
    search = a_search(sampler="grid", trials=None, reported=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert reported_mean({"training.epochs": 2, "model.kernel": 5}, search) == 0.5
    assert reported_mean({"training.epochs": 9, "model.kernel": 5}, search) is None
    assert reported_mean(search.points[0], a_search(sampler="grid", trials=None)) is None


def test_names_are_the_ends_of_paths_where_these_differ() -> None:
    space = {"model.kernel": {"choices": [3]}, "a.seed": {"choices": [1]}, "b.seed": {"choices": [2]}}
    told = short_names(a_search(space=space | {"optimizer.learning_rate": {"reals": [0.1, 1]}}))
    assert list(told.values()) == ["kernel", "a.seed", "b.seed", "learning rate"]
