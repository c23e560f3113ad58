"""Where the tasks of a search run: processes of this machine, or a Dask cluster."""

from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

from fer_kedro.errors import InputError

if TYPE_CHECKING:
    from fer_kedro.search.executors import FoldExecutor
else:
    FoldExecutor = Any


class ExecutorDataset(AbstractDataset[None, FoldExecutor]):
    """Gives a search its executor.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler; by default processes of this machine.
    workers
        How many of these processes; by default so many that all processors have one thread each. A cluster has its own.
    threads
        That each worker computes with.
    timeout
        Seconds within which the scheduler answers and has a worker.

    Examples
    --------
    >>> ExecutorDataset(workers=2).load().workers
    2
    >>> ExecutorDataset(scheduler="tcp://127.0.0.1:8786", threads=4).load().threads
    4
    """

    def __init__(
        self,
        *,
        scheduler: str | None = None,
        workers: int | None = None,
        threads: int = 1,
        timeout: float = 10,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._scheduler, self._workers, self._threads, self._timeout = scheduler, workers, threads, timeout
        self.metadata = metadata

    def load(self) -> FoldExecutor:
        """Return the executor; nothing is started yet.

        Raises
        ------
        InputError
            If a number is none or not positive, or workers are asked of a cluster.
        """
        self._check()
        if self._scheduler is None:
            from fer_kedro.search.local_executor import LocalExecutor

            return LocalExecutor(self._workers, self._threads)
        from fer_kedro.search.dask_executor import DaskExecutor

        return DaskExecutor(self._scheduler, self._threads, self._timeout)

    def save(self, data: None) -> None:
        """Refuse: an executor is given, not stored."""
        raise DatasetError("An executor can't be saved; a search only runs on it.")

    def _check(self) -> None:
        for name, value in (("workers", self._workers), ("threads", self._threads)):
            if value is not None and (not isinstance(value, int) or value < 1):
                raise InputError(f"{name} is {value!r}; give a whole number from 1 on (--params={name}=<number>).")
        if self._scheduler is not None and self._workers is not None:
            raise InputError(
                f"The workers of {self._scheduler} are started beside the search; leave out 'workers' or 'scheduler'."
            )

    def _describe(self) -> dict[str, Any]:
        return {"scheduler": self._scheduler, "workers": self._workers, "threads": self._threads}
