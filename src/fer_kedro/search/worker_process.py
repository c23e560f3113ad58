"""A worker on this machine: a process that is given the faces once, and then one task after another."""

import multiprocessing
import os
import signal
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from fer_kedro.errors import InputError
from fer_kedro.search.executors import Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask

SPAWN = multiprocessing.get_context("spawn")  # TensorFlow hangs in a process that was forked after it had been used


class WorkerDied(Exception):
    """The process ended before it answered."""


class WorkerProcess:
    """A process that ends when it is killed, or when the one that started it does, however that happens.

    Parameters
    ----------
    welcome
        The faces and the work, pickled once for all workers.
    threads
        That each computes with.

    Raises
    ------
    WorkerDied
        If it does not even start.
    """

    def __init__(self, welcome: bytes, threads: int) -> None:
        self._welcome = welcome
        self._connection, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs, threads), daemon=True)
        try:
            self._process.start()
        except OSError as error:
            raise WorkerDied from error
        theirs.close()  # only the worker holds it now, and the pipe ends with it

    def run(self, task: FoldTask) -> FoldResult:
        """Wait for the answer to one task.

        Raises
        ------
        WorkerDied
            If there will be none.
        """
        try:
            if self._welcome:
                self._connection.send_bytes(self._welcome)
                self._welcome = b""
            self._connection.send(task)
            answer: FoldResult | Exception = self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerDied from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()


def _serve(connection: "Connection[Any, Any]", threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError):
        data, work = connection.recv()
        while True:
            connection.send(_answer(work, data, connection.recv(), threads))


def _answer(work: Work, data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult | Exception:
    try:
        return work(data, task, threads)
    except InputError as error:
        return error
    except Exception:  # many an exception does not survive pickling
        return RuntimeError(traceback.format_exc())


def _end_with_parent() -> None:
    """Leave nothing behind where the parent was killed: in the middle of a task no pipe is read."""
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
        os._exit(1)
