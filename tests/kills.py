"""Kill a run at some moment, start it again, and compare what it leaves with what an unbroken run leaves."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

TIMES = {
    *("seconds", "cpu_seconds", "fit_seconds", "seconds_per_epoch", "overhead_share"),
    *("cpu_seconds_saved_at_each_trials_mean", "share_of_cpu_seconds_saved_at_each_trials_mean"),
}
UNLIKE = {"checkpoint.npz", "studies.db"}
"""Files of work in progress; of Optuna's it is the table of trials that counts."""
TIMES_IN_TEXT = re.compile(r"[\d.,–]+(?=(?: |&nbsp;)s\b| CPU.minutes)|(?<=× )[\d.]+")
WARM_KEDRO = Path(__file__).with_name("warm_kedro.py")


@dataclass(frozen=True)
class WarmKedro:
    """Runs `kedro …` in a project, in forks of one process that has imported everything."""

    server: subprocess.Popen[str]
    project: Path

    def run(self, *arguments: str, die: Callable[[int], None] | None = None) -> int:
        """Run a command to its end, or let `die(process)` end it; returns its exit code."""
        assert self.server.stdin is not None
        self.server.stdin.write(json.dumps(arguments) + "\n")
        self.server.stdin.flush()
        process = int(self._answer())
        if die is not None:
            die(process)
        return int(self._answer())

    def output(self) -> str:
        """What the last command printed."""
        return (self.project / "warm_kedro.log").read_text(errors="replace")

    def _answer(self) -> str:
        assert self.server.stdout is not None
        return self.server.stdout.readline()


@contextmanager
def warm_kedro(project: Path) -> Iterator[WarmKedro]:
    """Start the process that has imported everything, and end it."""
    server = subprocess.Popen(
        [sys.executable, str(WARM_KEDRO)],
        cwd=project, env={**os.environ, "PYTHONPATH": str(project / "src")}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    try:
        yield WarmKedro(server, project)
    finally:
        server.kill()
        server.wait()


def kill(process: int) -> None:
    """SIGKILL a process that may be gone."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def after(seconds: float, sign: Path) -> Callable[[int], None]:
    """SIGKILL so many seconds after a file is replaced (or made), unless the command has ended."""

    def die(process: int) -> None:
        await_change(sign, process)
        time.sleep(seconds)
        kill(process)

    return die


def when_written(path: Path) -> Callable[[int], None]:
    """SIGKILL as soon as a file is replaced (or made)."""
    return after(0, path)


def restore(saved: Path, folder: Path) -> None:
    """Make a folder what it was."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(saved, folder)


def contents(folder: Path) -> dict[str, str]:
    """Digest of every dataset below a folder, less the times that a run took."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(folder)): _digest(path) for path in sorted(files) if path.name not in UNLIKE}


def leftovers(folder: Path) -> list[Path]:
    """Temporary files that somebody left."""
    return [path for path in folder.rglob(".*") if re.search(r"\.[0-9a-f]{32}(\.|$)", path.name)]


def _digest(path: Path) -> str:
    return hashlib.sha256(_content(path)).hexdigest()[:16]


def _content(path: Path) -> bytes:
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            return archive.read("config.json") + archive.read("model.weights.h5")
    if path.name in {"history.csv", "comparison.csv", "trials.csv"}:
        table = pd.read_csv(path)
        return table.drop(columns=TIMES & set(table.columns)).to_csv().encode()
    if path.suffix == ".json":
        return json.dumps(_without_times(json.loads(path.read_text()))).encode()
    if path.suffix == ".html":
        return TIMES_IN_TEXT.sub("", path.read_text()).encode()
    return path.read_bytes()


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(inner) for name, inner in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [_without_times(inner) for inner in value]
    return TIMES_IN_TEXT.sub("", value) if isinstance(value, str) else value


def await_change(path: Path, process: int) -> None:
    """Wait until a file is replaced (or made), or the process has ended."""

    def stamp() -> int:
        return path.stat().st_mtime_ns if path.exists() else 0

    before = stamp()
    while stamp() == before and Path(f"/proc/{process}").exists() and not _is_zombie(process):
        time.sleep(0.002)


def _is_zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
