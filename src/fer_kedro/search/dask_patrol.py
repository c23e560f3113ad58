"""How many workers a Dask cluster has now: they come and go."""

import time
from typing import TYPE_CHECKING

from fer_kedro.errors import InputError

if TYPE_CHECKING:
    import distributed

PATROL_SECONDS = 1.0
"""How often workers are counted."""

RETURN_SECONDS = 60.0
"""How long a cluster may be without any worker."""


class Patrol:
    """Counts the workers of a cluster, and says when it is lost."""

    def __init__(self, client: "distributed.Client", address: str) -> None:
        self._client, self._address = client, address
        self._workers, self._counted, self._seen = 0, 0.0, time.monotonic()

    def workers(self) -> int:
        """Return how many there are.

        Raises
        ------
        InputError
            If the scheduler is gone, or there has been no worker for a minute.
        """
        if self._client.status != "running":
            raise self.lost("the scheduler")
        now = time.monotonic()
        if now - self._counted > PATROL_SECONDS:
            self._workers, self._counted = len(self._client.nthreads()), now
            self._seen = now if self._workers else self._seen
            if now - self._seen > RETURN_SECONDS:
                raise self.lost("the last worker")
        return self._workers

    def lost(self, what: str) -> InputError:
        """Return what to tell the user."""
        return InputError(
            f"The search has lost {what} at {self._address}; when there is one again, give the same command: "
            "what is done is kept."
        )
