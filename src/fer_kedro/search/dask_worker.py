"""What Dask's workers are asked to do; imported there."""

import os
import platform
import sys
import threading
from importlib.metadata import version

from fer_kedro.search.executors import Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.search.threads import limit_threads
from fer_kedro.source_code import code_digest

PACKAGES = ("tensorflow", "keras", "numpy", "opencv-python-headless")

_ONE_AT_A_TIME = threading.Lock()
"""Keras' global state and TensorFlow's threads belong to a process, and Dask runs a task in each of its threads."""


def run_alone(data: FoldedFaces, task: FoldTask, threads: int, work: Work) -> FoldResult:
    """Run a task while no other one runs in this process."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _ONE_AT_A_TIME:
        return work(data, task, threads)


def installed() -> dict[str, str]:
    """Return the versions that decide the bits of an answer."""
    packages = {package: version(package) for package in PACKAGES}
    return {"fer_kedro": code_digest()[:12], "Python": platform.python_version().rpartition(".")[0], **packages}


def accepts_threads(threads: int) -> bool:
    """Whether this process computes with so many threads or is still free to."""
    if "tensorflow" not in sys.modules:
        return True
    try:
        limit_threads(threads)
    except RuntimeError:
        return False
    return True
