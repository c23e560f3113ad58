"""A Dask scheduler and its workers, each in a process of its own, as a user starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stand_in_work import PATIENCE

TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src"


class DaskProcesses:
    """Started one by one, ended together."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self.environment = {**os.environ, **settings, "PYTHONPATH": f"{TESTS}{os.pathsep}{SOURCES}"}
        self._started: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port=0", "--host=127.0.0.1", f"--scheduler-file={file}")
        deadline = time.monotonic() + PATIENCE
        while not (file.exists() and file.read_text().endswith("}")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        self.address = str(json.loads(file.read_text())["address"])

    def worker(self, *options: str, sources: Path = SOURCES) -> "subprocess.Popen[bytes]":
        """Start one more worker, by default of one thread and without a nanny."""
        return self._start("worker", self.address, *(options or ("--nthreads=1", "--no-nanny")), sources=sources)

    def end(self) -> None:
        """Leave nothing behind."""
        for process in reversed(self._started):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, what: str, *options: str, sources: Path = SOURCES) -> "subprocess.Popen[bytes]":
        environment = {**self.environment, "PYTHONPATH": f"{TESTS}{os.pathsep}{sources}"}
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options]
        with (self._folder / f"{what}-{len(self._started)}.log").open("w") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=self._folder, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(process)
        return process


@contextmanager
def dask_processes(folder: Path, **settings: str) -> Iterator[DaskProcesses]:
    """Start a scheduler; end it and its workers afterwards."""
    processes = DaskProcesses(folder, **settings)
    try:
        yield processes
    finally:
        processes.end()
