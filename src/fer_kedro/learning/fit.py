"""Fit one model by one recipe, from the beginning or from the last checkpoint."""

from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Images
from fer_kedro.learning.batches import PREDICTION_BATCH, FaceBatches, LabelledImages, without_stall
from fer_kedro.learning.callbacks import Chronicle, schedule_callbacks
from fer_kedro.learning.fingerprint import fingerprint
from fer_kedro.learning.losses import class_weights, loss_function
from fer_kedro.learning.monitor import Monitor, NullMonitor
from fer_kedro.learning.phases import Task, phase_task, training_phases
from fer_kedro.learning.precision import dtype_policy, resolve_precision
from fer_kedro.models.build import build_model
from fer_kedro.models.normalization import plain
from fer_kedro.models.trainable import set_trainable
from fer_kedro.recipe import Phase, Preprocessing, Recipe

STEPS_PER_EXECUTION = 8
"""Steps in one call of TensorFlow: what Keras does between calls costs a small network a twentieth of its time."""


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
    """Train a recipe's model on `train`, phase by phase, selecting on `validation`.

    With TensorFlow on a processor the same recipe, data, precision and thread count give the same weights bit for bit,
    stopped and resumed or not.
    """
    monitor = monitor or NullMonitor()
    precision = resolve_precision(recipe.training.precision)
    model = built_model(recipe, train, classes, precision)
    belongs_to = fingerprint(recipe, precision, train.digest(), validation.digest())
    chronicle = Chronicle(model, recipe.training.keep_best, monitor, belongs_to)
    weights = class_weights(recipe.loss, train.labels)
    for number, phase in enumerate(training_phases(recipe)):
        if number >= chronicle.phase:
            task = phase_task(model, phase, recipe, train, validation)
            compile_model(task.model, recipe, phase.learning_rate)
            _run(task, phase, recipe, chronicle, number, weights, monitor)
    chronicle.restore_best()
    set_trainable(model, "all")
    return Fitted(plain(model), chronicle.history, chronicle.best_epoch, precision)


def built_model(recipe: Recipe, train: LabelledImages, classes: int, precision: str) -> keras.Model:
    """Build a recipe's model, its preprocessing fitted on the training images."""
    scale, offset = preprocessing_constants(recipe.preprocessing, train.images)
    with dtype_policy(precision):
        return build_model(recipe.model, classes, scale=scale, offset=offset, seed=recipe.training.seed)


def compile_model(model: keras.Model, recipe: Recipe, learning_rate: float) -> None:
    """Give a model the recipe's loss and a new optimiser for the weights that are now trainable."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=loss_function(recipe.loss),
        metrics=["accuracy"],
        jit_compile=keras.backend.backend() == "jax",  # under TensorFlow XLA is 4 to 8 times slower on a CPU
        steps_per_execution=STEPS_PER_EXECUTION if keras.backend.backend() == "tensorflow" else 1,
    )
    model.optimizer.build(model.trainable_variables)


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
    task: Task,
    phase: Phase,
    recipe: Recipe,
    chronicle: Chronicle,
    number: int,
    weights: dict[int, float] | None,
    monitor: Monitor,
) -> None:
    """Fit one phase to its end, from wherever the last checkpoint left it."""
    others = schedule_callbacks(recipe.training)
    began, done = chronicle.enter(number, task.model.optimizer, task.train, others)
    if chronicle.finished:
        return
    monitor.begin(recipe.name, began + phase.epochs, len(task.train), done)
    try:
        task.model.fit(
            without_stall(task.train),
            validation_data=without_stall(task.validation),
            initial_epoch=done,
            epochs=began + phase.epochs,
            shuffle=False,
            class_weight=weights,
            callbacks=[*others, chronicle],
            verbose=0,
        )
    finally:
        monitor.end()
