"""A task fits one recipe to one fold's training part and scores it on the rest; a failure is a result too."""

import math
import os
import pickle
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from stand_in_search import BASE, some_folds
from tiny_recipe import tiny_recipe

from fer_kedro.errors import InputError
from fer_kedro.learning import fit as learning
from fer_kedro.learning.batches import LabelledImages
from fer_kedro.recipe import Recipe
from fer_kedro.search import tasks
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import (
    DIVERGED,
    OTHER_VERSION,
    OUT_OF_MEMORY,
    FoldResult,
    FoldTask,
    MachineError,
    run_fold,
    running_code,
)

Row = dict[str, float]


def row(epoch: int, accuracy: float) -> Row:
    return {"epoch": epoch, "loss": 0.5, "val_accuracy": accuracy, "val_loss": 1 - accuracy, "seconds": 0.25}


def fitted(monkeypatch: pytest.MonkeyPatch, history: list[Row], best: int = 1) -> list[tuple[Any, ...]]:
    """Let `fit` give this history; returns what it is called with."""
    calls: list[tuple[Any, ...]] = []

    def fit(*arguments: Any) -> SimpleNamespace:
        calls.append(arguments)
        return SimpleNamespace(history=history, best_epoch=best)

    monkeypatch.setattr(learning, "fit", fit)
    return calls


def run(recipe: Recipe = BASE, fold: int = 0, data: FoldedFaces | None = None) -> FoldResult:
    return run_fold(data or some_folds(3), FoldTask(4, fold, recipe), None)


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fit(*_: Any) -> None:
        raise error

    monkeypatch.setattr(tasks, "_fit", fit)


def test_the_score_is_that_of_the_epoch_that_the_recipe_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted(monkeypatch, [row(1, 0.4), row(2, 0.7), row(3, 0.6)], best=2)
    result = run(fold=2)
    assert (result.trial, result.fold, result.accuracy, result.loss) == (4, 2, 0.7, pytest.approx(0.3))
    assert (result.epochs, result.fit_seconds, result.failure) == (3, 0.75, "")
    assert result.process == os.getpid()


def test_a_fold_is_fitted_to_its_training_part_and_scored_on_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    data, calls = some_folds(3), fitted(monkeypatch, [row(1, 0.5)])
    for fold in range(3):
        run(fold=fold)
    for fold, (recipe, train, validation, classes) in zip(data.folds, calls, strict=True):
        assert recipe is BASE
        assert classes == 3
        assert np.array_equal(train.images, data.faces.images[fold.train])
        assert np.array_equal(train.labels, data.faces.labels[fold.train])
        assert np.array_equal(validation.images, data.faces.images[fold.validation])
        assert np.array_equal(validation.labels, data.faces.labels[fold.validation])


def test_grey_levels_are_standardised_by_the_training_part_of_the_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """`fit` takes them from the images that it is given to train on; here each fold's are of another brightness."""
    plain = some_folds(3)
    images = plain.faces.images // 8
    for number, fold in enumerate(plain.folds):
        images[fold.validation] += np.uint8(60 * number)
    data = FoldedFaces(replace(plain.faces, images=images), plain.folds)
    calls, recipe = fitted(monkeypatch, [row(1, 0.5)]), tiny_recipe(preprocessing={"scaling": "standardise"})
    for number, fold in enumerate(data.folds):
        run(recipe, number, data)
        given: LabelledImages = calls[-1][1]
        scale, offset = learning.preprocessing_constants(recipe.preprocessing, given.images)
        standardised = images[fold.train] * scale + offset
        assert (standardised.mean(), standardised.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
        assert abs((images * scale + offset).mean()) + abs((images * scale + offset).std() - 1) > 0.05


@pytest.mark.parametrize(("target", "each"), [("smallest", 13), (20, 20)])
def test_a_recipe_that_balances_balances_the_training_part_alone(
    monkeypatch: pytest.MonkeyPatch, target: Any, each: int
) -> None:
    calls = fitted(monkeypatch, [row(1, 0.5)])
    run(tiny_recipe(balancing={"target": target}))
    _, train, validation, _ = calls[0]
    assert np.bincount(train.labels).tolist() == [each] * 3
    assert np.array_equal(validation.images, some_folds(3).faces.images[some_folds(3).folds[0].validation])


@pytest.mark.parametrize("kind", ["loss", "val_loss"])
@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_is_a_failure(monkeypatch: pytest.MonkeyPatch, loss: float, kind: str) -> None:
    fitted(monkeypatch, [row(1, 0.9), row(2, 0.4) | {kind: loss}, row(3, 0.4)])
    result = run()
    assert result.failure == DIVERGED == "The loss is not finite: training diverged"
    assert math.isnan(result.accuracy)
    assert (result.epochs, result.fit_seconds) == (3, 0.75)


class ResourceExhaustedError(Exception):
    """What TensorFlow calls it."""


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), OUT_OF_MEMORY),
        (ResourceExhaustedError("OOM when allocating tensor with shape[4,8]"), OUT_OF_MEMORY),
        (ValueError("Negative dimension size\nand a long trace"), "ValueError: Negative dimension size"),
        (RuntimeError(), "RuntimeError: "),
    ],
)
def test_whatever_goes_wrong_is_a_failure_with_its_cause(
    monkeypatch: pytest.MonkeyPatch, error: Exception, failure: str
) -> None:
    raising(monkeypatch, error)
    result = run()
    assert result.failure == failure
    assert math.isnan(result.accuracy)
    assert (result.epochs, result.process) == (0, os.getpid())


