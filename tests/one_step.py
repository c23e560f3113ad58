"""Fit every recipe page's model for one step under the backend that KERAS_BACKEND names: `python tests/one_step.py`."""

import sys

import keras
import numpy as np
from recipe_pages import recipe_pages

from fer_kedro.learning.fit import compile_model
from fer_kedro.models.build import build_model
from fer_kedro.recipe import Recipe

SMALL = {
    "mobilenet_v2": {"size": 32},
    "vgg16": {"size": 32},
    "vit": {"size": 32, "depth": 1, "width": 24},
}
FACES = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1), dtype=np.uint8)


def one_step(recipe: Recipe) -> None:
    """Build a recipe's model, the pre-trained families small, and fit it to two faces."""
    network = recipe.model.model_copy(update=SMALL.get(recipe.model.family, {}))
    model = build_model(network, 7, scale=1 / 255)
    compile_model(model, recipe, recipe.optimizer.learning_rate)
    # Whichever is quicker for one step: TensorFlow operation by operation, JAX, which compiles these, as a whole.
    model.run_eagerly, model.jit_compile = keras.backend.backend() != "jax", keras.backend.backend() == "jax"
    before = model.get_weights()
    loss, _ = model.train_on_batch(FACES, np.arange(2))
    assert np.isfinite(loss)
    assert any(not np.array_equal(one, two) for one, two in zip(before, model.get_weights(), strict=True))
    probabilities = model.predict_on_batch(FACES)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)


def main() -> None:
    """Write a line for the backend and one for each recipe; a model that several pages have is fitted once."""
    sys.stdout.write(f"backend {keras.backend.backend()}\n")
    seen: set[str] = set()
    for name, recipe in recipe_pages().items():
        if repr(recipe.model) not in seen:
            one_step(recipe)
        seen.add(repr(recipe.model))
        sys.stdout.write(f"fitted {name}\n")


if __name__ == "__main__":
    main()
