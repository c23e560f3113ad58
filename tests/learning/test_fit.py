"""Training is deterministic, resumes bit for bit, and stops where its recipe says."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from power_cut import DyingMonitor, PowerCutError

from fer_kedro.datasets.monitor_dataset import MonitorDataset, TrainingMonitor
from fer_kedro.learning.batches import BLOCK, FaceBatches, LabelledImages
from fer_kedro.learning.callbacks import Chronicle
from fer_kedro.learning.fit import built_model, fit, predict, preprocessing_constants
from fer_kedro.learning.monitor import Checkpoint, NullMonitor
from fer_kedro.learning.precision import resolve_precision
from fer_kedro.recipe import Optimizer, Preprocessing, Recipe

CLASSES = 3
RECIPE: dict[str, Any] = {
    "name": "tiny",
    "report": "none",
    "description": "a small network",
    "augmentation": {"rotation": 10, "flip": 0.5, "shift": 0.1},
    "model": {
        "family": "cnn",
        "blocks": [[4]],
        "batch_norm": True,
        "block_dropout": 0.2,
        "dense": [8],
        "dense_dropout": 0.3,
    },
    "training": {
        "epochs": 4,
        "batch_size": 16,
        "precision": "float32",
        "seed": 3,
        "early_stopping": {"monitor": "val_loss", "patience": 3},
        "reduce_on_plateau": {"monitor": "val_loss", "factor": 0.5, "patience": 1},
    },
}


def recipe(**training: Any) -> Recipe:
    return Recipe.model_validate({**RECIPE, "training": {**RECIPE["training"], **training}})


def labelled(seed: int, count: int = 70) -> LabelledImages:
    """Faces whose class is a bright row at one of three heights, in noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    images = generator.integers(0, 120, (count, 48, 48), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[8 + 12 * label : 12 + 12 * label] += 100
    return LabelledImages(images, labels)


TRAIN, VALIDATION = labelled(0), labelled(1, 30)


def weights(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in model.get_weights()]


def equal(first: Any, second: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))


def test_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    first, again, other = (fit(recipe(seed=seed, epochs=2), TRAIN, VALIDATION, CLASSES) for seed in (3, 3, 4))
    assert equal(first.model, again.model)
    assert not equal(first.model, other.model)


@pytest.mark.parametrize(
    ("epochs_before_the_cut", "precision"), [(1, "float32"), (3, "float32"), (2, "mixed_bfloat16")]
)
def test_resumed_training_equals_an_unbroken_one(tmp_path: Path, epochs_before_the_cut: int, precision: str) -> None:
    chosen = recipe(precision=precision)
    unbroken = fit(chosen, TRAIN, VALIDATION, CLASSES)
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(PowerCutError):
        fit(chosen, TRAIN, VALIDATION, CLASSES, DyingMonitor(path, epochs_before_the_cut))
    resumed = fit(chosen, TRAIN, VALIDATION, CLASSES, MonitorDataset(filepath=str(path)).load())
    assert equal(unbroken.model, resumed.model)
    assert unbroken.best_epoch == resumed.best_epoch
    for one, two in zip(unbroken.history, resumed.history, strict=True):
        assert {k: v for k, v in one.items() if "seconds" not in k} == {
            k: v for k, v in two.items() if "seconds" not in k
        }


class CountingMonitor(NullMonitor):
    """Counts batches."""

    def __init__(self) -> None:
        self.done = 0

    def batches(self, count: int) -> None:
        self.done += count


@pytest.mark.parametrize("batch_size", [4, 8, 16, 70])
def test_every_batch_is_reported_once(batch_size: int) -> None:
    monitor = CountingMonitor()
    fit(recipe(batch_size=batch_size, epochs=2), TRAIN, VALIDATION, CLASSES, monitor)
    assert monitor.done == 2 * math.ceil(len(TRAIN.labels) / batch_size)


def test_finished_training_is_not_trained_further_but_told_again(tmp_path: Path) -> None:
    """Whoever listens may have died between the last checkpoint and hearing of it."""
    monitor = TrainingMonitor(tmp_path / "checkpoint.npz")
    done = fit(recipe(), TRAIN, VALIDATION, CLASSES, monitor)
    told: list[dict[str, float]] = []
    monitor.listen(lambda number, metrics: told.append(metrics))
    again = fit(recipe(), TRAIN, VALIDATION, CLASSES, monitor)
    assert told == done.history
    assert equal(done.model, again.model)


def test_moving_averages_that_an_optimiser_keeps_come_back_from_the_checkpoint(tmp_path: Path) -> None:
    """No recipe asks for them; whoever adds that need not think of it."""

    def trained(chronicle_path: Path, epochs: int) -> keras.Model:
        model = built_model(recipe(), TRAIN, CLASSES, "float32")
        optimizer = keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
        optimizer.build(model.trainable_variables)
        batches = FaceBatches(TRAIN.images, TRAIN.labels, 35, seed=1)
        chronicle = Chronicle(model, None, TrainingMonitor(chronicle_path), "averaged")
        _, done = chronicle.enter(0, optimizer, batches, [])
        validation = (VALIDATION.images[..., np.newaxis], VALIDATION.labels)
        model.fit(
            batches,
            validation_data=validation,
            initial_epoch=done,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[chronicle],
        )
        return model

    unbroken = trained(tmp_path / "unbroken.npz", 2)
    trained(tmp_path / "broken.npz", 1)
    resumed = trained(tmp_path / "broken.npz", 2)
    averages = [variable for variable in resumed.optimizer.variables if "average" in variable.path]
    assert len(averages) == len(resumed.trainable_variables)
    for one, two in zip(unbroken.optimizer.variables, resumed.optimizer.variables, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(two)), one.path


