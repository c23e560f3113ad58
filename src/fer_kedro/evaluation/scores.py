"""Scores of a predictions table, and the record of a run that holds them."""

import json
from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.evaluation.intervals import Method, share_interval
from fer_kedro.evaluation.predictions import class_names, predicted_codes, probabilities, true_codes
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST

TEST = "test"
LEAST = 2.0**-25
"""Half precision makes 0 of what is less, of which the logarithm is no number."""


class ClassScores(TypedDict):
    """One class against the rest; `support` counts its true faces."""

    precision: float
    recall: float
    f1: float
    support: int


class Scores(TypedDict):
    """All numbers of one set of faces; shares lie in [0, 1].

    `accuracy_low` and `accuracy_high` are a 95 % interval, and `interval` says how it was found: `wilson`, or
    `bootstrap by group` where several faces are copies of one or were generated from one. `balanced_accuracy` is the
    mean recall of the classes that occur; `macro_f1` averages over every class, and a class never predicted counts 0.
    `majority_accuracy` is what naming the set's commonest class throughout would reach.
    """

    n: int
    correct: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    interval: Method
    balanced_accuracy: float
    macro_f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    log_loss: float
    majority_accuracy: float
    per_class: dict[str, ClassScores]


def scored_set(of: pd.DataFrame | Mapping[str, Any]) -> str:
    """Name the set that a run's accuracy is quoted on: `PrivateTest`, or else `test`.

    Parameters
    ----------
    of
        Its predictions or its record. A protocol of a report's own that tests on other faces than PrivateTest has
        the one set `test`.
    """
    if isinstance(of, pd.DataFrame):
        return PRIVATE_TEST if (scored_rows(of, TEST)["usage"] == PRIVATE_TEST).all() else TEST
    return TEST if TEST in of["scores"] else PRIVATE_TEST


def scored_rows(predictions: pd.DataFrame, name: str | None = None) -> pd.DataFrame:
    """Choose the predictions of one set, a usage or `test`; by default of the one that `scored_set` names."""
    name = name or scored_set(predictions)
    return predictions[predictions["part" if name == TEST else "usage"] == name]


def score_predictions(predictions: pd.DataFrame) -> dict[str, dict[str, Scores]]:
    """Score PublicTest and PrivateTest, or the one set `test`: each on all faces and on its duplicate-free ones.

    A set or a subset without faces is left out.

    Raises
    ------
    InputError
        Where probabilities are not finite, do not sum to 1, or classes are missing.
    """
    scores = {}
    for name in (TEST,) if scored_set(predictions) == TEST else (PUBLIC_TEST, PRIVATE_TEST):
        faces = scored_rows(predictions, name)
        subsets = {"all": faces, "duplicate_free": faces[faces["duplicate_free"].to_numpy(bool)]}
        scores[name] = {subset: score(rows) for subset, rows in subsets.items() if len(rows)}
    return {name: subsets for name, subsets in scores.items() if subsets}


def score(predictions: pd.DataFrame) -> Scores:
    """Score all rows of a predictions table, of which there is at least one.

    Raises
    ------
    InputError
        As in `score_predictions`, or where the table is an older version's, without the groups of copies.
    """
    from sklearn.metrics import precision_recall_fscore_support

    if "group" not in predictions:
        raise InputError("Predictions of an older version do not name the groups of copies: predict or train again.")
    truth, guess, names = true_codes(predictions), predicted_codes(predictions), class_names(predictions)
    codes = range(len(names))
    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, labels=codes, zero_division=0)
    n, correct = len(truth), int(np.trace(_count(truth, guess, len(names))))
    if correct != np.count_nonzero(truth == guess):
        raise AssertionError("The confusion matrix and the accuracy disagree.")
    interval = share_interval(truth == guess, predictions["group"].to_numpy())
    return Scores(
        n=n,
        correct=correct,
        accuracy=correct / n,
        accuracy_low=interval.low,
        accuracy_high=interval.high,
        interval=interval.method,
        balanced_accuracy=float(recall[support > 0].mean()),
        macro_f1=float(f1.mean()),
        weighted_precision=float(np.average(precision, weights=support)),
        weighted_recall=float(np.average(recall, weights=support)),
        weighted_f1=float(np.average(f1, weights=support)),
        log_loss=float(-np.log(np.maximum(probabilities(predictions)[np.arange(n), truth], LEAST)).mean()),
        majority_accuracy=float(support.max() / n),
        per_class={
            name: ClassScores(
                precision=float(precision[k]),
                recall=float(recall[k]),
                f1=float(f1[k]),
                support=int(support[k]),
            )
            for k, name in enumerate(names)
        },
    )


def confusion(predictions: pd.DataFrame, name: str) -> npt.NDArray[np.int64]:
    """Count true (rows) against predicted classes (columns) of a set (see `scored_rows`), shape (classes, classes)."""
    faces = scored_rows(predictions, name)
    return _count(true_codes(faces), predicted_codes(faces), len(class_names(faces)))


def run_record(predictions: pd.DataFrame, run_facts: dict[str, Any]) -> dict[str, Any]:
    """Join what training knows of a run with the scores of its predictions.

    Returns
    -------
    dict
        `run_facts` and `scores` (see `score_predictions`), holding only what JSON can hold.
    """
    record = run_facts | {"scores": score_predictions(predictions)}
    plain: dict[str, Any] = json.loads(json.dumps(record, default=_plain))
    return plain


def _count(truth: npt.NDArray[np.intp], guess: npt.NDArray[np.intp], classes: int) -> npt.NDArray[np.int64]:
    return np.bincount(truth * classes + guess, minlength=classes * classes).reshape(classes, classes)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A run record can't hold a {type(value).__name__}.")
