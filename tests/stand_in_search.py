"""A search that trains nothing: a formula gives the accuracies, threads give them in any order, and power may fail."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import optuna
import pandas as pd
from power_cut import PowerCutError
from tiny_recipe import tiny_recipe

from fer_kedro.faces import Faces
from fer_kedro.recipe import Recipe
from fer_kedro.search.book import TrialBook
from fer_kedro.search.decisions import Search
from fer_kedro.search.executors import Submit
from fer_kedro.search.folds import FoldedFaces, fold_faces
from fer_kedro.search.monitor import NullSearchMonitor, SearchMonitor, Trial
from fer_kedro.search.study import run_search
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.search.trials_table import trials_table

BASE = tiny_recipe()
SPACE = {
    "model.kernel": {"choices": [3, 5, 7]},
    "optimizer.learning_rate": {"reals": [1e-4, 1e-1], "log": True},
    "width": {"choices": {"narrow": {"model.blocks": [[4]]}, "wide": {"model.blocks": [[8]]}}},
    "training.epochs": {"integers": [1, 9], "step": 2, "when": {"width": ["wide"]}},
}
GRID = {"model.kernel": {"choices": [3, 5, 7]}, "training.epochs": {"integers": [1, 3]}}
TIMES = ["seconds", "fit_seconds", "cpu_seconds"]
Score = Callable[[FoldTask], float]


def a_search(**changes: Any) -> Search:
    """Nine trials of three folds in companies of four, but for these changes."""
    page = {
        "name": "mine",
        "report": "none",
        "description": "A small search",
        "recipe": "tiny",
        "space": GRID if changes.get("sampler") == "grid" else SPACE,
        "protocol": {"name": "honest"},
        "folds": {"count": 3},
        "sampler": "random",
        "trials": 9,
        "at_once": 4,
    }
    return Search.model_validate(page | changes)


def some_faces(training: int = 60) -> Faces:
    """So many training faces of three classes, and six for each evaluation set."""
    usage = ["Training"] * training + ["PublicTest"] * 6 + ["PrivateTest"] * 6
    images = np.random.default_rng(5).integers(0, 256, (len(usage), 48, 48), dtype=np.uint8)
    return Faces.build(images, np.arange(len(usage)) % 3, usage, class_names=("calm", "cross", "glad"))


@cache
def some_folds(count: int) -> FoldedFaces:
    """So many folds of some faces."""
    return fold_faces(some_faces(), a_search(folds={"count": count}))


def accuracy(task: FoldTask) -> float:
    """A kernel of 5 and a rate of 0.01 are best, and every fold of every recipe is off by something of its own."""
    recipe = task.recipe
    kernel: int = recipe.model.kernel
    luck = random.Random(f"{recipe.decisions()} {task.fold}").uniform(-0.05, 0.05)  # noqa: S311
    return 0.6 - 0.05 * abs(kernel - 5) - 0.02 * abs(np.log10(recipe.optimizer.learning_rate) + 2) + luck


class StandIn:
    """An executor of so many threads.

    Parameters
    ----------
    workers
        How many run at once; 0 for none but the one that submits.
    score
        The accuracy of a task; NaN for a failure.
    seed
        Of how long each task takes.
    cut
        Power fails when so many tasks have been submitted.
    """

    threads = 1

    def __init__(self, workers: int = 0, score: Score = accuracy, seed: int = 0, cut: int | None = None) -> None:
        self.submitted: list[tuple[int, int]] = []
        self._workers, self._score, self._cut = workers, score, cut
        self._moments = random.Random(seed)  # noqa: S311

    @contextmanager
    def share(self, data: FoldedFaces) -> Iterator[Submit]:
        """Give what submits a task to one of the threads."""
        with ThreadPoolExecutor(max(1, self._workers)) as pool:

            def submit(task: FoldTask) -> "Future[FoldResult]":
                if len(self.submitted) == self._cut:
                    raise PowerCutError
                self.submitted.append((task.trial, task.fold))
                pause = self._moments.uniform(0, 0.002) if self._workers else 0
                future = pool.submit(self._run, task, pause)
                if not self._workers:
                    future.result()
                return future

            yield submit

    def _run(self, task: FoldTask, pause: float) -> FoldResult:
        time.sleep(pause)
        score = self._score(task)
        failure = "" if np.isfinite(score) else "The loss is not finite: training diverged"
        return FoldResult(task.trial, task.fold, score, 1 - score, 2, 1.5, 1.0, 3.0, 7, failure)


def a_study() -> optuna.Study:
    """A study that lives as long as it is held."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(direction="maximize")


def searched(
    search: Search,
    executor: StandIn | None = None,
    study: optuna.Study | None = None,
    monitor: SearchMonitor | None = None,
    base: Recipe = BASE,
) -> list[Trial]:
    """Run what is left of a study."""
    book = TrialBook(study or a_study(), search, base)
    data = some_folds(search.folds.count)
    return run_search(book, search, data, executor or StandIn(), monitor or NullSearchMonitor())


def answers(trials: list[Trial], search: Search) -> pd.DataFrame:
    """The table of the trials, less the times."""
    return trials_table(trials, search).drop(columns=TIMES)
