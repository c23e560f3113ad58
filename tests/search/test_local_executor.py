"""Tasks in processes of this machine: nothing is lost when one dies, and nothing is left behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import pytest
from stand_in_work import (
    LETHAL,
    PATIENCE,
    CountedFaces,
    Lethal,
    eventually,
    folded_faces,
    is_alive,
    nap,
    noted,
    refuse,
    tasks,
    tell,
)

from fer_kedro.errors import InputError
from fer_kedro.search.executors import WORKER_DIED
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.search.worker_process import TASKS_A_LIFE
from fer_kedro.source_code import computed_by

TESTS = Path(__file__).parents[1]


def test_a_killed_workers_task_runs_again_and_every_other_one_once(tmp_path: Path) -> None:
    data = folded_faces()
    expected = [float(data.sides(trial % 2, None)[0].images.mean()) + trial for trial in range(6)]
    with LocalExecutor(2, work=partial(nap, str(tmp_path), 0.5, doomed=1)).share(data) as submit:
        futures = [submit(task) for task in tasks(*range(6))]
        eventually(lambda: noted(tmp_path, "began", 1))
        os.kill(noted(tmp_path, "began", 1)[0], signal.SIGKILL)
        results = [future.result(PATIENCE) for future in futures]
    assert [result.accuracy for result in results] == expected
    assert [len(noted(tmp_path, "began", trial)) for trial in range(6)] == [1, 2, 1, 1, 1, 1]
    assert [len(noted(tmp_path, "ended", trial)) for trial in range(6)] == [1] * 6


def test_a_task_that_kills_every_worker_is_given_up_alone(tmp_path: Path) -> None:
    with LocalExecutor(2, work=partial(nap, str(tmp_path), 0.0)).share(folded_faces()) as submit:
        futures = [submit(task) for task in tasks(LETHAL, 0, 1, 2)]
        lethal, *others = [future.result(PATIENCE) for future in futures]
    assert (lethal.trial, lethal.fold, lethal.failure) == (LETHAL, LETHAL % 2, WORKER_DIED)
    assert len(noted(tmp_path, "began", LETHAL)) == 3
    assert [result.failure for result in others] == [""] * 3


CANNOT_BEGIN = r"^No worker process can begin on \S+ \({}\), perhaps for want of memory: mend that, and give the same"


def test_a_machine_that_can_start_no_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("fer_kedro.search.worker_process.subprocess.Popen", no_memory)
    with LocalExecutor(1).share(folded_faces()) as submit:
        with pytest.raises(InputError, match=CANNOT_BEGIN.format(".*Cannot allocate memory")):
            submit(tasks(4)[0]).result(PATIENCE)


def test_workers_that_die_before_their_first_task_are_told() -> None:
    with LocalExecutor(1, work=Lethal()).share(folded_faces()) as submit:
        with pytest.raises(InputError, match=CANNOT_BEGIN.format("exit code 1")):
            submit(tasks(4)[0]).result(PATIENCE)


@pytest.mark.parametrize("error", [KeyboardInterrupt, InputError])
def test_leaving_early_cancels_what_waits_and_ends_what_runs(error: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(error), LocalExecutor(1, work=partial(nap, str(tmp_path), 600)).share(folded_faces()) as submit:
        futures = [submit(task) for task in tasks(0, 1)]
        eventually(lambda: noted(tmp_path, "began", 0))
        raise error
    assert not is_alive(noted(tmp_path, "began", 0)[0])
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)
    assert noted(tmp_path, "began", 1) == []


PROGRAM = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests themselves run in the background
from concurrent.futures import wait
from functools import partial
from stand_in_work import folded_faces, nap, tasks
from fer_kedro.search.local_executor import LocalExecutor
with LocalExecutor(2, work=partial(nap, sys.argv[1], 600)).share(folded_faces()) as submit:
    futures = [submit(task) for task in tasks(0, 1)]
    print("submitted", flush=True)
    while wait(futures, 1.0).not_done:  # as a search does: what interrupts it just as it begins to wait is not heard
        pass
"""


def program(folder: Path) -> "subprocess.Popen[str]":
    """A script that searches, as a shell starts it."""
    script = folder / "search.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    return subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def test_workers_end_with_a_search_that_is_killed(tmp_path: Path) -> None:
    with program(tmp_path) as search:
        eventually(lambda: noted(tmp_path, "began", 0) and noted(tmp_path, "began", 1))
        workers = noted(tmp_path, "began", 0) + noted(tmp_path, "began", 1)
        search.kill()
        eventually(lambda: not any(map(is_alive, workers)))


