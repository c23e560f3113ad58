"""One run at a time on a data folder."""

import json
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from kedro.framework.hooks import hook_impl

from fer_kedro.errors import InputError
from fer_kedro.hooks.data_folder import data_folder
from fer_kedro.hooks.leftovers import clear_leftovers


class DataLockHooks:
    """Locks the data folder while a pipeline runs, and tidies up what a killed run left there.

    The operating system drops the lock when the process ends, however it ends.
    """

    def __init__(self) -> None:
        self._folder = self._project = Path()
        self._lock: FileLock | None = None

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Remember where the data are."""
        self._folder, self._project = data_folder(context), Path(context.project_path)

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(self) -> Generator[None, Any, Any]:
        """Take the lock, or say who has it, before all other hooks; give it back if one of them fails.

        Raises
        ------
        InputError
            If another process runs a pipeline on this folder.
        """
        self._release()
        try:
            self._take()
            clear_leftovers(self._folder, self._project)
            return (yield)
        except BaseException:
            self._release()
            raise

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        """Give the lock back."""
        self._release()

    @hook_impl(trylast=True)
    def on_pipeline_error(self) -> None:
        """Give the lock back."""
        self._release()

    def _take(self) -> None:
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
