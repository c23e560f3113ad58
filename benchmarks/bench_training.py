"""Training throughput of each recipe against the same network in plain Keras `fit`, side by side in one run.

    python benchmarks/bench_training.py [--faces 6400] [--rounds 3]

Plain Keras: the same layers (Keras' own batch normalisation), precision and optimiser, uint8 arrays in memory, no
augmentation, XLA off; once as `fit(arrays)`, which meets the tf.data stall, and once through a dataset whose
autotuning is off, which does not. Ours is timed with the recipe's augmentation and without; an augmenting recipe also
beside plain Keras with its own augmentation layers in the dataset. The ratio is to the better plain fit, which
augments nothing. Writes docs/results/bench_training.json.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import yaml

from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.learning.batches import FaceBatches, without_stall
from fer_kedro.learning.fit import LabelledImages, built_model, compile_model
from fer_kedro.learning.precision import resolve_precision
from fer_kedro.models.normalization import plain
from fer_kedro.recipe import Recipe

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "docs" / "results" / "bench_training.json"
Epoch = Callable[[], None]


def read_recipe(name: str) -> Recipe:
    """Read a recipe's page, less its balancing and seed, which throughput does not depend on."""
    page = yaml.safe_load((PROJECT / "conf/base/parameters_recipes" / f"{name}.yml").read_text())
    recipe = page["recipes"][name]
    return Recipe.model_validate({**recipe, "balancing": None, "training": {**recipe["training"], "seed": 0}})


def ways(recipe: Recipe, faces: int) -> dict[str, Epoch]:
    """Make one epoch each of our way and of plain Keras, on the same random faces."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (faces, 48, 48), dtype=np.uint8)
    labels = np.arange(faces) % 7
    batch = recipe.training.batch_size
    precision = resolve_precision(recipe.training.precision)

    def model() -> keras.Model:
        built = built_model(recipe, LabelledImages(images, labels), 7, precision)
        compile_model(built, recipe, recipe.optimizer.learning_rate)
        return built

    def plain_model() -> keras.Model:
        copy = plain(model())
        copy.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
        return copy

    def dataset() -> tf.data.Dataset:
        options = tf.data.Options()
        options.autotune.enabled = False
        rows = tf.data.Dataset.from_tensor_slices((images[..., None], labels)).shuffle(faces)
        return rows.batch(batch).prefetch(2).with_options(options)

    def varied_dataset() -> tf.data.Dataset:
        layers = keras_augmentation()

        def vary(faces: tf.Tensor, codes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return tf.cast(layers(tf.cast(faces, tf.float32), training=True), tf.uint8), codes

        return dataset().map(vary, num_parallel_calls=2).prefetch(2)

    ours, bare, arrays, tuned = model(), model(), plain_model(), plain_model()
    varied = without_stall(FaceBatches(images, labels, batch, seed=0, augmentation=recipe.augmentation))
    fixed, rows = without_stall(FaceBatches(images, labels, batch, seed=0)), dataset()
    epochs: dict[str, Epoch] = {
        "ours": lambda: ours.fit(varied, verbose=0, shuffle=False),
        "ours without augmentation": lambda: bare.fit(fixed, verbose=0, shuffle=False),
        "plain fit(arrays)": lambda: arrays.fit(images[..., None], labels, batch_size=batch, verbose=0),
        "plain fit(dataset, autotune off)": lambda: tuned.fit(rows, verbose=0, shuffle=False),
    }
    if recipe.augmentation is not None:
        layered, varied_rows = plain_model(), varied_dataset()
        epochs["plain, with Keras' augmentation layers"] = lambda: layered.fit(varied_rows, verbose=0, shuffle=False)
    return epochs


def keras_augmentation() -> keras.Sequential:
    """Make the augmentation of `goldstein_cnn` of Keras' own layers."""
    return keras.Sequential(
        [
            keras.layers.RandomRotation(10 / 360, fill_mode="reflect"),
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="reflect"),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomBrightness(0.2, value_range=(0, 255)),
        ]
    )


def measure(recipe: Recipe, faces: int, rounds: int) -> dict[str, float]:
    """Images a second of each way: the best of several interleaved rounds after one to warm up."""
    epochs = ways(recipe, faces)
    seconds = {name: float("inf") for name in epochs}
    for number in range(rounds + 1):
        for name, epoch in epochs.items():
            start = time.perf_counter()
            epoch()
            if number:
                seconds[name] = min(seconds[name], time.perf_counter() - start)
    return {name: faces / duration for name, duration in seconds.items()}


def main() -> None:
    """Measure both recipes, print and store the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, default=6400)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    results = {}
    for name in ("goldstein_cnn", "hejslet_light"):
        speeds = measure(read_recipe(name), arguments.faces, arguments.rounds)
        best_plain = max(speed for way, speed in speeds.items() if way.startswith("plain fit"))
        results[name] = {
            way: {"images_per_second": round(s), "ratio": round(s / best_plain, 2)} for way, s in speeds.items()
        }
        print(f"{name}, images a second (ratio to the better plain fit)")
        for way, speed in speeds.items():
            print(f"  {way:34}{speed:8,.0f}  {speed / best_plain:5.2f}")
    environment = EnvironmentDataset().load()
    command = "python " + " ".join([f"benchmarks/{Path(__file__).name}", *sys.argv[1:]])
    RESULT.write_text(
        json.dumps({**environment, "system": platform.system(), "command": command, "results": results}, indent=2)
        + "\n"
    )


if __name__ == "__main__":
    main()
