"""A machine that dies while it trains."""

from pathlib import Path

from fer_kedro.datasets.monitor_dataset import TrainingMonitor


class PowerCutError(Exception):
    """The machine dies."""


class DyingMonitor(TrainingMonitor):
    """Keeps checkpoints, and dies when so many epochs are done."""

    def __init__(self, path: Path, epochs: int) -> None:
        super().__init__(path)
        self._last = epochs

    def epoch(self, number: int, metrics: dict[str, float]) -> None:
        """Die at the last epoch."""
        if number == self._last:
            raise PowerCutError