@pytest.mark.parametrize("error", [ImportError("libcudnn.so.9: no such file"), OSError("No space left on device")])
def test_what_every_task_would_meet_on_a_machine_is_told_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    raising(monkeypatch, error)
    with pytest.raises(
        InputError, match=rf"^A worker on \S+ can't train \({type(error).__name__}: {error}\): mend that"
    ):
        run()


def test_a_library_that_cannot_be_loaded_is_told_with_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(threads: int) -> None:
        raise ImportError("No module named 'tensorflow'")

    monkeypatch.setattr(tasks, "limit_threads", missing)
    with pytest.raises(MachineError, match=r"^A worker on \S+ can't train \(ImportError: No module named"):
        run_fold(some_folds(3), FoldTask(1, 0, BASE), 1)


def test_weights_or_a_gpu_that_a_machine_lacks_are_no_failure_of_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any) -> None:
        raise InputError("The weights are not here.")

    monkeypatch.setattr(learning, "fit", refuse)
    with pytest.raises(MachineError, match=r"^A worker on \S+ can't train \(The weights are not here.\): mend that"):
        run()


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit()])
def test_an_interrupt_is_no_failure(monkeypatch: pytest.MonkeyPatch, stop: BaseException) -> None:
    raising(monkeypatch, stop)
    with pytest.raises(type(stop)):
        run()


def test_another_version_is_told_before_anything_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fitted(monkeypatch, [row(1, 0.5)])
    result = run_fold(some_folds(3), FoldTask(1, 0, BASE, code="of yesterday"), None)
    assert result.failure == OTHER_VERSION
    assert not calls


def test_another_library_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    task = FoldTask(1, 0, BASE)
    monkeypatch.setattr(tasks, "running_code", running_code.__wrapped__)
    monkeypatch.setattr(tasks, "computed_by", lambda: {"tensorflow": "another"})
    assert run_fold(some_folds(3), task, None).failure == OTHER_VERSION


def test_the_version_is_the_one_that_runs_and_not_the_one_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    task = FoldTask(1, 0, BASE)
    monkeypatch.setattr(tasks, "code_digest", lambda: "edited meanwhile")
    assert FoldTask(1, 0, BASE) == task
    fitted(monkeypatch, [row(1, 0.5)])
    assert run().failure == ""


def test_the_times_are_those_of_the_whole_task(monkeypatch: pytest.MonkeyPatch) -> None:
    def fit(*_: Any) -> tuple[list[Row], int]:
        time.sleep(0.05)
        return [row(1, 0.5) | {"seconds": 0.01}], 1

    monkeypatch.setattr(tasks, "_fit", fit)
    result = run()
    assert result.seconds >= 0.05 > result.fit_seconds == 0.01
    assert 0 <= result.cpu_seconds < 5


def test_tasks_and_results_travel_between_processes() -> None:
    task, result = FoldTask(1, 2, BASE), FoldResult(1, 2, 0.5, 0.25, failure="x")
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301
