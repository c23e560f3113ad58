"""Train every recipe page's model for a step under the backend that KERAS_BACKEND names: `python tests/one_step.py`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
from recipe_pages import recipe_pages

from fer_kedro.architecture import Architecture
from fer_kedro.hooks.logged_model import example_and_signature
from fer_kedro.learning.batches import LabelledImages
from fer_kedro.learning.device import device
from fer_kedro.learning.fit import built_model, fit, predict
from fer_kedro.learning.phases import training_phases
from fer_kedro.models.build import build_model
from fer_kedro.models.trainable import split_at_base
from fer_kedro.recipe import Recipe

SMALL = {
    "mobilenet_v2": {"size": 32},
    "vgg16": {"size": 32},
    "vit": {"size": 32, "depth": 1, "width": 24},
}
APPLICATIONS = {"mobilenet_v2": keras.applications.MobileNetV2, "vgg16": keras.applications.VGG16}
CLASSES = 7
FACES = LabelledImages(
    np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8), np.array([0, CLASSES - 1, CLASSES - 1])
)


def short(recipe: Recipe, folder: Path) -> Recipe:
    """Let each phase last an epoch; the pre-trained families are small, and start from a file of weights."""
    network = recipe.model.model_copy(update=SMALL.get(recipe.model.family, {}))
    if network.family in SMALL:
        file = folder / f"{network.family}.weights.h5"
        if not file.exists():
            base(network).save_weights(file)
        network = network.model_copy(update={"weights": str(file)})
    phases = tuple(phase.model_copy(update={"epochs": 1}) for phase in recipe.training.fine_tuning)
    training = recipe.training.model_copy(update={"epochs": 1, "fine_tuning": phases})
    return recipe.model_copy(update={"model": network, "training": training})


def base(network: Architecture) -> keras.Model:
    """The base of a pre-trained family, with weights as it is born with."""
    if network.family == "vit":
        return split_at_base(build_model(network, CLASSES))[0]
    return APPLICATIONS[network.family](include_top=False, weights=None, input_shape=(network.size, network.size, 3))


def one_step(recipe: Recipe) -> None:
    """Fit a recipe to three faces, which make one batch, and predict them."""
    fitted = fit(recipe, FACES, FACES, CLASSES)
    assert len(fitted.history) == len(training_phases(recipe))
    assert all(np.isfinite([row["loss"], row["val_loss"]]).all() for row in fitted.history)
    before = built_model(recipe, FACES, CLASSES, fitted.precision).get_weights()
    after = fitted.model.get_weights()
    assert any(not np.array_equal(one, two) for one, two in zip(before, after, strict=True))
    assert np.allclose(predict(fitted.model, FACES.images).sum(axis=1), 1, atol=1e-4)
    _, signature = example_and_signature(fitted.model)
    assert signature.outputs.to_dict()[0]["tensor-spec"]["shape"] == (-1, CLASSES)


def main() -> None:
    """Write a line for the backend and one for each recipe."""
    sys.stdout.write(f"backend {keras.backend.backend()}, {device()}\n")
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)  # four times quicker than to trace graphs for one step
    with TemporaryDirectory() as folder:
        for name, recipe in recipe_pages().items():
            one_step(short(recipe, Path(folder)))
            sys.stdout.write(f"fitted {name}\n")


if __name__ == "__main__":
    main()
