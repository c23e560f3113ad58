"""What handing out tasks costs: milliseconds of each executor with 1, 2 and 64 workers, and bytes that are sent.

    python benchmarks/bench_executors.py --workers 1 2 64

Dask's workers share one process with their scheduler and its client, all talking over TCP: an upper bound. The
processes beside them are real, and none is replaced meanwhile, as it is after 25 tasks of a search.
Writes docs/results/bench_executors.json.
"""

import argparse
import json
import os
import pickle
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from distributed import LocalCluster

from fer_kedro.architecture import ConvolutionalNetwork
from fer_kedro.datasets.environment_dataset import EnvironmentDataset
from fer_kedro.faces import Faces
from fer_kedro.protocols.audit import audit_tables
from fer_kedro.recipe import EarlyStopping, Recipe, Training
from fer_kedro.search import worker_process
from fer_kedro.search.dask_executor import DaskExecutor
from fer_kedro.search.executors import FoldExecutor
from fer_kedro.search.folds import Fold, FoldedFaces
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.variation import HEJSLET_CHAIN, Balancing

RESULT = Path(__file__).resolve().parents[1] / "docs" / "results" / "bench_executors.json"
TRAINING_FACES, FOLDS, FEW_FACES = 28_709, 5, 1_000
RECIPE = Recipe(
    name="task",
    report="none",
    description="A network of three blocks, balanced and augmented",
    balancing=Balancing(target=5000),
    augmentation=HEJSLET_CHAIN,
    model=ConvolutionalNetwork(blocks=((32, 32), (64, 64), (128, 128)), batch_norm=True, dense=(256,)),
    training=Training(epochs=30, early_stopping=EarlyStopping(patience=5)),
)


def no_work(data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
    """Answer at once."""
    return FoldResult(task.trial, task.fold, process=os.getpid())


def folded_faces(count: int) -> FoldedFaces:
    """Make random faces in folds."""
    images = np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    faces = Faces.build(images, np.arange(count) % 7, ["Training"] * count)
    sides = [(np.flatnonzero(np.arange(count) % FOLDS != k), np.arange(k, count, FOLDS)) for k in range(FOLDS)]
    table = faces.table
    audit = audit_tables(table.iloc[sides[0][0]], table.iloc[sides[0][1]], table.iloc[[]])
    return FoldedFaces(faces, tuple(Fold(*rows, audit) for rows in sides))


@contextmanager
def executor(kind: str, workers: int) -> Iterator[FoldExecutor]:
    """Give an executor with so many workers."""
    if kind == "local":
        yield LocalExecutor(workers, work=no_work)
        return
    settings = {"processes": False, "threads_per_worker": 1, "dashboard_address": ":0", "protocol": "tcp://"}
    with LocalCluster(n_workers=workers, memory_limit=0, **settings) as cluster:  # each would see the memory of all
        yield DaskExecutor(cluster.scheduler_address, timeout=60, work=no_work)


def measure(kind: str, workers: int, tasks: int) -> dict[str, float]:
    """Time tasks that do nothing, one after the other and many at once, after every worker has had some."""
    orders = [FoldTask(number, 0, RECIPE) for number in range(tasks)]
    with executor(kind, workers) as at, at.share(folded_faces(FEW_FACES)) as submit:
        began = time.perf_counter()
        wait([submit(order) for order in orders[: 4 * workers]])
        started = time.perf_counter()
        wait([submit(order) for order in orders])
        many = (time.perf_counter() - started) / tasks
        alone = []
        for order in orders[:50]:
            asked = time.perf_counter()
            submit(order).result()
            alone.append(time.perf_counter() - asked)
    return {
        "milliseconds a task, many at once": round(1000 * many, 2),
        "milliseconds a task, one at a time": round(1000 * statistics.median(alone), 2),
        "seconds until all workers have had tasks": round(started - began, 2),
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 64])
    parser.add_argument("--tasks", type=int, default=1000)
    arguments = parser.parse_args()
    worker_process.TASKS_A_LIFE = sys.maxsize
    sizes = {
        "faces and folds, once to each worker": folded_faces(TRAINING_FACES),
        "task": FoldTask(0, 0, RECIPE),
        "result": FoldResult(0, 0, 0.5, 1.0, 30, 60.0, 59.0, 58.0, 4711),
    }
    found: dict[str, Any] = {"bytes": {name: len(pickle.dumps(value)) for name, value in sizes.items()}}
    for kind in ("local", "dask"):
        found[kind] = {}
        for workers in arguments.workers:
            found[kind][str(workers)] = measure(kind, workers, arguments.tasks)
            sys.stdout.write(f"{kind:6} {workers:3} {found[kind][str(workers)]}\n")
    sys.stdout.write(f"{found['bytes']}\n")
    command = f"python benchmarks/bench_executors.py --workers {' '.join(map(str, arguments.workers))}"
    command += f" --tasks {arguments.tasks}"
    RESULT.write_text(json.dumps({**EnvironmentDataset().load(), "command": command, **found}, indent=2) + "\n")


if __name__ == "__main__":
    import bench_executors  # workers know `no_work` by the name of its module

    bench_executors.main()
