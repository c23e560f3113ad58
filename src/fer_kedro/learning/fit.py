"""Fit one model by one recipe, from the beginning or from the last checkpoint."""

import hashlib
import os
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Images
from fer_kedro.learning.batches import FaceBatches, without_stall
from fer_kedro.learning.callbacks import Chronicle, schedule_callbacks
from fer_kedro.learning.losses import class_weights, loss_function
from fer_kedro.learning.monitor import Monitor, NullMonitor
from fer_kedro.learning.precision import dtype_policy, resolve_precision
from fer_kedro.models.build import build_model
from fer_kedro.models.normalization import plain
from fer_kedro.recipe import Optimizer, Preprocessing, Recipe

PREDICTION_BATCH = 256
STEPS_PER_EXECUTION = 8
"""Steps in one call of TensorFlow: what Keras does between calls costs a small network a twentieth of its time."""


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """uint8 images (n, 48, 48) and their emotion codes (n,)."""

    images: Images
    labels: npt.NDArray[np.integer]

    def digest(self) -> str:
        """Hash of pixels and labels."""
        hashed = hashlib.sha256(np.ascontiguousarray(self.images).data)
        hashed.update(self.labels.astype(np.int64).tobytes())
        return hashed.hexdigest()


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model, one history row an epoch, the best epoch (from 1), and the precision it was computed in."""

    model: keras.Model
    history: list[dict[str, float]]
    best_epoch: int
    precision: str


def fit(
    recipe: Recipe,
    train: LabelledImages,
    validation: LabelledImages,
    classes: int,
    monitor: Monitor | None = None,
) -> Fitted:
    """Train a recipe's model on `train`, selecting on `validation`.

    The same recipe, data, precision and thread count give the same weights bit for bit, stopped and resumed
    or not.
    """
    monitor = monitor or NullMonitor()
    precision = resolve_precision(recipe.training.precision)
    model = compiled_model(recipe, train, classes, precision)
    batches = FaceBatches(
        train.images,
        train.labels,
        recipe.training.batch_size,
        seed=recipe.training.seed,
        augmentation=recipe.augmentation,
    )
    others = schedule_callbacks(recipe.training)
    fingerprint = _fingerprint(recipe, precision, train, validation)
    chronicle = Chronicle(batches, others, recipe.training.keep_best, monitor, fingerprint)
    epochs_done = chronicle.restore(model)
    if not chronicle.finished:
        weights = class_weights(recipe.loss, train.labels)
        _run(model, batches, validation, recipe, [*others, chronicle], epochs_done, monitor, weights)
    chronicle.restore_best(model)
    return Fitted(plain(model), chronicle.history, chronicle.best_epoch, precision)


def compiled_model(recipe: Recipe, train: LabelledImages, classes: int, precision: str) -> keras.Model:
    """Build a recipe's model, its preprocessing fitted on the training images, ready to train."""
    scale, offset = preprocessing_constants(recipe.preprocessing, train.images)
    with dtype_policy(precision):
        model = build_model(recipe.model, classes, scale=scale, offset=offset, seed=recipe.training.seed)
    model.compile(
        optimizer=_optimizer(recipe.optimizer),
        loss=loss_function(recipe.loss),
        metrics=["accuracy"],
        jit_compile=False,  # XLA trains 4 to 8 times slower on a CPU
        steps_per_execution=STEPS_PER_EXECUTION if keras.backend.backend() == "tensorflow" else 1,
    )
    model.optimizer.build(model.trainable_variables)
    return model


def preprocessing_constants(preprocessing: Preprocessing, images: Images) -> tuple[float, float]:
    """Scale and offset that grey levels g enter the network by: g · scale + offset."""
    if preprocessing.scaling == "none":
        return 1.0, 0.0
    if preprocessing.scaling == "unit":
        return 1 / 255, 0.0
    counts = np.bincount(images.ravel(), minlength=256)
    levels = np.arange(256)
    mean = float(counts @ levels / counts.sum())
    deviation = float(np.sqrt(counts @ (levels - mean) ** 2 / counts.sum()))
    return 1 / deviation, -mean / deviation


def predict(model: keras.Model, images: Images) -> npt.NDArray[np.float32]:
    """Probabilities, float32 (n, classes), of uint8 images (n, 48, 48)."""
    batches = FaceBatches(images, np.zeros(len(images), np.int64), PREDICTION_BATCH)
    return np.asarray(model.predict(without_stall(batches), verbose=0), dtype=np.float32)


def _run(
    model: keras.Model,
    batches: FaceBatches,
    validation: LabelledImages,
    recipe: Recipe,
    callbacks: list[keras.callbacks.Callback],
    epochs_done: int,
    monitor: Monitor,
    weights: dict[int, float] | None,
) -> None:
    monitor.begin(recipe.name, recipe.training.epochs, len(batches), epochs_done)
    try:
        model.fit(
            without_stall(batches),
            validation_data=without_stall(FaceBatches(validation.images, validation.labels, PREDICTION_BATCH)),
            initial_epoch=epochs_done,
            epochs=recipe.training.epochs,
            shuffle=False,
            class_weight=weights,
            callbacks=callbacks,
            verbose=0,
        )
    finally:
        monitor.end()


def _optimizer(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(optimizer.learning_rate)


def _fingerprint(recipe: Recipe, precision: str, *data: LabelledImages) -> str:
    decisions = recipe.model_dump_json(exclude={"description", "chosen", "report", "reported"})
    setting = [precision, keras.backend.backend(), keras.__version__, str(os.cpu_count())]
    parts = [decisions, *setting, *(part.digest() for part in data)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
