"""What a worker process does: it takes the faces and the work, then one task after another.

Run as `python -m fer_kedro.search.worker_main <pipe> <threads>` by `WorkerProcess`.
"""

import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from fer_kedro.errors import InputError
from fer_kedro.search.executors import Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask, run_fold
from fer_kedro.search.threads import limit_threads

READY = "ready"


def serve(connection: "Connection[Any, Any]", threads: int) -> None:
    """Answer tasks until there are no more."""
    with suppress(EOFError):
        data, work = connection.recv()
        if work is run_fold:
            with _silence(), suppress(Exception):  # the task itself will tell what is wrong
                limit_threads(threads)
        connection.send(READY)
        while True:
            connection.send(_answer(work, data, connection.recv(), threads))


def _answer(work: Work, data: FoldedFaces, task: FoldTask, threads: int) -> FoldResult | Exception:
    try:
        return work(data, task, threads)
    except InputError as error:
        return error
    except Exception:  # many an exception does not survive pickling
        return RuntimeError(traceback.format_exc())


@contextmanager
def _silence() -> Iterator[None]:
    """Discard what TensorFlow's libraries say of themselves while they are loaded, whatever their log level."""
    shown = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)


def _end_with_parent() -> None:
    """Leave nothing behind where the parent was killed: in the middle of a task the pipe is not read."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
