"""Where tasks run: one small interface, and this very process behind it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask, run_fold
from fer_kedro.threads import thread_count

Submit = Callable[[FoldTask], "Future[FoldResult]"]

Work = Callable[[FoldedFaces, FoldTask, int], FoldResult]
"""What a worker does: `run_fold`, or a stand-in for it."""

MOST_DEATHS = 3
"""A task is given up when so many workers died during it."""

WORKER_DIED = "The worker died, perhaps for want of memory"


class FoldExecutor(Protocol):
    """Runs tasks in processes that each hold the faces once.

    Attributes
    ----------
    threads
        Of each worker.
    """

    threads: int

    def share(self, data: FoldedFaces) -> AbstractContextManager[Submit]:
        """Give the data to the workers once; then give what submits a task."""


class InThisProcess:
    """Runs each task as it is submitted: for notebooks and tests."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or thread_count()

    @contextmanager
    def share(self, data: FoldedFaces) -> Iterator[Submit]:
        """Give what runs a task at once."""

        def submit(task: FoldTask) -> "Future[FoldResult]":
            future: Future[FoldResult] = Future()
            future.set_result(run_fold(data, task, self.threads))
            return future

        yield submit
