"""What computing the features of frozen layers once saves: seconds of an epoch, both ways.

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

CLASSES = 7
RESULT = Path(__file__).resolve().parents[1] / "docs" / "results" / "bench_features.json"
PHASES = {
    "the head": Phase(trainable="head", epochs=5, learning_rate=0.001),
    "the head and the last 30 layers": Phase(trainable=30, epochs=25, learning_rate=0.0001),
}
"""Those of `liang_mobilenet`."""
RECIPE = Recipe(
    name="head",
    report="none",
    description="A head of 128 on MobileNetV2 at 48 pixels",
    model=PretrainedNetwork(family="mobilenet_v2", dense=(128,), dense_dropout=0.5),
    training=Training(epochs=1, precision="float32"),
)


def epoch_seconds(model: keras.Model, batches: FaceBatches, rounds: int) -> float:
    """Time an epoch: the quickest of several after one to warm up."""
    compile_model(model, RECIPE, 0.0001)
    data, seconds = without_stall(batches), []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        model.fit(data, verbose=0, shuffle=False)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def both_ways(phase: Phase, faces: LabelledImages, rounds: int) -> dict[str, float]:
    """Time an epoch of a phase with what is frozen computed in it, and with its features at hand."""
    model = build_model(RECIPE.model, CLASSES)
    set_trainable(model, phase.trainable)
    every_epoch = epoch_seconds(model, FaceBatches(faces.images, faces.labels, 64, seed=0), rounds)
    few = LabelledImages(faces.images[:CLASSES], faces.labels[:CLASSES])
    start = time.perf_counter()
    task = phase_task(model, phase, RECIPE, faces, few)
    once = time.perf_counter() - start
    from_features = epoch_seconds(task.model, task.train, rounds)
    return {
        "seconds an epoch, features computed in it": round(every_epoch, 3),
        "seconds an epoch, features at hand": round(from_features, 3),
        "seconds to compute them once": round(once, 3),
        "ratio of the epochs": round(every_epoch / from_features, 1),
        f"ratio over {phase.epochs} epochs, computing included": round(
            phase.epochs * every_epoch / (once + phase.epochs * from_features), 2
        ),
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (arguments.faces, 48, 48), dtype=np.uint8)
    faces = LabelledImages(images, np.arange(arguments.faces) % CLASSES)
    found = {name: both_ways(phase, faces, arguments.rounds) for name, phase in PHASES.items()}
    for name, numbers in found.items():
        sys.stdout.write(f"{name}\n" + "".join(f"  {what:45} {value}\n" for what, value in numbers.items()))
    command = f"python benchmarks/bench_features.py --faces {arguments.faces} --rounds {arguments.rounds}"
    RESULT.write_text(json.dumps({**EnvironmentDataset().load(), "command": command, **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