@pytest.mark.parametrize("moment", ["as workers start", "in the middle of a task"])
def test_only_the_search_itself_speaks_of_an_interruption(moment: str, tmp_path: Path) -> None:
    with program(tmp_path) as search:
        assert search.stdout is not None
        search.stdout.readline()
        time.sleep(0.2)  # within `concurrent.futures.wait` a Ctrl-C may leave a lock taken: CPython's weakness
        if moment == "in the middle of a task":
            eventually(lambda: noted(tmp_path, "began", 0) and noted(tmp_path, "began", 1))
        os.killpg(search.pid, signal.SIGINT)  # as the terminal does at Ctrl-C
        try:
            _, errors = search.communicate(timeout=PATIENCE)
        finally:
            search.kill()
    assert errors.count("Traceback") == errors.count("KeyboardInterrupt") == 1
    assert not any(map(is_alive, noted(tmp_path, "began", 0)))


def test_each_worker_is_given_the_faces_once(tmp_path: Path) -> None:
    data = folded_faces(kind=CountedFaces, source=str(tmp_path))
    with LocalExecutor(2, work=partial(nap, str(tmp_path), 0.2)).share(data) as submit:
        processes = {future.result(PATIENCE).process for future in [submit(task) for task in tasks(*range(20))]}
    assert len(processes) == 2
    assert sorted(noted(tmp_path, "data")) == sorted(processes)


MEMORY = """
from pathlib import Path
from stand_in_work import folded_faces, tasks, weigh
from fer_kedro.search.local_executor import LocalExecutor
def memory(kind):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(kind)) * 1024 / 1e6
data = folded_faces(40_000)
Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark of memory in use
before = memory("VmRSS")
with LocalExecutor(2, work=weigh).share(data) as submit:
    results = [future.result() for future in [submit(task) for task in tasks(*range(40))]]
after = memory("VmHWM")
losses = {result.process: [one.loss for one in results if one.process == result.process] for result in results}
print(data.faces.images.nbytes / 1e6, after - before, *(used[-1] - used[0] for used in losses.values()))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="only Linux tells a process's peak")
def test_memory_does_not_grow_with_workers_or_tasks(tmp_path: Path) -> None:
    (tmp_path / "memory.py").write_text(MEMORY)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    told = subprocess.run(
        [sys.executable, "memory.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    faces, search, *workers = map(float, told.stdout.split())
    assert search < 1.5 * faces  # the faces pickled, once for all workers
    assert len(workers) > 1
    assert max(workers) < 5


def test_a_worker_is_replaced_before_it_grows(tmp_path: Path) -> None:
    with LocalExecutor(1, work=partial(nap, str(tmp_path), 0.0)).share(folded_faces()) as submit:
        results = [future.result(PATIENCE) for future in [submit(task) for task in tasks(*range(2 * TASKS_A_LIFE))]]
        first, second = (results[number].process for number in (0, -1))
        assert [result.process for result in results] == [first] * TASKS_A_LIFE + [second] * TASKS_A_LIFE
        assert first != second
        assert not is_alive(first)


def test_what_the_work_raises_is_raised_where_its_result_is_wanted() -> None:
    with LocalExecutor(1, work=refuse).share(folded_faces()) as submit:
        bug, refusal = [submit(task) for task in tasks(0, 1)]
        with pytest.raises(InputError, match=r"^Not these faces\.$"):
            refusal.result(PATIENCE)
        with pytest.raises(RuntimeError, match="LookupError: no such thing"):
            bug.result(PATIENCE)


@pytest.mark.parametrize(("threads", "workers"), [(1, 8), (3, 2), (16, 1)])
def test_workers_times_threads_are_the_processors(threads: int, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "8")
    assert LocalExecutor(threads=threads).workers == workers


def test_workers_take_no_more_of_a_gpu_than_they_need_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("TF_FORCE_GPU_ALLOW_GROWTH", "XLA_PYTHON_CLIENT_PREALLOCATE")
    monkeypatch.delenv(names[0], raising=False)
    monkeypatch.setenv(names[1], "mine")
    with LocalExecutor(1, work=partial(tell, names)).share(folded_faces()) as submit:
        assert submit(tasks(0)[0]).result(PATIENCE).failure == "true mine"


def test_backend_of_a_worker_is_the_one_that_studies_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    with LocalExecutor(1, work=partial(tell, ("KERAS_BACKEND",))).share(folded_faces()) as submit:
        assert submit(tasks(0)[0]).result(PATIENCE).failure == computed_by()["KERAS_BACKEND"]


def test_every_library_of_a_worker_is_told_the_number_of_threads() -> None:
    libraries = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    with LocalExecutor(1, threads=3, work=partial(tell, libraries)).share(folded_faces()) as submit:
        assert submit(tasks(0)[0]).result(PATIENCE).failure == "3 3 3 3"


@pytest.mark.parametrize(("workers", "threads"), [(0, 1), (2, 0), (None, -1)])
def test_no_workers_or_threads_are_refused(workers: int | None, threads: int) -> None:
    with pytest.raises(InputError, match="give 1 or more of each"):
        LocalExecutor(workers, threads)
