"""Whether a Dask cluster can do what is asked of it, before anything is."""

from typing import TYPE_CHECKING

from fer_kedro.errors import InputError
from fer_kedro.search.dask_worker import installed

if TYPE_CHECKING:
    from distributed import Client


def check_cluster(client: "Client") -> None:
    """Refuse a cluster whose answers might be others than this machine's.

    Raises
    ------
    InputError
        If the scheduler or a worker has other versions than this process.
    """
    found = client.run(installed, on_error="return")
    places = {f"The worker at {address}": there for address, there in found.items()}
    try:
        places["The scheduler"] = client.run_on_scheduler(installed)
    except Exception as error:  # whatever its import raises
        places["The scheduler"] = error
    here = installed()
    for place, there in places.items():
        if isinstance(there, Exception):
            raise InputError(
                f"{place} can't load fer_kedro ({there}); install what is installed here, and start it again."
            )
        if differing := [name for name in here if here[name] != there.get(name)]:
            name = differing[0]
            raise InputError(
                f"{place} has {name} {there.get(name)} and not {here[name]}; install what is installed here, and "
                "start it again."
            )
