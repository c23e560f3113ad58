"""The unit of work: one configuration on one fold, in whatever process."""

import logging
import math
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fer_kedro.errors import InputError
from fer_kedro.recipe import Recipe
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.threads import limit_threads
from fer_kedro.source_code import code_digest, computed_by


@cache
def running_code() -> str:
    """Digest of the project as this process runs it, whatever becomes of the files, and versions beside it."""
    return " ".join([code_digest(), *computed_by().values()])


class MachineError(InputError):
    """Something is wrong with a worker's machine, and so with no configuration."""


@dataclass(frozen=True)
class FoldTask:
    """One configuration to be fitted and scored on one fold (from 0); `code` is what the search itself runs."""

    trial: int
    fold: int
    recipe: Recipe
    code: str = field(default_factory=running_code)


@dataclass(frozen=True)
class FoldResult:
    """What came of a task.

    Attributes
    ----------
    accuracy, loss
        On the fold's validation faces, of the epoch that the recipe keeps.
    seconds, cpu_seconds
        Of the whole task; `fit_seconds` are those within epochs.
    failure
        Why there is no score; the same words for the same cause.
    """

    trial: int
    fold: int
    accuracy: float = math.nan
    loss: float = math.nan
    epochs: int = 0
    seconds: float = 0.0
    fit_seconds: float = 0.0
    cpu_seconds: float = 0.0
    process: int = 0
    failure: str = ""
    machine: str = ""


OTHER_VERSION = "The worker runs another version of fer_kedro or of what it is built on"
OUT_OF_MEMORY = "The worker ran out of memory"
DIVERGED = "The loss is not finite: training diverged"


def run_fold(data: FoldedFaces, task: FoldTask, threads: int | None) -> FoldResult:
    """Fit a task's recipe to its fold and score it; a failure is a result too, so that the search goes on.

    Parameters
    ----------
    data
        Faces and folds.
    threads
        Of TensorFlow in this process, whose number is then fixed; another number gives other bits. `None` leaves it.

    Raises
    ------
    MachineError
        If any other task would fail here too: a library or a file is missing, or the disk is full.
    """
    with _told_with_the_machine(ImportError, OSError):
        if threads is not None:
            limit_threads(threads)
        import fer_kedro.learning.fit  # noqa: F401, it takes a worker seconds once, which are no task's

        began, cpu = time.perf_counter(), time.process_time()
        scored = _scored(data, task)
    return FoldResult(
        task.trial,
        task.fold,
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time() - cpu,
        process=os.getpid(),
        machine=platform.node(),
        **scored,
    )


@contextmanager
def _told_with_the_machine(*kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        raise MachineError(
            f"A worker on {platform.node()} can't train ({reason}): mend that, and give the same command; what is "
            "done is kept."
        ) from error


def _scored(data: FoldedFaces, task: FoldTask) -> dict[str, Any]:
    if task.code != running_code():
        return {"failure": OTHER_VERSION}
    try:
        history, best = _fit(data, task)
    except MemoryError:
        return {"failure": OUT_OF_MEMORY}
    except (ImportError, OSError, MachineError):
        raise
    except Exception as error:  # whatever a library raises, one configuration must not end the search
        kind = type(error).__name__
        return {"failure": OUT_OF_MEMORY if kind == "ResourceExhaustedError" else f"{kind}: {error}".splitlines()[0]}
    told = {"epochs": len(history), "fit_seconds": sum(row["seconds"] for row in history)}
    if not all(math.isfinite(row["loss"] + row["val_loss"]) for row in history):
        return told | {"failure": DIVERGED}
    return told | {"accuracy": history[best - 1]["val_accuracy"], "loss": history[best - 1]["val_loss"]}


def _fit(data: FoldedFaces, task: FoldTask) -> tuple[list[dict[str, float]], int]:
    import keras

    from fer_kedro.learning.batches import LabelledImages
    from fer_kedro.learning.fit import fit

    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of a new network for each task
    train, validation = data.sides(task.fold, task.recipe.balancing)
    keras.backend.clear_session()
    with _told_with_the_machine(InputError):  # of weights or of a GPU that are not there
        fitted = fit(
            task.recipe,
            LabelledImages(train.images, train.labels),
            LabelledImages(validation.images, validation.labels),
            len(train.class_names),
        )
    return fitted.history, fitted.best_epoch
