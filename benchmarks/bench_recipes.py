"""How many faces a second each recipe trains on, and so how long its training takes at most on this machine.

    python benchmarks/bench_recipes.py --faces 384

Writes docs/results/bench_recipes.json. Faces are noise, all layers are trained, from no weights, with the recipe's own
batches and augmentation; the first epoch warms up, the second is timed. The hours are those of all the recipe's epochs
on the 28,709 training faces, or on as many as it balances to, without early stopping.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from kedro.config import OmegaConfigLoader

from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.learning.batches import LabelledImages
from fer_kedro.learning.fit import fit
from fer_kedro.recipe import Recipe

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "docs" / "results" / "bench_recipes.json"
TRAINING_FACES, CLASSES = 28_709, 7


def recipes() -> dict[str, Recipe]:
    """Every page's recipe, by its name."""
    strategy = {"parameters": "soft"}
    loader = OmegaConfigLoader(str(PROJECT / "conf"), base_env="base", default_run_env="base", merge_strategy=strategy)
    return {name: Recipe.model_validate(page) for name, page in sorted(loader["parameters"]["recipes"].items())}


def faces_per_second(recipe: Recipe, faces: LabelledImages) -> float:
    """Train for two epochs and time the second, its validation on seven faces included."""
    changes = {"epochs": 2, "early_stopping": None, "fine_tuning": ()}
    short = recipe.model_copy(update={"training": recipe.training.model_copy(update=changes)})
    few = LabelledImages(faces.images[:CLASSES], faces.labels[:CLASSES])
    keras.backend.clear_session()
    return len(faces.images) / fit(short, faces, few, CLASSES).history[-1]["seconds"]


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, default=384)
    arguments = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (arguments.faces, 48, 48), dtype=np.uint8)
    faces = LabelledImages(images, np.arange(len(images)) % CLASSES)
    found = {}
    for name, recipe in recipes().items():
        speed = faces_per_second(recipe, faces)
        each = recipe.balancing.target * CLASSES if recipe.balancing else TRAINING_FACES
        hours = recipe.training.epochs * each / speed / 3600
        found[name] = {"faces a second": round(speed, 1), "hours at most": round(hours, 1)}
        sys.stdout.write(f"{name:30} {speed:8.1f} faces a second, {hours:6.1f} hours at most\n")
    command = f"python benchmarks/bench_recipes.py --faces {arguments.faces}"
    RESULT.write_text(
        json.dumps({**EnvironmentDataset().load(), "command": command, "recipes": found}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