def test_checkpoint_of_another_recipe_or_other_faces_is_not_resumed(tmp_path: Path) -> None:
    monitor = TrainingMonitor(tmp_path / "checkpoint.npz")
    fit(recipe(epochs=1), TRAIN, VALIDATION, CLASSES, monitor)
    other = fit(recipe(epochs=1, seed=9), TRAIN, VALIDATION, CLASSES, monitor)
    assert equal(other.model, fit(recipe(epochs=1, seed=9), TRAIN, VALIDATION, CLASSES).model)
    flipped = dataclasses.replace(TRAIN, images=TRAIN.images[:, ::-1])
    fresh = fit(recipe(epochs=1, seed=9), flipped, VALIDATION, CLASSES, monitor)
    assert equal(fresh.model, fit(recipe(epochs=1, seed=9), flipped, VALIDATION, CLASSES).model)


NOTHING_TO_LEARN = LabelledImages(TRAIN.images, np.random.default_rng(5).permutation(TRAIN.labels))


def test_early_stopping_ends_training_when_the_patience_is_used_up() -> None:
    eager = recipe(epochs=30, reduce_on_plateau=None).model_copy(update={"optimizer": Optimizer(learning_rate=0.02)})
    fitted = fit(eager, NOTHING_TO_LEARN, VALIDATION, CLASSES)
    losses = [row["val_loss"] for row in fitted.history]
    assert len(losses) < 30
    assert min(losses) == losses[-4]


def test_plateau_lowers_the_learning_rate() -> None:
    eager = recipe(epochs=8, early_stopping=None).model_copy(update={"optimizer": Optimizer(learning_rate=0.02)})
    history = fit(eager, NOTHING_TO_LEARN, VALIDATION, CLASSES).history
    losses, rates = [row["val_loss"] for row in history], [row["learning_rate"] for row in history]
    expected, rate, best = [], 0.02, np.inf
    for loss in losses:
        expected.append(rate)
        rate = rate if loss < best - 1e-4 else rate / 2
        best = loss if loss < best - 1e-4 else best
    assert rates == pytest.approx(expected)
    assert rates[-1] < 0.02


@pytest.mark.parametrize(("keep_best", "pick"), [("val_accuracy", max), ("val_loss", min)])
def test_kept_weights_are_the_best_epochs(keep_best: str, pick: Any) -> None:
    fitted = fit(recipe(keep_best=keep_best), TRAIN, VALIDATION, CLASSES)
    values = [row[keep_best] for row in fitted.history]
    assert fitted.best_epoch == values.index(pick(values)) + 1
    probabilities = predict(fitted.model, VALIDATION.images)
    accuracy = (probabilities.argmax(axis=1) == VALIDATION.labels).mean()
    assert accuracy == pytest.approx(fitted.history[fitted.best_epoch - 1]["val_accuracy"], abs=1e-6)


def test_it_learns() -> None:
    fitted = fit(recipe(epochs=12, early_stopping=None, reduce_on_plateau=None), labelled(0, 300), VALIDATION, CLASSES)
    assert max(row["val_accuracy"] for row in fitted.history) > 0.8


def test_evaluation_batches_are_never_shuffled_or_augmented() -> None:
    batches = FaceBatches(TRAIN.images, TRAIN.labels, 16, augmentation=recipe().augmentation)
    batches.begin_epoch(5)
    images = np.concatenate([batches[number][0] for number in range(len(batches))])[..., 0]
    assert np.array_equal(images, TRAIN.images)


def test_training_batches_depend_on_seed_and_epoch_alone() -> None:
    def epoch(number: int, seed: int = 1) -> np.ndarray:
        batches = FaceBatches(TRAIN.images, TRAIN.labels, 16, seed=seed, augmentation=recipe().augmentation)
        batches.begin_epoch(number)
        return np.concatenate([batches[n][0] for n in range(len(batches))])

    assert np.array_equal(epoch(2), epoch(2))
    assert not np.array_equal(epoch(2), epoch(3))
    assert not np.array_equal(epoch(2), epoch(2, seed=2))


def test_batches_may_be_asked_for_in_any_order() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2 * BLOCK + 70, 48, 48), dtype=np.uint8)
    batches = FaceBatches(images, np.arange(len(images)), 64, seed=1, augmentation=recipe().augmentation)
    forwards = {number: batches[number] for number in range(len(batches))}
    for number in reversed(range(len(batches))):
        for one, two in zip(batches[number], forwards[number], strict=True):
            assert np.array_equal(one, two)


def test_every_training_face_is_seen_once_an_epoch() -> None:
    batches = FaceBatches(TRAIN.images, np.arange(len(TRAIN.labels)), 16, seed=0)
    seen = np.concatenate([batches[number][1] for number in range(len(batches))])
    assert sorted(seen) == list(range(len(TRAIN.labels)))


def test_standardised_training_pixels_have_mean_0_and_deviation_1() -> None:
    scale, offset = preprocessing_constants(Preprocessing(scaling="standardise"), TRAIN.images)
    standardised = TRAIN.images * scale + offset
    assert standardised.mean() == pytest.approx(0, abs=1e-9)
    assert standardised.std() == pytest.approx(1)


def test_automatic_precision_follows_the_processor() -> None:
    assert resolve_precision("auto", frozenset({"avx512_bf16"})) == "mixed_bfloat16"
    assert resolve_precision("auto", frozenset({"avx2"})) == "float32"
    assert resolve_precision("float32", frozenset({"avx512_bf16"})) == "float32"


def test_null_monitor_keeps_nothing() -> None:
    monitor = NullMonitor()
    monitor.save(Checkpoint("x", {}, {}))
    assert monitor.restore("x") is None
