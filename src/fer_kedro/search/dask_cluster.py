"""Tasks sent to a Dask cluster: as many at once as it has workers, and sent again where workers were lost."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from fer_kedro.errors import InputError
from fer_kedro.search.dask_worker import run_alone
from fer_kedro.search.executors import MOST_DEATHS, WORKER_DIED, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask

if TYPE_CHECKING:
    from distributed import Client, Future

Answer = TypeVar("Answer")

MOST_AT_ONCE = 1024
"""Threads that wait for an answer each."""

PATROL_SECONDS = 1.0
"""How often workers are counted: they come and go."""

RETURN_SECONDS = 60.0
"""How long a cluster may be without any worker."""


class Cluster:
    """The faces on a cluster's workers, and tasks with them.

    A worker gets its next task when it has finished one. With several at a worker, Dask would hold each of them to
    account for its death, and give up those that had only waited there.
    """

    def __init__(self, client: "Client", address: str, data: FoldedFaces, threads: int, work: Work) -> None:
        self._client, self._address = client, address
        self._data, self._threads, self._work = data, threads, work
        self._sharing = threading.Lock()
        self._shared = self._share()
        self._room = threading.Condition()
        self._running: set[Future[FoldResult]] = set()
        self._busy, self._workers, self._counted, self._seen = 0, 0, 0.0, time.monotonic()
        self._left = False

    def run(self, task: FoldTask) -> FoldResult:
        """Wait for a worker, and for its answer.

        Raises
        ------
        InputError
            If there are no workers any more, or no scheduler, or a worker can't load this project.
        """
        self._enter()
        try:
            return self._run(task)
        finally:
            with self._room:
                self._busy -= 1
                self._room.notify()

    def leave(self) -> None:
        """Cancel what is not finished; a worker that is in the middle of a task finishes it for nobody."""
        self._left = True
        with self._room:
            self._room.notify_all()
        with suppress(OSError, RuntimeError):  # it may be lost
            self._client.cancel(list(self._running))

    def _run(self, task: FoldTask) -> FoldResult:
        from distributed import KilledWorker

        for _ in range(MOST_DEATHS):
            shared = self._shared
            try:
                return self._answer(task, shared)
            except KilledWorker:  # Dask has run it elsewhere already, again and again
                break
            except CancelledError as error:
                if self._left:
                    raise
                if getattr(error, "reason", "") == "scheduler-connection-lost":
                    raise self._lost("the scheduler") from error
                self._share_again(shared)
            except (ImportError, AttributeError) as error:
                raise InputError(
                    f"A worker of {self._address} can't load fer_kedro ({error}); install the same version on every "
                    "worker, start the workers again, and give the same command."
                ) from error
        return FoldResult(task.trial, task.fold, failure=WORKER_DIED)

    def _answer(self, task: FoldTask, shared: "Future[FoldedFaces]") -> FoldResult:
        future = self._client.submit(run_alone, shared, task, self._threads, self._work, pure=False)
        self._running.add(future)
        try:
            if self._left:
                raise CancelledError
            result: FoldResult = future.result()
            return result
        finally:
            self._running.discard(future)

    def _share(self) -> "Future[FoldedFaces]":
        scatter = self._client.scatter
        return self._asked(lambda: scatter(self._data, broadcast=True, hash=False, timeout=RETURN_SECONDS))

    def _share_again(self, lost: "Future[FoldedFaces]") -> None:
        """Faces that no worker holds any more take with them all tasks that wanted them; the first sends them anew."""
        with self._sharing:
            if self._shared is lost:
                self._wait(lambda: self._count_workers() > 0)
                self._shared = self._share()

    def _enter(self) -> None:
        with self._room:
            self._wait(lambda: self._busy < self._count_workers())
            self._busy += 1

    def _wait(self, ready: Callable[[], bool]) -> None:
        with self._room:
            while not self._left and not ready():
                self._room.wait(PATROL_SECONDS)
        if self._left:
            raise CancelledError

    def _count_workers(self) -> int:
        if self._client.status != "running":
            raise self._lost("the scheduler")
        now = time.monotonic()
        if now - self._counted > PATROL_SECONDS:
            self._workers, self._counted = len(self._asked(self._client.nthreads)), now
            if self._workers:
                self._seen = now
            elif now - self._seen > RETURN_SECONDS:
                raise self._lost("the last worker")
        return self._workers

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except TimeoutError as error:
            raise self._lost("the last worker") from error
        except (OSError, RuntimeError) as error:
            raise self._lost("the scheduler") from error

    def _lost(self, what: str) -> InputError:
        return InputError(
            f"The search has lost {what} at {self._address}; when there is one again, give the same command: "
            "what is done is kept."
        )
