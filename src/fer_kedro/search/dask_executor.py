"""Tasks on a Dask cluster that somebody else has started and goes on using."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fer_kedro.errors import InputError
from fer_kedro.search.dask_check import check_cluster
from fer_kedro.search.dask_cluster import Cluster
from fer_kedro.search.executors import Submit, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import run_fold

if TYPE_CHECKING:
    from distributed import Client


class DaskExecutor:
    """Runs tasks on the workers of a Dask scheduler.

    Parameters
    ----------
    address
        Of the scheduler, such as `tcp://127.0.0.1:8786`.
    threads
        That each process computes with; another number gives other bits.
    timeout
        Seconds within which the scheduler answers and has a worker.
    work
        What is done with a task.
    """

    def __init__(self, address: str, threads: int = 1, timeout: float = 10, work: Work = run_fold) -> None:
        if threads < 1 or timeout <= 0:
            raise InputError(f"A search can't use {threads} threads and wait {timeout} seconds; give more than 0.")
        self.address, self.threads = address, threads
        self._timeout, self._work = timeout, work

    @contextmanager
    def share(self, data: FoldedFaces) -> Iterator[Submit]:
        """Give what submits a task; afterwards scheduler and workers are as they were.

        Raises
        ------
        InputError
            If no scheduler answers, it has no worker, or one of them has other versions than this process.
        """
        with _silence(), self._connected() as client:
            self._wait_for_a_worker(client)
            check_cluster(client)
            with _copies_kept(client):
                cluster = Cluster(client, self.address, data, self.threads, self._work)
                try:
                    yield cluster.submit
                finally:
                    cluster.leave()

    def _connected(self) -> "Client":
        from distributed import Client

        try:
            return Client(self.address, timeout=self._timeout, set_as_default=False, name="fer_kedro")
        except (OSError, ValueError) as error:  # ValueError: not an address
            raise InputError(
                f"No Dask scheduler answers at {self.address}; start one with `dask scheduler`, or correct the "
                "address (--params=scheduler=tcp://<host>:8786)."
            ) from error

    def _wait_for_a_worker(self, client: "Client") -> None:
        try:
            client.wait_for_workers(1, timeout=self._timeout)
        except TimeoutError as error:
            raise InputError(
                f"The scheduler at {self.address} has no worker; start some with `dask worker {self.address}`."
            ) from error


@contextmanager
def _copies_kept(client: "Client") -> Iterator[None]:
    """Pause Dask's active memory manager: it takes the faces from a worker that has had no task for two seconds.

    Afterwards it is as Dask's configuration has it, even where an earlier search was killed and left it paused.
    """
    import dask

    client.amm.stop()
    try:
        yield
    finally:
        if dask.config.get("distributed.scheduler.active-memory-manager.start"):
            with suppress(Exception):  # the scheduler may be lost
                client.amm.start()


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Dask's log off the console: what concerns the search comes as an exception."""
    import distributed  # noqa: F401, its import sets the levels

    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [each.level for each in loggers]
    try:
        for each in loggers:
            each.setLevel(logging.CRITICAL)
        yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
