"""Tasks on a Dask cluster that somebody else has started and goes on using."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fer_kedro.errors import InputError
from fer_kedro.search.dask_cluster import MOST_AT_ONCE, Cluster
from fer_kedro.search.dask_worker import accepts_threads, installed
from fer_kedro.search.executors import Submit, Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import run_fold

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)


class DaskExecutor:
    """Runs tasks on the workers of a Dask scheduler.

    Parameters
    ----------
    address
        Of the scheduler, such as `tcp://127.0.0.1:8786`.
    threads
        That each worker computes with; another number gives other bits.
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
            self._check(client)
            cluster = Cluster(client, self.address, data, self.threads, self._work)
            with ThreadPoolExecutor(MOST_AT_ONCE, "fold") as lanes:
                try:
                    yield lambda task: lanes.submit(cluster.run, task)
                finally:
                    lanes.shutdown(wait=False, cancel_futures=True)
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

    def _check(self, client: "Client") -> None:
        try:
            client.wait_for_workers(1, timeout=self._timeout)
        except TimeoutError as error:
            raise InputError(
                f"The scheduler at {self.address} has no worker; start some with `dask worker {self.address} "
                "--nthreads 1`."
            ) from error
        self._check_versions(client)
        for worker, accepts in client.run(accepts_threads, self.threads).items():
            if not accepts:
                raise InputError(
                    f"The worker at {worker} computes with another number of threads than {self.threads} already; "
                    "start it again, or give its number (--params=threads=<number>)."
                )
        for worker, tasks in client.nthreads().items():
            if tasks > 1:
                logger.warning(
                    "Worker %s takes %s tasks but trains one at a time; --nthreads 1 is enough", worker, tasks
                )

    def _check_versions(self, client: "Client") -> None:
        places = {
            f"The worker at {address}": there for address, there in client.run(installed, on_error="return").items()
        }
        try:
            places["The scheduler"] = client.run_on_scheduler(installed)
        except Exception as error:  # whatever its import raises
            places["The scheduler"] = error
        here = installed()
        for place, there in places.items():
            if there != here:
                raise InputError(
                    f"{place} {_difference(here, there)}; install the same version there as here, and start it again."
                )


def _difference(here: dict[str, str], there: dict[str, str] | Exception) -> str:
    if isinstance(there, Exception):
        return f"can't import fer_kedro ({there})"
    name = next(name for name in here if here[name] != there.get(name))
    return f"has {name} {there.get(name)} where the search has {here[name]}"


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
