"""What workers do in tests in place of training; in a module of its own, since other processes import it."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from tiny_recipe import tiny_recipe

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.protocols.audit import audit_tables
from fer_kedro.search.folds import Fold, FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask

PATIENCE = 120
"""Seconds that a loaded machine may take for what takes it one or two."""

LETHAL = 666
"""Number of the trial that no worker survives."""
MORE_LETHAL = 668
"""Number of the one that the process which started the worker does not survive either."""


def folded_faces(count: int = 48, kind: type[FoldedFaces] = FoldedFaces, source: str = "test") -> FoldedFaces:
    """Random faces in two folds."""
    images = np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    faces = Faces.build(images, np.arange(count) % 7, ["Training"] * count, source=source)
    halves = np.arange(0, count, 2), np.arange(1, count, 2)
    audit = audit_tables(faces.table.iloc[halves[0]], faces.table.iloc[halves[1]], faces.table.iloc[[]])
    return kind(faces, (Fold(*halves, audit), Fold(*halves[::-1], audit)))


class CountedFaces(FoldedFaces):
    """Leaves a file in the folder that it names as its source, whenever a process unpickles it."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        note(self.faces.provenance.source, "data")


def tasks(*trials: int) -> list[FoldTask]:
    """One task of each of these trials."""
    return [FoldTask(trial, trial % 2, tiny_recipe(), code="") for trial in trials]


def note(folder: str | Path, *words: object) -> None:
    """Leave a file that tells what happened in which process."""
    Path(folder, "-".join(map(str, (*words, os.getpid(), uuid.uuid4().hex)))).touch()


def noted(folder: Path, *words: object) -> list[int]:
    """Processes that left such a file."""
    return [int(file.name.split("-")[len(words)]) for file in folder.glob("-".join(map(str, words)) + "-*")]


def eventually(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE


def nap(
    folder: str, seconds: float, data: FoldedFaces, task: FoldTask, threads: int, doomed: int | None = None
) -> FoldResult:
    """Sleep, unless the trial is lethal; the first that has the doomed one sleeps until it is killed."""
    seconds = PATIENCE if task.trial == doomed and not noted(Path(folder), "began", doomed) else seconds
    note(folder, "began", task.trial)
    if task.trial in {LETHAL, MORE_LETHAL}:
        os.kill(os.getpid() if task.trial == LETHAL else os.getppid(), signal.SIGKILL)
    time.sleep(seconds)
    note(folder, "ended", task.trial)
    accuracy = float(data.sides(task.fold, None)[0].images.mean()) + task.trial
    return FoldResult(task.trial, task.fold, accuracy=accuracy, process=os.getpid())


def hold(folder: str, data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
    """Go on until there is a file `over`."""
    note(folder, "began", task.trial)
    eventually(lambda: Path(folder, "over").exists())
    return FoldResult(task.trial, task.fold)


def refuse(data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
    """Fail in either of two ways."""
    raise InputError("Not these faces.") if task.trial else LookupError("no such thing")


def tell(names: tuple[str, ...], data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
    """Tell what these variables are here."""
    return FoldResult(task.trial, task.fold, failure=" ".join(os.environ.get(name, "-") for name in names))


def die_on_arrival(*_: object) -> None:
    """End this process."""
    os._exit(1)


class Lethal:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return die_on_arrival, ()

    def __call__(self, data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
        raise NotImplementedError


def weigh(data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult:
    """Tell in place of a loss the megabytes that this process uses."""
    time.sleep(0.02)
    return FoldResult(task.trial, task.fold, loss=psutil.Process().memory_info().rss / 1e6, process=os.getpid())
