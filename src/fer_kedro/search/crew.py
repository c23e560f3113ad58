"""Workers on one machine that share a search, as many as there are threads that hand them tasks."""

import pickle
import platform
from collections import deque
from concurrent.futures import CancelledError
from contextlib import suppress

from fer_kedro.errors import InputError
from fer_kedro.search.executors import MOST_DEATHS, WORKER_DIED, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.search.worker_process import WorkerDied, WorkerProcess


class Crew:
    """Starts workers as they are needed, and others in place of those that died or are old.

    The standard library's process pool fails every task when one worker dies; here each worker is on its own, so that
    only the task during which it died is run again.

    Parameters
    ----------
    data
        What every worker is given once.
    work
        What is done with a task.
    threads
        That each worker computes with.
    """

    def __init__(self, data: FoldedFaces, work: Work, threads: int) -> None:
        self._welcome, self._threads = pickle.dumps((data, work), pickle.HIGHEST_PROTOCOL), threads
        self._all: set[WorkerProcess] = set()
        self._idle: deque[WorkerProcess] = deque()
        self._dismissed = False

    def run(self, task: FoldTask) -> FoldResult:
        """Wait for the answer to a task, from the third worker if two have died of it.

        Raises
        ------
        InputError
            If no worker comes as far as to be given the task.
        """
        for _ in range(MOST_DEATHS):
            try:
                return self._run_once(task)
            except WorkerDied as died:
                death = died
        if death.begun or self._dismissed:
            return FoldResult(task.trial, task.fold, failure=WORKER_DIED)
        raise InputError(
            f"No worker process can begin on {platform.node()} ({death.reason}), perhaps for want of memory: mend "
            "that, and give the same command; what is done is kept."
        )

    def dismiss(self) -> None:
        """End all workers, whatever they are doing."""
        self._dismissed = True
        for worker in list(self._all):
            worker.kill()
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _run_once(self, task: FoldTask) -> FoldResult:
        worker = self._next()
        try:
            return worker.run(task)
        finally:
            if worker.is_usable:
                self._idle.append(worker)
            else:
                worker.close()
                self._all.discard(worker)

    def _next(self) -> WorkerProcess:
        if self._dismissed:
            raise CancelledError
        try:
            return self._idle.pop()
        except IndexError:
            worker = WorkerProcess(self._welcome, self._threads)
            self._all.add(worker)
            if self._dismissed:  # just now, and perhaps without this one
                worker.kill()
            return worker
