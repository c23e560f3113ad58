"""Tasks sent to a Dask cluster: as many at once as it can run, and sent again where workers were lost."""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from fer_kedro.search.dask_patrol import KEEP_SECONDS, PATROL_SECONDS, Patrol
from fer_kedro.search.dask_worker import dismiss, run_in_crew
from fer_kedro.search.executors import MOST_DEATHS, WORKER_DIED, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask

if TYPE_CHECKING:
    import distributed


@dataclass(eq=False)
class _Order:
    task: FoldTask
    answer: "Future[FoldResult]" = field(default_factory=Future)
    times_lost: int = 0


class Cluster:
    """The faces on a cluster's workers, and tasks with them, all looked after by one thread.

    The next task is sent when one is finished. Of many tasks at a worker, Dask would hold each to account for its
    death, and give up those that had only waited there.
    """

    def __init__(self, client: "distributed.Client", address: str, data: FoldedFaces, threads: int, work: Work) -> None:
        self._client = client
        self._data, self._threads, self._work = data, threads, work
        self._name = uuid.uuid4().hex
        self._waiting: deque[_Order] = deque()
        self._running: dict[distributed.Future[FoldResult], _Order] = {}
        self._shared: distributed.Future[FoldedFaces] | None = None
        self._patrol = Patrol(client, address)
        self._news: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._left = False
        self._thread = threading.Thread(target=self._look_after, name="cluster", daemon=True)
        self._thread.start()

    def submit(self, task: FoldTask) -> "Future[FoldResult]":
        """Have a task run; it fails with an InputError where scheduler or workers are lost for good."""
        order = _Order(task)
        self._news.put(partial(self._waiting.append, order))
        return order.answer

    def leave(self) -> None:
        """Cancel what is not finished, and end the processes beside the workers."""
        self._left = True
        self._news.put(lambda: None)
        self._thread.join()

    def _look_after(self) -> None:
        while not self._left:
            try:
                self._wait_for_news()
                self._patrol.keep_copies()
                self._advance()
            except (OSError, RuntimeError):
                self._end(self._patrol.lost("the scheduler"))
            except Exception as error:  # whoever waits for an answer must be told
                self._end(error)
        with suppress(Exception):  # the scheduler may be lost
            self._client.cancel([*self._running, *([self._shared] if self._shared else [])])
            self._client.run(dismiss, self._name, on_error="ignore")
        self._end(CancelledError())

    def _wait_for_news(self) -> None:
        with suppress(Empty):
            self._news.get(timeout=KEEP_SECONDS)()

    def _advance(self) -> None:
        if not self._waiting:
            return
        places = self._patrol.places()
        if places and self._shared is None:
            with suppress(OSError):  # the last of them has just died: wait for the next patrol
                self._shared = self._client.scatter(self._data, broadcast=True, hash=False, timeout=PATROL_SECONDS)
        while self._waiting and self._shared and len(self._running) < places:
            self._send(self._waiting.popleft(), self._shared)

    def _send(self, order: _Order, shared: "distributed.Future[FoldedFaces]") -> None:
        if order.answer.running() or order.answer.set_running_or_notify_cancel():
            arguments = (shared, order.task, self._name, self._threads, self._work)
            future = self._client.submit(run_in_crew, *arguments, pure=False)
            self._running[future] = order
            future.add_done_callback(lambda done: self._news.put(partial(self._settle, done, shared)))

    def _settle(self, future: "distributed.Future[FoldResult]", shared: "distributed.Future[FoldedFaces]") -> None:
        from distributed import KilledWorker

        if (order := self._running.pop(future, None)) is None:
            return
        try:
            order.answer.set_result(future.result())
        except KilledWorker:  # Dask has sent it to other workers already, again and again
            self._give_up(order)
        except CancelledError:
            self._send_again(order, shared)
        except Exception as error:
            order.answer.set_exception(error)

    def _send_again(self, order: _Order, shared: "distributed.Future[FoldedFaces]") -> None:
        """Faces that no worker holds any more have taken with them all tasks that wanted them."""
        if self._shared is shared:
            self._shared = None
        order.times_lost += 1
        if order.times_lost == MOST_DEATHS:
            self._give_up(order)
        else:
            self._waiting.appendleft(order)

    def _give_up(self, order: _Order) -> None:
        order.answer.set_result(FoldResult(order.task.trial, order.task.fold, failure=WORKER_DIED))

    def _end(self, error: Exception) -> None:
        for order in (*self._running.values(), *self._waiting):
            if not order.answer.done():
                order.answer.set_exception(error)
        self._running.clear()
        self._waiting.clear()
