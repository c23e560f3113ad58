"""What training tells the world while it runs, through one injected argument."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a stopped training needs to go on as if it had not stopped.

    Attributes
    ----------
    fingerprint
        Of recipe, data and precision; a checkpoint of another experiment is never resumed.
    state
        Plain JSON: epochs done, the callbacks' counters, the history.
    arrays
        Weights, optimiser moments, random states and the best epoch's weights, by name.
    """

    fingerprint: str
    state: dict[str, Any]
    arrays: dict[str, npt.NDArray[np.generic]]


class Monitor(Protocol):
    """Sees progress, keeps checkpoints."""

    def restore(self, fingerprint: str) -> Checkpoint | None:
        """Return the last checkpoint of this very experiment, if there is one."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep this checkpoint instead of the last one."""

    def begin(self, name: str, epochs: int, batches: int, epochs_done: int) -> None:
        """Training starts: so many epochs of so many batches, some of them done before."""

    def batches(self, count: int) -> None:
        """So many more batches are done."""

    def epoch(self, number: int, metrics: dict[str, float]) -> None:
        """Report that an epoch is done; numbers start at 1."""

    def end(self) -> None:
        """Training is over, well or badly."""


class NullMonitor:
    """Sees nothing, keeps nothing: the default in notebooks and tests."""

    def restore(self, fingerprint: str) -> Checkpoint | None:
        """Return nothing: training starts from the beginning."""
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Forget it."""

    def begin(self, name: str, epochs: int, batches: int, epochs_done: int) -> None:
        """Say nothing."""

    def batches(self, count: int) -> None:
        """Say nothing."""

    def epoch(self, number: int, metrics: dict[str, float]) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""
