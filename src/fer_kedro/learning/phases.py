"""The phases of a training, and what each of them fits."""

from dataclasses import dataclass

import keras
import numpy as np

from fer_kedro.architecture import weights_of
from fer_kedro.learning.batches import PREDICTION_BATCH, FaceBatches, LabelledImages
from fer_kedro.models.trainable import set_trainable, split_before_learning
from fer_kedro.recipe import Phase, Recipe

MOST_BYTES = 2 * 1024**3
"""Memory for features of training and validation faces, at four bytes a value; larger ones are computed every epoch."""


def training_phases(recipe: Recipe) -> tuple[Phase, ...]:
    """Return the recipe's fine-tuning phases; without pre-trained weights, one phase that trains all layers."""
    if recipe.training.fine_tuning and weights_of(recipe.model) != "none":
        return recipe.training.fine_tuning
    return (Phase(epochs=recipe.training.epochs, learning_rate=recipe.optimizer.learning_rate),)


def phase_notes(recipe: Recipe) -> list[str]:
    """Say where a recipe's phases could not be kept to."""
    if recipe.training.fine_tuning and weights_of(recipe.model) == "none":
        return ["No pre-trained weights were given, so all layers were trained, in one phase."]
    return []


@dataclass(frozen=True, eq=False)
class Task:
    """What one phase fits: a model, its training batches, and what it is validated on."""

    model: keras.Model
    train: FaceBatches
    validation: FaceBatches


def phase_task(
    model: keras.Model, phase: Phase, recipe: Recipe, train: LabelledImages, validation: LabelledImages
) -> Task:
    """Freeze what a phase does not train, and choose what it fits.

    Frozen layers give the same features of the same faces in every epoch. Where no augmentation varies the faces,
    they are computed once, and what comes after the frozen layers is fitted to them.
    """
    set_trainable(model, phase.trainable)
    most = MOST_BYTES / 4 / (len(train.images) + len(validation.images))
    if recipe.augmentation is None and (parts := split_before_learning(model, most)):
        base, model = parts
        train, validation = _features(base, train), _features(base, validation)
    settings = recipe.training
    batches = FaceBatches(
        train.images, train.labels, settings.batch_size, seed=settings.seed, augmentation=recipe.augmentation
    )
    return Task(model, batches, FaceBatches(validation.images, validation.labels, PREDICTION_BATCH))


def _features(base: keras.Model, faces: LabelledImages) -> LabelledImages:
    features = np.empty((len(faces.images), *base.output.shape[1:]), base.output.dtype)
    rows = 0
    for images, labels in FaceBatches(faces.images, faces.labels, PREDICTION_BATCH):
        features[rows : rows + len(labels)] = base.predict_on_batch(images)
        rows += len(labels)
    return LabelledImages(features, faces.labels)
