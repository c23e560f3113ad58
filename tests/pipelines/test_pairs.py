"""Paired tests between the best runs, from stored predictions."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest
from run_records import LEAKS, guesses, own_test, scored, scores

from fer_kedro.pipelines.reporting import nodes

Stored = dict[str, Callable[[], pd.DataFrame]]


def compare(*records: dict[str, Any]) -> pd.DataFrame:
    return nodes.compare({str(k): {"record": record} for k, record in enumerate(records)})


def stored(**rights: list[bool]) -> Stored:
    """Predictions by `<protocol>__<recipe>__<seed>`."""
    places = {name: "/".join([*name.split("__")[:2], f"seed_{name.split('__')[2]}"]) for name in rights}
    return {places[name]: partial(guesses, right) for name, right in rights.items()}


def refuse() -> pd.DataFrame:
    raise AssertionError("predictions that do not count must not be loaded")


def test_best_honest_runs_are_tested_face_by_face() -> None:
    comparison = compare(scored("honest.a", 0.5), scored("honest.b", 0.9))
    pairs = nodes.compare_pairs(comparison, stored(honest__a__0=[False] * 9 + [True], honest__b__0=[True] * 10))
    assert pairs[["first", "second"]].to_numpy().tolist() == [["honest.b", "honest.a"]]
    assert pairs[["first_only", "second_only", "faces"]].to_numpy().tolist() == [[9, 0, 10]]
    assert pairs["p_value"].tolist() == pytest.approx([2 / 2**9])


def test_the_four_best_of_public_test_are_tested_whatever_private_test_says_of_them() -> None:
    names = "abcde"
    records = [scored(f"honest.{name}", 0.9 - 0.1 * place) for place, name in enumerate(names)]
    for record, public in zip(records, (0.5, 0.6, 0.7, 0.8, 0.9), strict=True):
        record["scores"]["PublicTest"] = {"all": scores(public, 7)}
    predictions = stored(**{f"honest__{name}__0": [True] * 4 for name in names}) | {"honest/a/seed_0": refuse}
    pairs = nodes.compare_pairs(compare(*records), predictions)
    assert len(pairs) == 6
    assert pairs["first"].tolist()[:3] == ["honest.b"] * 3
    assert "honest.a" not in {*pairs["first"], *pairs["second"]}


def test_leaky_runs_other_protocols_and_own_test_sets_are_not_tested() -> None:
    comparison = compare(
        scored("honest.a", 0.5), scored("honest.b", 0.9),
        scored("official.a", 0.8), scored("honest.leaky", 0.8, leak_audit=LEAKS), own_test("as_reported.a", 0.9),
    )  # fmt: skip
    others = ("official/a", "honest/leaky", "as_reported/a")
    predictions = stored(honest__a__0=[True], honest__b__0=[True]) | {f"{run}/seed_0": refuse for run in others}
    assert len(nodes.compare_pairs(comparison, predictions)) == 1


def test_first_seed_of_a_recipe_counts_not_the_luckiest() -> None:
    comparison = compare(scored("honest.a", 0.5), scored("honest.a", 0.9, seed=1), scored("honest.b", 0.6, seed=2))
    predictions = stored(honest__a__0=[True], honest__b__2=[True]) | {"honest/a/seed_1": refuse}
    pairs = nodes.compare_pairs(comparison, predictions)
    assert pairs[["first", "second"]].to_numpy().tolist() == [["honest.b.seed_2", "honest.a"]]


def test_runs_on_other_faces_are_tested_apart_and_corrected_together() -> None:
    demo = {"source": "demo", "digest": "de"}
    comparison = compare(
        scored("honest.a", 0.5), scored("honest.b", 0.6), scored("honest.c", 0.5, data=demo),
        scored("honest.d", 0.6, data=demo),
    )  # fmt: skip
    right, wrong = [True] * 6, [False] * 6
    pairs = nodes.compare_pairs(
        comparison, stored(honest__a__0=wrong, honest__b__0=right, honest__c__0=wrong, honest__d__0=right)
    )
    assert pairs["data"].tolist() == ["fer2013", "demo"]
    assert pairs[["first", "second"]].to_numpy().tolist() == [["honest.b", "honest.a"], ["honest.d", "honest.c"]]
    assert pairs["p_value"].tolist() == pytest.approx([2 / 2**6] * 2)
    assert pairs["p_holm"].tolist() == pytest.approx([4 / 2**6] * 2)


def test_runs_without_predictions_or_with_other_face_ids_are_passed_over() -> None:
    comparison = compare(scored("honest.a", 0.5), scored("honest.b", 0.6), scored("honest.c", 0.7))
    predictions: Stored = {
        "honest/c/seed_0": partial(guesses, [True], ["1"]),
        "honest/b/seed_0": partial(guesses, [True], ["PrivateTest_1"]),
    }
    pairs = nodes.compare_pairs(comparison, predictions)
    assert pairs.empty
    assert {"data", "test_set", "classes", "first", "second", "p_value", "p_holm"} <= set(pairs.columns)


def test_nothing_to_compare_gives_a_table_that_survives_its_csv(tmp_path: Any) -> None:
    nodes.compare_pairs(compare(own_test("as_reported.a", 0.5)), {}).to_csv(tmp_path / "pairs.csv", index=False)
    assert pd.read_csv(tmp_path / "pairs.csv").empty
