"""Scores, against hand counts and scikit-learn."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from fer_kedro.errors import InputError
from fer_kedro.evaluation import (
    bootstrap_by_group,
    confusion,
    run_record,
    score,
    score_predictions,
    scored_rows,
    scored_set,
    wilson,
)

NAMES = ("happy", "sad", "neutral")


def predictions(truth: list[int], guess: list[int], usage: str = "PrivateTest", copies: int = 0) -> pd.DataFrame:
    """Faces guessed with probability 0.8; the first `copies` of them have a copy in another usage."""
    values = np.full((len(truth), len(NAMES)), 0.1)
    values[np.arange(len(truth)), guess] = 0.8
    return pd.DataFrame(
        {
            "face_id": [f"{usage}{row}" for row in range(len(truth))],
            "usage": usage,
            "part": "validation" if usage == "PublicTest" else "test",
            "group": [f"{usage}{row}" for row in range(len(truth))],
            "duplicate_free": np.arange(len(truth)) >= copies,
            "emotion": np.array(truth, np.int8),
            **{f"p_{name}": values[:, code].astype(np.float32) for code, name in enumerate(NAMES)},
            "model_id": "m",
        }
    )


def test_scores_match_a_count_by_hand() -> None:
    scores = score(predictions([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0]))
    assert (scores["n"], scores["correct"], scores["accuracy"]) == (6, 3, 0.5)
    assert (scores["accuracy_low"], scores["accuracy_high"], scores["interval"]) == (*wilson(3, 6), "wilson")
    assert scores["majority_accuracy"] == 0.5
    assert scores["per_class"]["happy"] == {
        "precision": 0.5,
        "recall": pytest.approx(2 / 3),
        "f1": pytest.approx(4 / 7),
        "support": 3,
    }
    assert scores["per_class"]["neutral"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert scores["log_loss"] == pytest.approx(-(np.log(0.8) + np.log(0.1)) / 2, rel=1e-6)


def test_scores_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    truth, noise = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    guess = np.where(rng.random(200) < 0.6, truth, noise)
    scores = score(predictions(truth.tolist(), guess.tolist()))
    assert scores["accuracy"] == metrics.accuracy_score(truth, guess)
    assert scores["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, guess))
    for average in ("macro", "weighted"):
        assert scores[f"{average}_f1"] == pytest.approx(metrics.f1_score(truth, guess, average=average))  # type: ignore[literal-required]
    assert scores["weighted_precision"] == pytest.approx(metrics.precision_score(truth, guess, average="weighted"))
    assert scores["weighted_recall"] == pytest.approx(scores["accuracy"])


def test_class_without_faces_counts_in_macro_f1_but_not_in_balanced_accuracy() -> None:
    scores = score(predictions([0, 0, 1], [0, 0, 1]))
    assert scores["balanced_accuracy"] == 1.0
    assert scores["macro_f1"] == pytest.approx(2 / 3)


def test_both_usages_are_scored_on_all_and_on_duplicate_free_faces() -> None:
    table = pd.concat([predictions([0, 1], [0, 0], "PublicTest"), predictions([0, 1, 2], [0, 1, 0], copies=1)])
    scores = score_predictions(table)
    assert scores["PublicTest"]["all"]["accuracy"] == 0.5
    assert scores["PrivateTest"]["all"]["correct"] == 2
    assert (
        scores["PrivateTest"]["duplicate_free"]["n"],
        scores["PrivateTest"]["duplicate_free"]["correct"],
    ) == (2, 1)


def test_subset_and_usage_without_faces_are_left_out() -> None:
    scores = score_predictions(predictions([0, 1], [0, 0], copies=2))
    assert {usage: list(subsets) for usage, subsets in scores.items()} == {"PrivateTest": ["all"]}


def test_confusion_counts_true_rows_and_predicted_columns_of_one_usage() -> None:
    table = pd.concat([predictions([0, 0, 1, 2], [0, 2, 1, 1]), predictions([2], [2], "PublicTest")])
    assert confusion(table, "PrivateTest").tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 0]]
    assert confusion(table, "PublicTest").tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_trace_of_the_confusion_over_n_is_the_accuracy() -> None:
    rng = np.random.default_rng(1)
    table = predictions(rng.integers(0, 3, 99).tolist(), rng.integers(0, 3, 99).tolist())
    matrix = confusion(table, "PrivateTest")
    assert np.trace(matrix) / matrix.sum() == score(table)["accuracy"]


def test_run_record_is_plain_json_with_facts_and_scores() -> None:
    table = predictions([0, 1, 2], [0, 1, 1])
    facts = {"run": "honest.tiny", "parameters": np.int64(7), "threads": (1, 2)}
    record = run_record(table, facts)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert (record["run"], record["parameters"], record["threads"]) == ("honest.tiny", 7, [1, 2])
    assert record["scores"] == score_predictions(table)
    assert "scores" not in facts


@pytest.fixture
def folder() -> pd.DataFrame:
    """The test folder as one test set: two faces of PublicTest, one of which is copied, and one of PrivateTest."""
    public = predictions([0, 1], [0, 0], "PublicTest", copies=1).assign(part="test")
    return pd.concat([public, predictions([2], [2])], ignore_index=True)


def test_a_test_set_other_than_private_test_has_one_set_of_scores(folder: pd.DataFrame) -> None:
    scores = score_predictions(folder)
    assert list(scores) == ["test"]
    assert (scores["test"]["all"]["n"], scores["test"]["all"]["correct"]) == (3, 2)
    assert (scores["test"]["duplicate_free"]["n"], scores["test"]["duplicate_free"]["correct"]) == (2, 1)


def test_the_scored_set_is_named_from_predictions_and_record_alike(folder: pd.DataFrame) -> None:
    official = pd.concat([predictions([0, 1], [0, 0], "PublicTest"), predictions([2], [2])])
    for table, name in ((folder, "test"), (official, "PrivateTest")):
        assert scored_set(table) == name
        assert scored_set(run_record(table, {})) == name


def test_scored_rows_are_those_of_the_scored_set_or_of_the_set_asked_for(folder: pd.DataFrame) -> None:
    assert scored_rows(folder).equals(folder)
    assert scored_rows(folder, "PublicTest").equals(folder[:2])
    official = pd.concat([predictions([0, 1], [0, 0], "PublicTest"), predictions([2], [2])], ignore_index=True)
    assert scored_rows(official).equals(official[2:])


def test_copies_of_a_face_are_a_group_of_the_interval() -> None:
    truth, guess = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 2]
    table = predictions(truth, guess).assign(part="test", usage="Training", group=list("aabbcd"))
    everything = score(table)
    right = np.equal(truth, guess)
    assert (everything["accuracy_low"], everything["accuracy_high"]) == bootstrap_by_group(right, list("aabbcd"))
    assert everything["interval"] == "bootstrap by group"
    assert run_record(table, {})["scores"]["test"]["all"]["interval"] == "bootstrap by group"


def test_where_each_face_has_no_copy_the_interval_is_wilsons() -> None:
    once = score(predictions([0, 1, 2], [0, 1, 1]))
    assert (once["accuracy_low"], once["accuracy_high"], once["interval"]) == (*wilson(2, 3), "wilson")


def test_confusion_of_a_test_set_counts_all_its_faces(folder: pd.DataFrame) -> None:
    assert confusion(folder, "test").tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_a_probability_that_half_precision_made_zero_is_not_told_from_the_least_that_it_knows() -> None:
    sure = predictions([0], [1]).assign(p_happy=0.0, p_sad=1.0, p_neutral=0.0)
    assert score(sure)["log_loss"] == pytest.approx(25 * np.log(2), rel=1e-6)


def test_predictions_of_an_older_version_are_refused() -> None:
    with pytest.raises(InputError, match="do not name the groups of copies"):
        score(predictions([0], [0]).drop(columns="group"))
