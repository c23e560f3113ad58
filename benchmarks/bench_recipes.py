"""How many faces a second each run trains on, and so how long its training takes at most on this machine.

    python benchmarks/bench_recipes.py --faces 384

Writes docs/results/bench_recipes.json. Faces are noise, all layers are trained, from no weights, with the recipe's own
batches and augmentation; the first epoch warms up, the second is timed. The hours are those of all the recipe's epochs
on the training faces of its protocol, without early stopping.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from kedro.config import OmegaConfigLoader

from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.learning.batches import LabelledImages
from fer_kedro.learning.fit import fit
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "docs" / "results" / "bench_recipes.json"
ALL_FACES, TRAINING_FACES, CLASSES = 35_887, 28_709, 7


def runs() -> Iterator[tuple[Protocol, Recipe]]:
    """Every page's recipe, under the honest protocol and as its report has it."""
    strategy = {"parameters": "soft"}
    loader = OmegaConfigLoader(str(PROJECT / "conf"), base_env="base", default_run_env="base", merge_strategy=strategy)
    pages = loader["parameters"]
    honest = Protocol.model_validate(pages["protocols"]["honest"])
    for name, page in sorted(pages["recipes"].items()):
        if name != "leak_demo":
            yield honest, Recipe.model_validate(page)
        if own := pages["as_reported"].get(name):
            yield Protocol.model_validate(own["protocol"]), Recipe.model_validate(own["recipe"])


def training_faces(protocol: Protocol, recipe: Recipe) -> float:
    """How many faces of FER-2013 an epoch has at most: copies, blanks, classes and a holdout may be taken from them."""
    if recipe.balancing:
        return recipe.balancing.target * CLASSES
    resplit, copies = protocol.resplit, protocol.copies
    faces = ALL_FACES * (1 - resplit.validation - resplit.test) if resplit else TRAINING_FACES
    return faces * (copies.count + copies.keep_originals) if copies else faces


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
    speeds: dict[str, float] = {}
    found = {}
    for protocol, recipe in runs():
        if recipe.decisions() not in speeds:
            speeds[recipe.decisions()] = faces_per_second(recipe, faces)
        speed = speeds[recipe.decisions()]
        hours = recipe.training.epochs * training_faces(protocol, recipe) / speed / 3600
        run = f"{protocol.name}.{recipe.name}"
        found[run] = {"faces a second": round(speed, 1), "hours at most": round(hours, 1)}
        sys.stdout.write(f"{run:38} {speed:8.1f} faces a second, {hours:6.1f} hours at most\n")
    command = f"python benchmarks/bench_recipes.py --faces {arguments.faces}"
    RESULT.write_text(json.dumps({**EnvironmentDataset().load(), "command": command, "runs": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
