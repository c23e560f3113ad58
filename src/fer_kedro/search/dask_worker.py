"""What Dask's workers are asked to do; imported there."""

import threading
import weakref

from fer_kedro.search.crew import Crew
from fer_kedro.search.executors import Work
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.source_code import code_digest, computed_by

_CREWS: "weakref.WeakKeyDictionary[FoldedFaces, tuple[str, Crew]]" = weakref.WeakKeyDictionary()
"""Of each faces that this worker holds, the search that sent them and the processes that have them too."""

_HIRING = threading.Lock()


def run_in_crew(data: FoldedFaces, task: FoldTask, search: str, threads: int, work: Work) -> FoldResult:
    """Run a task in a process of its own beside this worker, which ends when the faces leave the worker.

    TensorFlow in the Dask worker itself would share one process between Dask's threads, keep the number of threads
    of the first search, and fill its memory until Dask pauses it.
    """
    with _HIRING:
        if data not in _CREWS:
            crew = Crew(data, work, threads)
            weakref.finalize(data, crew.dismiss)
            _CREWS[data] = search, crew
        _, crew = _CREWS[data]
    return crew.run(task)


def dismiss(search: str) -> None:
    """End the processes of a search, whatever they are doing."""
    for name, crew in list(_CREWS.values()):
        if name == search:
            crew.dismiss()


def installed() -> dict[str, str]:
    """Return the versions that decide the bits of an answer."""
    return {"fer_kedro": code_digest()[:12], **computed_by()}
