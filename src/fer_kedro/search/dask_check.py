"""Whether a Dask cluster can do what is asked of it, before anything is."""

import logging
from typing import TYPE_CHECKING

from fer_kedro.errors import InputError
from fer_kedro.search.dask_worker import accepts_threads, installed

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)


def check_cluster(client: "Client", threads: int) -> None:
    """Refuse a cluster whose answers would be others than this machine's.

    Raises
    ------
    InputError
        If the scheduler or a worker has other versions than this process, or a worker computes with another number
        of threads already.
    """
    _check_versions(client)
    for worker, accepts in client.run(accepts_threads, threads).items():
        if not accepts:
            raise InputError(
                f"The worker at {worker} computes with another number of threads than {threads} already; start it "
                "again, or give its number (--params=threads=<number>)."
            )
    for worker, tasks in client.nthreads().items():
        if tasks > 1:
            logger.warning("The worker at %s takes %d tasks but trains one at a time: --nthreads 1", worker, tasks)


def not_installed(place: str, error: Exception) -> InputError:
    """Return what to tell the user where this project can't be loaded."""
    return InputError(f"{place} can't load fer_kedro ({error}); install what is installed here, and start it again.")


def _check_versions(client: "Client") -> None:
    found = client.run(installed, on_error="return")
    places = {f"The worker at {address}": there for address, there in found.items()}
    try:
        places["The scheduler"] = client.run_on_scheduler(installed)
    except Exception as error:  # whatever its import raises
        places["The scheduler"] = error
    here = installed()
    for place, there in places.items():
        if isinstance(there, Exception):
            raise not_installed(place, there)
        if differing := [name for name in here if here[name] != there.get(name)]:
            name = differing[0]
            raise InputError(
                f"{place} has {name} {there.get(name)} and not {here[name]}; install what is installed here, and "
                "start it again."
            )
