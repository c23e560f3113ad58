"""What is looked at again and again: how many tasks a Dask cluster can run, and that its workers keep the faces."""

import time
from typing import TYPE_CHECKING

from fer_kedro.errors import InputError

if TYPE_CHECKING:
    import distributed

PATROL_SECONDS = 1.0
"""How often workers are counted."""

KEEP_SECONDS = 0.5
"""How often Dask's active memory manager is paused; it goes round two seconds after somebody has started it."""

RETURN_SECONDS = 60.0
"""How long a cluster may be without any worker."""


class Patrol:
    """Counts the threads of a cluster's workers, says when it is lost, and has it keep the faces."""

    def __init__(self, client: "distributed.Client", address: str) -> None:
        self._client, self._address = client, address
        self._places, self._counted, self._kept = 0, 0.0, 0.0
        self._away: float | None = None  # since when no worker was seen

    def places(self) -> int:
        """Return how many tasks can run at once.

        Raises
        ------
        InputError
            If the scheduler is gone, or there has been no worker for a minute.
        """
        if self._client.status != "running":
            raise self.lost("the scheduler")
        now = time.monotonic()
        if now - self._counted > PATROL_SECONDS:
            self._places, self._counted = sum(self._client.nthreads().values()), now
            self._away = None if self._places else self._away or now
            if self._away and now - self._away > RETURN_SECONDS:
                raise self.lost("the last worker")
        return self._places

    def keep_copies(self) -> None:
        """Pause Dask's active memory manager again: another search that has ended may have started it."""
        now = time.monotonic()
        if self._client.status == "running" and now - self._kept > KEEP_SECONDS:
            self._client.amm.stop()
            self._kept = now

    def lost(self, what: str) -> InputError:
        """Return what to tell the user."""
        return InputError(
            f"The search has lost {what} at {self._address}; when there is one again, give the same command: "
            "what is done is kept."
        )
