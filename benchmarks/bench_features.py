"""What it saves to compute the features of a frozen base once: seconds of an epoch of the head, both ways.

    python benchmarks/bench_features.py --faces 2048

Writes docs/results/bench_features.json.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from fer_kedro.architecture import PretrainedNetwork
from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.learning.batches import FaceBatches, LabelledImages, without_stall
from fer_kedro.learning.fit import compile_model
from fer_kedro.learning.phases import phase_task
from fer_kedro.models.build import build_model
from fer_kedro.models.trainable import set_trainable
from fer_kedro.recipe import Phase, Recipe, Training

RESULT = Path(__file__).resolve().parents[1] / "docs" / "results" / "bench_features.json"
HEAD = Phase(trainable="head", epochs=1, learning_rate=0.001)
RECIPE = Recipe(
    name="head",
    report="none",
    description="A head of 128 on MobileNetV2 at 48 pixels",
    model=PretrainedNetwork(family="mobilenet_v2", dense=(128,), dense_dropout=0.5),
    training=Training(epochs=1, precision="float32"),
)


def epoch_seconds(model: keras.Model, batches: FaceBatches, rounds: int) -> float:
    """Time an epoch: the quickest of several after one to warm up."""
    compile_model(model, RECIPE, HEAD.learning_rate)
    data, seconds = without_stall(batches), []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        model.fit(data, verbose=0, shuffle=False)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (arguments.faces, 48, 48), dtype=np.uint8)
    faces = LabelledImages(images, np.arange(arguments.faces) % 7)
    model = build_model(RECIPE.model, 7)
    set_trainable(model, "head")
    every_epoch = epoch_seconds(model, FaceBatches(faces.images, faces.labels, 64, seed=0), arguments.rounds)
    start = time.perf_counter()
    task = phase_task(model, HEAD, RECIPE, faces, LabelledImages(images[:7], faces.labels[:7]))
    once = time.perf_counter() - start
    from_features = epoch_seconds(task.model, task.train, arguments.rounds)
    found = {
        "seconds an epoch, features computed in it": round(every_epoch, 3),
        "seconds an epoch, features at hand": round(from_features, 3),
        "seconds to compute them once": round(once, 3),
        "ratio of the epochs": round(every_epoch / from_features, 1),
        "ratio over 5 epochs, computing included": round(5 * every_epoch / (once + 5 * from_features), 2),
    }
    sys.stdout.write("".join(f"{name:45} {value}\n" for name, value in found.items()))
    command = f"python benchmarks/bench_features.py --faces {arguments.faces} --rounds {arguments.rounds}"
    RESULT.write_text(json.dumps({**EnvironmentDataset().load(), "command": command, **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
