"""One run at a time on a data folder."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from kedro.framework.hooks import hook_impl

from fer_kedro.datasets.atomic import remove_leftovers
from fer_kedro.errors import InputError
from fer_kedro.hooks.data_folder import data_folder

LAYERS = "0[2-9]_*"
"""Folders that runs write to, other than `01_raw`."""


class DataLockHooks:
    """Locks the data folder while a pipeline runs, and tidies up what a killed run left there.

    The operating system drops the lock when the process ends, however it ends.
    """

    def __init__(self) -> None:
        self._folder = Path()
        self._lock: FileLock | None = None

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Remember where the data are."""
        self._folder = data_folder(context)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self) -> None:
        """Take the lock, or say who has it.

        Raises
        ------
        InputError
            If another process runs a pipeline on this folder.
        """
        self._release()
        self._folder.mkdir(parents=True, exist_ok=True)
        holder = self._folder / ".run.json"
        lock = FileLock(self._folder / ".run.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise InputError(
                f"{self._folder} is in use by {_described(holder)}; wait until it has ended, "
                "or run this one with another data folder, as --env=demo does."
            ) from None
        self._lock = lock
        about = {"process": os.getpid(), "command": " ".join(sys.argv[1:])[:100], "since": time.strftime("%H:%M")}
        holder.write_text(json.dumps(about))
        for layer in self._folder.glob(LAYERS):
            remove_leftovers(layer)

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        """Give the lock back."""
        self._release()

    @hook_impl(trylast=True)
    def on_pipeline_error(self) -> None:
        """Give the lock back."""
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _described(holder: Path) -> str:
    try:
        about = json.loads(holder.read_text())
        return f"process {about['process']} ('{about['command']}', since {about['since']})"
    except (OSError, ValueError, KeyError):
        return "another run"
