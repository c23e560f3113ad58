"""Keras callbacks: the recipe's own, made resumable, and the one that talks to the monitor."""

import time
from typing import Any

import keras
import numpy as np

from fer_kedro.learning.batches import FaceBatches
from fer_kedro.learning.monitor import Checkpoint, Monitor
from fer_kedro.recipe import Training

COUNTERS = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")


def schedule_callbacks(training: Training) -> list[keras.callbacks.Callback]:
    """Return the callbacks that a recipe asks for: early stopping, learning rate on a plateau."""
    callbacks = []
    if plateau := training.reduce_on_plateau:
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(plateau.monitor, factor=plateau.factor, patience=plateau.patience)
        )
    if stopping := training.early_stopping:
        callbacks.append(keras.callbacks.EarlyStopping(stopping.monitor, patience=stopping.patience))
    return callbacks


class Chronicle(keras.callbacks.Callback):
    """Shuffles, records, keeps the best epoch, checkpoints every epoch and resumes. It stands last in the list.

    Keras' own `BackupAndRestore` forgets the other callbacks' counters; this one stores them, the optimiser,
    every random state and the best weights too, so that a resumed training equals an unbroken one bit for bit.
    """

    def __init__(self, whole: keras.Model, keep_best: str | None, monitor: Monitor, fingerprint: str) -> None:
        super().__init__()
        self._whole, self._keep_best, self._monitor, self._fingerprint = whole, keep_best, monitor, fingerprint
        self.history: list[dict[str, float]] = []
        self.best_epoch, self._best_value, self._best = 0, -np.inf, list[Any]()
        self.phase, self._began, self.finished = 0, 0, False
        self._counters: list[dict[str, float | None]] = []
        self._restored = monitor.restore(fingerprint)
        if self._restored is not None:
            self._recall(self._restored)

    def enter(
        self,
        phase: int,
        optimizer: keras.optimizers.Optimizer,
        batches: FaceBatches,
        others: list[keras.callbacks.Callback],
    ) -> tuple[int, int]:
        """Begin a phase, or go on with the one that the checkpoint was made in.

        Returns
        -------
        tuple[int, int]
            How many epochs of all phases were done when this phase began, and how many are done now.
        """
        self._optimizer, self._batches, self._others = optimizer, batches, others
        if phase > self.phase:
            self.phase, self._began, self.finished, self._counters = phase, len(self.history), False, []
        elif self._restored is not None:
            self._assign(self._restored, self._variables())
        return self._began, len(self.history)

    def _recall(self, checkpoint: Checkpoint) -> None:
        """Remember what was known at a checkpoint, and tell of its epochs again."""
        state = checkpoint.state
        self._best = [checkpoint.arrays[f"best_{number}"] for number in range(state["best_arrays"])]
        self.history, self.finished = state["history"], state["finished"]
        self.phase, self._began = state["phase"], state["began"]
        self.best_epoch, self._best_value = state["best_epoch"], state["best_value"]
        self._counters = state["counters"]
        # Before a phase begins, frozen layers are asked for their features.
        self._assign(checkpoint, self._whole.variables)
        for row in self.history:
            self._monitor.epoch(int(row["epoch"]), row)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Give the other callbacks their counters back, after they have reset them."""
        for callback, counters in zip(self._others, self._counters, strict=False):
            for name, value in counters.items():
                setattr(callback, name, value)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Shuffle for this epoch and start its clock."""
        self._batches.begin_epoch(epoch)
        self._batches_done = 0
        self._rate = float(self.model.optimizer.learning_rate)  # a plateau lowers it at the epoch's end
        self._started = time.perf_counter(), time.process_time()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell the monitor; Keras calls once for several batches, and may count beyond the last."""
        done = min(batch + 1, len(self._batches))
        self._monitor.batches(done - self._batches_done)
        self._batches_done = done

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch, keep it if it is the best, checkpoint, tell the monitor."""
        row = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        row["learning_rate"] = self._rate
        row["seconds"] = time.perf_counter() - self._started[0]
        row["cpu_seconds"] = time.process_time() - self._started[1]
        self.history.append(row)
        self._remember_best(epoch + 1, row)
        self.finished = bool(self.model.stop_training)
        self._monitor.save(self._checkpoint())
        self._monitor.epoch(epoch + 1, row)

    def restore_best(self) -> None:
        """Give the model the weights of the best epoch, where the recipe keeps the best."""
        for variable, value in zip(self._whole.weights, self._best, strict=False):
            variable.assign(value)

    def _remember_best(self, epoch: int, row: dict[str, float]) -> None:
        sign = -1 if self._keep_best == "val_loss" else 1
        value = sign * row[self._keep_best] if self._keep_best else float(epoch)
        if value > self._best_value:
            self.best_epoch, self._best_value = epoch, value
            self._best = [np.asarray(variable) for variable in self._whole.weights] if self._keep_best else []

    def _checkpoint(self) -> Checkpoint:
        state = {
            "history": self.history,
            "finished": self.finished,
            "phase": self.phase,
            "began": self._began,
            "best_epoch": self.best_epoch,
            "best_value": self._best_value,
            "best_arrays": len(self._best),
            "counters": [_counters(callback) for callback in self._others],
        }
        arrays = {f"variable_{n}": np.asarray(variable) for n, variable in enumerate(self._variables())}
        arrays |= {f"best_{number}": array for number, array in enumerate(self._best)}
        return Checkpoint(self._fingerprint, state, arrays)

    @staticmethod
    def _assign(checkpoint: Checkpoint, variables: list[Any]) -> None:
        for number, variable in enumerate(variables):
            variable.assign(checkpoint.arrays[f"variable_{number}"])

    def _variables(self) -> list[Any]:
        """Weights, statistics, random states and optimiser moments, in a fixed order."""
        return [*self._whole.variables, *self._optimizer.variables]


def _counters(callback: keras.callbacks.Callback) -> dict[str, float | None]:
    found = {name: getattr(callback, name) for name in COUNTERS if hasattr(callback, name)}
    return {name: None if value is None else float(value) for name, value in found.items()}
