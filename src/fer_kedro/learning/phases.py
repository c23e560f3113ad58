"""The phases of a training, and what each of them fits."""

import math
from dataclasses import dataclass

import keras

from fer_kedro.architecture import weights_of
from fer_kedro.learning.batches import PREDICTION_BATCH, FaceBatches, LabelledImages, without_stall
from fer_kedro.models.trainable import set_trainable, split_before_learning
from fer_kedro.recipe import Phase, Recipe

MOST_BYTES = 2 * 1024**3
"""Features that would take more memory are computed in every epoch."""


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
    parts = split_before_learning(model) if recipe.augmentation is None else None
    if parts and _bytes(parts[0], train, validation) <= MOST_BYTES:
        base, model = parts
        train, validation = _features(base, train), _features(base, validation)
    settings = recipe.training
    batches = FaceBatches(
        train.images, train.labels, settings.batch_size, seed=settings.seed, augmentation=recipe.augmentation
    )
    return Task(model, batches, FaceBatches(validation.images, validation.labels, PREDICTION_BATCH))


def _bytes(base: keras.Model, *parts: LabelledImages) -> int:
    """Bound what the features take: four bytes each at most."""
    return int(4 * math.prod(base.output.shape[1:]) * sum(len(faces.images) for faces in parts))


def _features(base: keras.Model, faces: LabelledImages) -> LabelledImages:
    batches = FaceBatches(faces.images, faces.labels, PREDICTION_BATCH)
    return LabelledImages(base.predict(without_stall(batches), verbose=0), faces.labels)
