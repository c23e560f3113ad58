"""A worker: a process of its own that is given the faces once, and then one task after another."""

import os
import subprocess
import sys
from multiprocessing import Pipe

from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.source_code import BACKEND

TASKS_A_LIFE = 25
"""TensorFlow keeps some 20 MB of every network that it has trained; starting anew costs a worker about ten seconds."""


class WorkerDied(Exception):
    """The process ended before it answered; before it had `begun`, no task can be to blame."""

    def __init__(self, begun: bool, reason: str) -> None:
        super().__init__(begun, reason)
        self.begun, self.reason = begun, reason


class WorkerProcess:
    """A process that ends when it is killed, or when the one that started it does, however that happens.

    It is no fork, in which TensorFlow would hang, and no process of `multiprocessing`, which Dask's workers may not
    start and which would import the user's script again. Ctrl-C in a terminal does not reach it.

    Parameters
    ----------
    welcome
        The faces and the work, pickled once for all workers.
    threads
        That it computes with.

    Raises
    ------
    WorkerDied
        If it does not even start.
    """

    def __init__(self, welcome: bytes, threads: int) -> None:
        self._welcome = welcome
        self._tasks_left = TASKS_A_LIFE
        self._connection, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "fer_kedro.search.worker_main", str(theirs.fileno()), str(threads)]
        with theirs:  # afterwards only the worker holds it, and the pipe ends with it
            try:
                self._process = subprocess.Popen(  # noqa: S603
                    command,
                    env=_environment(threads),
                    stdin=subprocess.PIPE,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError as error:
                raise WorkerDied(False, str(error)) from error

    @property
    def is_usable(self) -> bool:
        """Whether it may be given another task."""
        return self._tasks_left > 0

    def run(self, task: FoldTask) -> FoldResult:
        """Wait for the answer to one task.

        Raises
        ------
        WorkerDied
            If there will be none.
        """
        try:
            answer = self._ask(task)
        except (EOFError, OSError) as error:
            self._tasks_left = 0
            raise WorkerDied(not self._welcome, f"exit code {self._process.wait()}") from error
        self._tasks_left -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and the pipes to it; for whoever alone could run its next task."""
        self.kill()
        self._connection.close()
        if self._process.stdin:
            self._process.stdin.close()

    def _ask(self, task: FoldTask) -> FoldResult | Exception:
        if self._welcome:
            self._connection.send_bytes(self._welcome)
            self._connection.recv()  # that it is ready
            self._welcome = b""
        self._connection.send(task)
        answer: FoldResult | Exception = self._connection.recv()
        return answer


def _environment(threads: int) -> dict[str, str]:
    """Return what libraries read as they are loaded, the same wherever a worker runs."""
    number = str(threads)
    return {
        "KERAS_BACKEND": BACKEND,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # one worker would take the whole memory of a GPU that all share
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "TF_NUM_INTRAOP_THREADS": number,
        "TF_NUM_INTEROP_THREADS": number,
        "OMP_NUM_THREADS": number,
        "OPENBLAS_NUM_THREADS": number,
        "MKL_NUM_THREADS": number,
    }
