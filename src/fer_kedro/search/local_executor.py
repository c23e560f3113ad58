"""Tasks on this machine, each in one of a few worker processes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from fer_kedro.errors import InputError
from fer_kedro.search.crew import Crew
from fer_kedro.search.executors import Submit, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import run_fold
from fer_kedro.threads import thread_count


class LocalExecutor:
    """Runs tasks in processes of this machine.

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
        crew = Crew(data, self._work, self.threads)
        with ThreadPoolExecutor(self.workers, "fold") as lanes:
            try:
                yield lambda task: lanes.submit(crew.run, task)
            finally:
                lanes.shutdown(wait=False, cancel_futures=True)
                crew.dismiss()
