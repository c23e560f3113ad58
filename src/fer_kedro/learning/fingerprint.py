"""What a checkpoint belongs to: everything that decides the weights of a training."""

import hashlib
from importlib.metadata import version

import keras

from fer_kedro.learning.device import device
from fer_kedro.models.weights import check_weights
from fer_kedro.recipe import Recipe
from fer_kedro.source_code import TRAINING, code_digest
from fer_kedro.threads import thread_count


def fingerprint(recipe: Recipe, precision: str, *data: str) -> str:
    """Hash of a recipe's decisions, its data, and what computes: code, versions, device, precision, threads."""
    backend = keras.backend.backend()
    versions = [backend, device(), *map(version, (backend, "keras", "numpy", "opencv-python-headless"))]
    computed_by = [precision, *versions, str(thread_count()), code_digest(patterns=TRAINING)]
    parts = [recipe.decisions(), check_weights(recipe.model), *computed_by, *data]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
