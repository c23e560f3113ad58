"""How a search's grid of sixteen configurations scales over workers, and what a task costs beyond `fit`.

    python benchmarks/bench_search.py --faces 1400 --epochs 10

Writes docs/results/bench_search.json. Each layout of workers and threads runs the same tasks, its workers warmed up by
one task each; faces are noise, since pixels do not change the time.
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import as_completed
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import yaml

from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.faces import Faces
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import candidate
from fer_kedro.search.decisions import Search
from fer_kedro.search.folds import FoldedFaces, fold_faces
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.search.tasks import FoldResult, FoldTask

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "docs" / "results" / "bench_search.json"
PAGES = PROJECT / "conf" / "base"
LAYOUTS = {"1 worker, 1 thread": (1, 1), "2 workers, 1 thread each": (2, 1), "1 worker, 2 threads": (1, 2)}


def page(folder: str, kind: str, name: str) -> dict:
    """Read a page as it is, but for what is asked for on the command line."""
    text = (PAGES / folder / f"{name}.yml").read_text()
    for asked, default in (("seed,0", "0"), ("share,1.0", "1.0")):
        text = text.replace(f"${{runtime_params:{asked}}}", default)
    return yaml.safe_load(text)[kind][name]


def tasks_and_data(faces: int, folds: int, epochs: int) -> tuple[list[FoldTask], FoldedFaces]:
    """Return every configuration of choudhary_search on the first fold, and the folds of so many faces of noise."""
    base = Recipe.model_validate(page("parameters_recipes", "recipes", "choudhary_cnn"))
    decided = page("parameters_searches", "searches", "choudhary_search")
    decided["fixed"]["training.epochs"] = epochs
    decided["folds"] = {"count": folds, "by": "face", "share": 1.0}
    search = Search.model_validate(decided)
    images = np.random.default_rng(0).integers(0, 256, (faces + 14, 48, 48), dtype=np.uint8)
    usage = ["Training"] * faces + ["PublicTest"] * 7 + ["PrivateTest"] * 7
    data = fold_faces(Faces.build(images, np.arange(len(images)) % 7, usage), search)
    return [FoldTask(n, 0, candidate(base, search, point)) for n, point in enumerate(search.points)], data


def seconds(layout: tuple[int, int], tasks: list[FoldTask], data: FoldedFaces) -> tuple[float, list[FoldResult]]:
    """Time the tasks on workers that are warm."""
    workers, threads = layout
    with LocalExecutor(workers=workers, threads=threads).share(data) as submit:
        for warm in [submit(tasks[0]) for _ in range(2 * workers)]:
            warm.result()
        start = time.perf_counter()
        # The longest first: with few tasks, what runs last should be short.
        results = [future.result() for future in as_completed([submit(task) for task in reversed(tasks)])]
        return time.perf_counter() - start, results


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, default=1400)
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    tasks, data = tasks_and_data(arguments.faces, folds=5, epochs=arguments.epochs)
    found: dict[str, object] = {}
    walls = {}
    for name, layout in LAYOUTS.items():
        walls[name], results = seconds(layout, tasks, data)
        whole, fit = sum(result.seconds for result in results), sum(result.fit_seconds for result in results)
        found[name] = {"seconds": round(walls[name], 1), "share beyond fit": round(1 - fit / whole, 4)}
    one, two, threads = walls.values()
    found["two workers against one of one thread"] = round(one / two, 2)
    found["two workers against one of two threads"] = round(threads / two, 2)
    sys.stdout.write("".join(f"{name:45} {value}\n" for name, value in found.items()))
    command = f"python benchmarks/bench_search.py --faces {arguments.faces} --epochs {arguments.epochs}"
    RESULT.write_text(json.dumps({**EnvironmentDataset().load(), "command": command, **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
