"""Tasks on this machine, each in one of a few spawned processes."""

import pickle
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker

from fer_kedro.errors import InputError
from fer_kedro.search.executors import MOST_DEATHS, WORKER_DIED, Submit, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask, run_fold
from fer_kedro.search.worker_process import WorkerDied, WorkerProcess
from fer_kedro.threads import thread_count


class LocalExecutor:
    """Runs tasks in processes of this machine.

    The standard library's process pool fails every task when one worker dies; here each worker is on its own, so that
    only the task during which it died is run again.

    Parameters
    ----------
    workers
        How many processes; by default so many that all processors have one thread each.
    threads
        Of each process; another number gives other bits.
    work
        What is done with a task.

    Raises
    ------
    InputError
        If one of the numbers is not positive.
    """

    def __init__(self, workers: int | None = None, threads: int = 1, work: Work = run_fold) -> None:
        if threads < 1 or (workers is not None and workers < 1):
            raise InputError(f"A search can't run on {workers} workers of {threads} threads; give 1 or more of each.")
        self.threads = threads
        self.workers = workers or max(1, thread_count() // threads)
        self._work = work

    @contextmanager
    def share(self, data: FoldedFaces) -> Iterator[Submit]:
        """Give what submits a task; a worker starts with its first task, and none outlives this context."""
        resource_tracker.ensure_running()  # starting it later would undo what is blocked in the threads
        crew = _Crew(pickle.dumps((data, self._work), pickle.HIGHEST_PROTOCOL), self.threads)
        with ThreadPoolExecutor(self.workers, "fold", initializer=_leave_interrupts_to_main) as lanes:
            try:
                yield lambda task: lanes.submit(crew.run, task)
            finally:
                lanes.shutdown(wait=False, cancel_futures=True)
                crew.dismiss()


class _Crew:
    """Workers, one for each thread that runs tasks."""

    def __init__(self, welcome: bytes, threads: int) -> None:
        self._welcome, self._threads = welcome, threads
        self._workers: set[WorkerProcess] = set()
        self._own = threading.local()
        self._dismissed = False

    def run(self, task: FoldTask) -> FoldResult:
        for _ in range(MOST_DEATHS):
            try:
                return self._worker().run(task)
            except WorkerDied:
                self._bury()
        return FoldResult(task.trial, task.fold, failure=WORKER_DIED)

    def dismiss(self) -> None:
        self._dismissed = True
        for worker in list(self._workers):
            worker.kill()

    def _worker(self) -> WorkerProcess:
        """Return this thread's own worker, a new one if it has none."""
        if self._dismissed:
            raise CancelledError
        if getattr(self._own, "worker", None) is None:
            self._own.worker = WorkerProcess(self._welcome, self._threads)
            self._workers.add(self._own.worker)
            if self._dismissed:  # just now, and perhaps without this worker
                self._own.worker.kill()
        worker: WorkerProcess = self._own.worker
        return worker

    def _bury(self) -> None:
        if worker := getattr(self._own, "worker", None):
            worker.kill()
            self._workers.discard(worker)
            self._own.worker = None


def _leave_interrupts_to_main() -> None:
    """Make processes that this thread starts deaf to Ctrl-C from their first moment on."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
