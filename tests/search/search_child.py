"""Searches in forks of one process that has imported everything, each killed after so many seconds.

Reads a number of seconds a line, 0 for as long as it takes, and answers with the fork's exit code.
"""

import os
import signal
import sys
import time
from pathlib import Path

from stand_in_search import SPACE, StandIn, a_search, accuracy, searched

from fer_kedro.datasets.studies import Studies
from fer_kedro.search.tasks import FoldTask


def search() -> None:
    """Go on with the search, on two threads."""
    decided = a_search(space=SPACE, sampler="tpe", trials=13, pruning={"kind": "halving"})
    with Studies(Path(sys.argv[1])).open("mine") as study:
        searched(decided, StandIn(workers=2, score=slowly), study)


def slowly(task: FoldTask) -> float:
    """Leave time for a kill."""
    time.sleep(0.03)
    return accuracy(task)


def fork(seconds: float) -> int:
    """Search in a process of its own; returns how it ended."""
    child = os.fork()
    if not child:
        search()
        os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def answer(word: object) -> None:
    """Tell the process that asked."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with Studies(Path(sys.argv[1]).with_name("warm.db")).open("warm"):
        answer("ready")
    for line in sys.stdin:
        answer(fork(float(line)))
