"""What a run record says of the machine and the code that made it."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from fer_kedro.source_code import computed_by
from fer_kedro.threads import thread_count

PACKAGES = ("fer_kedro", "keras", "tensorflow", "numpy", "opencv-python-headless", "scikit-learn", "kedro", "mlflow")

PROJECT = Path(__file__).resolve().parents[3]


class EnvironmentDataset(AbstractDataset[None, dict[str, Any]]):
    """Reads the git commit, package versions, processor, GPUs and thread count.

    Examples
    --------
    >>> sorted(EnvironmentDataset().load())
    ['commit', 'gpus', 'machine', 'threads', 'versions']
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        """Return plain JSON: `commit` (with `+` where files differ), `versions`, `machine`, `gpus`, `threads`."""
        return {
            "commit": git_commit(),
            "versions": {package: version(package) for package in (*PACKAGES, computed_by()["KERAS_BACKEND"])},
            "machine": f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "gpus": gpus(),
            "threads": thread_count(),
        }

    def save(self, data: None) -> None:
        """Refuse: the environment is read, not written."""
        raise DatasetError("The environment can't be saved; it is read from the machine.")

    def _describe(self) -> dict[str, Any]:
        return {}


def git_commit() -> str:
    """Short hash of the checked-out commit, with a `+` where `src` or `conf` differ; `unknown` outside git."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(PROJECT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603

    try:
        return git("rev-parse", "--short=12", "HEAD") + (
            "+" if git("status", "--porcelain", "--", "src", "conf") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def processor() -> str:
    """Name of the processor's model."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def gpus(driver: Path = Path("/proc/driver/nvidia/gpus")) -> list[str]:
    """Model names of the GPUs that NVIDIA's driver for Linux lists, whether or not Keras' backend uses them."""
    lines = [line for file in sorted(driver.glob("*/information")) for line in file.read_text().splitlines()]
    return [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
