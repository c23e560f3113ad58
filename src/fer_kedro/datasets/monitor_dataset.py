"""The training monitor: a progress bar, and one checkpoint file that a restarted run goes on from."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from kedro.io import AbstractDataset, DatasetError
from tqdm import tqdm

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError
from fer_kedro.learning.monitor import Checkpoint

EpochListener = Callable[[int, dict[str, float]], None]
HEADER = "header"
DAMAGE = (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, MemoryError, BadZipFile, zlib.error)
"""What NumPy raises on bytes that are no archive of plain arrays."""


class TrainingMonitor:
    """Shows progress on the terminal, keeps the checkpoint at `path`, passes epochs on to listeners."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listeners: list[EpochListener] = []
        self._bar: tqdm[Any] | None = None

    def listen(self, listener: EpochListener) -> None:
        """Call `listener(number, metrics)` at each epoch's end."""
        self._listeners.append(listener)

    def restore(self, fingerprint: str) -> Checkpoint | None:
        """Return the last checkpoint of this very experiment, if there is one.

        Raises
        ------
        InputError
            If the file is damaged or holds pickled objects, which are never executed.
        """
        if not self._path.exists():
            return None
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                header = json.loads(str(archive[HEADER]))
                if header["fingerprint"] != fingerprint:
                    return None
                arrays = {name: archive[name] for name in archive.files if name != HEADER}
            return Checkpoint(fingerprint, header["state"], arrays)
        except DAMAGE as error:
            raise InputError(
                f"{self._path} is damaged or was not written by fer_kedro; delete it to train from the first epoch on."
            ) from error

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the last checkpoint by this one, atomically."""
        header = json.dumps({"fingerprint": checkpoint.fingerprint, "state": checkpoint.state})
        arrays: dict[str, Any] = {HEADER: np.array(header), **checkpoint.arrays}
        with atomic_path(self._path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    def discard(self) -> None:
        """Delete the checkpoint: the training it belongs to is done and stored."""
        self._path.unlink(missing_ok=True)

    def begin(self, name: str, epochs: int, batches: int, epochs_done: int) -> None:
        """Open the progress bar."""
        self._bar = tqdm(
            total=epochs * batches,
            initial=epochs_done * batches,
            desc=name,
            unit="batch",
            mininterval=0.5,
            dynamic_ncols=True,
        )
        self._epochs = epochs

    def batches(self, count: int) -> None:
        """Advance the bar."""
        if self._bar is not None:
            self._bar.update(count)

    def epoch(self, number: int, metrics: dict[str, float]) -> None:
        """Show the epoch's validation accuracy and tell the listeners."""
        if self._bar is not None:
            self._bar.set_postfix_str(
                f"epoch {number}/{self._epochs}, val accuracy {metrics['val_accuracy']:.1%}", refresh=False
            )
        for listener in self._listeners:
            listener(number, metrics)

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()


class MonitorDataset(AbstractDataset[None, TrainingMonitor]):
    """Gives training its monitor.

    Parameters
    ----------
    filepath
        Where the checkpoint is kept while training runs.

    Examples
    --------
    >>> monitor = MonitorDataset(filepath="data/06_models/honest/goldstein_cnn/checkpoint.npz").load()
    >>> monitor.restore("fingerprint") is None
    True
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> TrainingMonitor:
        """Return a new monitor."""
        return TrainingMonitor(self._filepath)

    def save(self, data: None) -> None:
        """Refuse: a monitor is given, not stored."""
        raise DatasetError("A monitor can't be saved; training only reads it.")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
