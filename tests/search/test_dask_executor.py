"""Tasks on a Dask cluster of real processes: lost workers lose nothing, and every refusal is one sentence."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import psutil
import pytest
from dask_processes import SOURCES, DaskProcesses, dask_processes
from distributed import Client
from stand_in_work import (
    LETHAL,
    MORE_LETHAL,
    PATIENCE,
    CountedFaces,
    eventually,
    folded_faces,
    is_alive,
    nap,
    noted,
    tasks,
)

from fer_kedro.errors import InputError
from fer_kedro.search.dask_executor import DaskExecutor
from fer_kedro.search.dask_patrol import Patrol
from fer_kedro.search.executors import WORKER_DIED


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    """Two workers that nobody starts again.

    Dask's active memory manager goes round every 4 seconds, not 2: time to be paused in on a busy machine.
    """
    interval = {"DASK_DISTRIBUTED__SCHEDULER__ACTIVE_MEMORY_MANAGER__INTERVAL": "4s"}
    with dask_processes(tmp_path_factory.mktemp("dask"), **interval) as processes:
        for _ in range(2):
            processes.worker()
        yield processes


@pytest.fixture
def client(cluster: DaskProcesses) -> Iterator[Client]:
    """A user's own connection, once there are two workers."""
    with Client(cluster.address, timeout=PATIENCE, set_as_default=False) as own:
        own.wait_for_workers(2, timeout=PATIENCE)
        yield own


def executor(cluster: DaskProcesses, folder: Path, seconds: float = 0.0, doomed: int | None = None) -> DaskExecutor:
    work = partial(nap, str(folder), seconds, doomed=doomed)
    return DaskExecutor(cluster.address, timeout=PATIENCE, work=work)


def expected(trials: range) -> list[float]:
    data = folded_faces()
    return [float(data.sides(trial % 2, None)[0].images.mean()) + trial for trial in trials]


def test_workers_keep_the_faces_from_task_to_task_and_are_free_afterwards(
    client: Client, cluster: DaskProcesses, tmp_path: Path
) -> None:
    data = folded_faces(kind=CountedFaces, source=str(tmp_path))
    with executor(cluster, tmp_path, 0.2).share(data) as submit:
        results = [future.result(PATIENCE) for future in [submit(task) for task in tasks(*range(20))]]
    given, trained = Counter(noted(tmp_path, "data")), {result.process for result in results}
    assert set(given) == trained | set(client.run(os.getpid).values())
    assert {given[process] for process in trained} == {1}
    assert len(trained) == 2
    assert not any(map(is_alive, trained))
    assert client.who_has() == {}
    assert client.submit(max, 2, 3).result(PATIENCE) == 3


def test_workers_without_tasks_for_a_while_keep_the_faces(
    client: Client, cluster: DaskProcesses, tmp_path: Path
) -> None:
    with executor(cluster, tmp_path, 0.3).share(folded_faces()) as submit:
        assert not client.amm.running()
        trained = [{future.result(PATIENCE).process for future in [submit(task) for task in tasks(*range(6))]}]
        client.amm.start()  # as another search does that ends
        futures = [submit(task) for task in tasks(*range(20))]
        eventually(lambda: not client.amm.running())
        assert not futures[-1].done()
        trained.append({future.result(PATIENCE).process for future in futures})
        time.sleep(5)
        trained.append({future.result(PATIENCE).process for future in [submit(task) for task in tasks(*range(6))]})
    assert trained[0] == trained[1] == trained[2]
    assert len(trained[0]) == 2
    assert client.amm.running()


@pytest.mark.parametrize("killed", ["the process beside a worker", "the worker"])
def test_a_killed_task_runs_again_and_every_other_one_once(
    killed: str, client: Client, cluster: DaskProcesses, tmp_path: Path
) -> None:
    with executor(cluster, tmp_path, 1.0, doomed=1).share(folded_faces()) as submit:
        futures = [submit(task) for task in tasks(*range(6))]
        eventually(lambda: noted(tmp_path, "began", 1))
        process = psutil.Process(noted(tmp_path, "began", 1)[0])
        (process.parent() if killed == "the worker" else process).kill()
        results = [future.result(PATIENCE) for future in futures]
        if killed == "the worker":
            assert len(client.nthreads()) == 1
            assert not process.is_running()
            cluster.worker()
            client.wait_for_workers(2, timeout=PATIENCE)
        late = [future.result(PATIENCE) for future in [submit(task) for task in tasks(*range(6, 12))]]
    assert [result.accuracy for result in results + late] == expected(range(12))
    assert [len(noted(tmp_path, "began", trial)) for trial in range(6)] == [1, 2, 1, 1, 1, 1]
    assert [len(noted(tmp_path, "ended", trial)) for trial in range(12)] == [1] * 12
    assert len({result.process for result in late}) == 2


def test_leaving_early_ends_everything_but_the_cluster(client: Client, cluster: DaskProcesses, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), executor(cluster, tmp_path, 600).share(folded_faces()) as submit:
        futures = [submit(task) for task in tasks(*range(5))]
        eventually(lambda: noted(tmp_path, "began", 0) and noted(tmp_path, "began", 1))
        raise KeyboardInterrupt
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)
    assert not any(map(is_alive, noted(tmp_path, "began", 0) + noted(tmp_path, "began", 1)))
    assert client.submit(max, 2, 3).result(PATIENCE) == 3
    assert [len(noted(tmp_path, "began", trial)) for trial in range(5)] == [1, 1, 0, 0, 0]


PROGRAM = """
import sys
from functools import partial
from stand_in_work import folded_faces, hold, tasks
from fer_kedro.search.dask_executor import DaskExecutor
with DaskExecutor(sys.argv[1], timeout=60, work=partial(hold, sys.argv[2])).share(folded_faces()) as submit:
    print([future.result() for future in [submit(task) for task in tasks(*range(5))]])
"""


def test_a_search_that_is_killed_leaves_the_cluster_free(
    client: Client, cluster: DaskProcesses, tmp_path: Path
) -> None:
    search = subprocess.Popen([sys.executable, "-c", PROGRAM, cluster.address, str(tmp_path)], env=cluster.environment)
    eventually(lambda: noted(tmp_path, "began", 0) and noted(tmp_path, "began", 1))
    search.kill()
    search.wait()
    (tmp_path / "over").touch()
    processes = noted(tmp_path, "began", 0) + noted(tmp_path, "began", 1)
    eventually(lambda: not any(map(is_alive, processes)))
    assert client.who_has() == {}
    assert [len(noted(tmp_path, "began", trial)) for trial in range(5)] == [1, 1, 0, 0, 0]


def test_a_worker_with_other_code_is_named(client: Client, cluster: DaskProcesses, tmp_path: Path) -> None:
    other = tmp_path / "src"
    shutil.copytree(SOURCES / "fer_kedro", other / "fer_kedro", ignore=shutil.ignore_patterns("__pycache__"))
    (other / "fer_kedro" / "learning" / "losses.py").open("a").write("# changed\n")
    before = set(client.nthreads())
    worker = cluster.worker(sources=other)
    client.wait_for_workers(3, timeout=PATIENCE)
    (address,) = set(client.nthreads()) - before
    try:
        sentence = rf"^The worker at {address} has fer_kedro \w+ and not \w+; install what is installed here"
        with pytest.raises(InputError, match=sentence), executor(cluster, tmp_path).share(folded_faces()):
            pass
    finally:
        worker.terminate()
        eventually(lambda: len(client.nthreads()) == 2)


def test_a_worker_without_the_project_is_named(client: Client, cluster: DaskProcesses, tmp_path: Path) -> None:
    broken = tmp_path / "src" / "fer_kedro"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not this one')")
    worker = cluster.worker(sources=broken.parent)
    client.wait_for_workers(3, timeout=PATIENCE)
    try:
        sentence = r"^The worker at tcp://\S+ can't load fer_kedro \(.*not this one.*\); install"
        with pytest.raises(InputError, match=sentence), executor(cluster, tmp_path).share(folded_faces()):
            pass
    finally:
        worker.terminate()
        eventually(lambda: len(client.nthreads()) == 2)


def test_a_worker_of_several_threads_trains_in_as_many_processes(tmp_path: Path) -> None:
    with dask_processes(tmp_path) as cluster:
        cluster.worker("--nthreads=3", "--nanny")
        with executor(cluster, tmp_path, 2.0).share(folded_faces()) as submit:
            results = [future.result(PATIENCE) for future in [submit(task) for task in tasks(*range(3))]]
    assert len({result.process for result in results}) == 3


def test_a_task_that_kills_every_process_is_given_up_alone(
    client: Client, cluster: DaskProcesses, tmp_path: Path
) -> None:
    with executor(cluster, tmp_path).share(folded_faces()) as submit:
        futures = [submit(task) for task in tasks(0, LETHAL, 1, 2)]
        results = [future.result(PATIENCE) for future in futures]
    assert [result.failure for result in results] == ["", WORKER_DIED, "", ""]
    assert (results[1].trial, results[1].fold) == (LETHAL, LETHAL % 2)
    assert len(noted(tmp_path, "began", LETHAL)) == 3
    assert len(client.nthreads()) == 2


def test_a_task_that_kills_every_worker_is_given_up_alone(tmp_path: Path) -> None:
    """The one worker dies with the only copy of the faces, its nanny starts another, and the faces are sent anew."""
    with dask_processes(tmp_path) as cluster:
        cluster.worker("--nthreads=1", "--nanny")
        with executor(cluster, tmp_path).share(folded_faces()) as submit:
            futures = [submit(task) for task in tasks(0, MORE_LETHAL, 1, 2)]
            results = [future.result(PATIENCE) for future in futures]
    assert [result.failure for result in results] == ["", WORKER_DIED, "", ""]
    assert len(noted(tmp_path, "began", MORE_LETHAL)) == 3
    assert [result.accuracy for result in (results[0], *results[2:])] == expected(range(3))
    assert [len(noted(tmp_path, "ended", trial)) for trial in range(3)] == [1, 1, 1]


def test_a_task_that_dask_gives_up_is_a_failure(tmp_path: Path) -> None:
    with dask_processes(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        for _ in range(2):
            cluster.worker()
        with Client(cluster.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        with executor(cluster, tmp_path).share(folded_faces()) as submit:
            futures = [submit(task) for task in tasks(MORE_LETHAL, 0, 1)]
            lethal, *others = [future.result(PATIENCE) for future in futures]
    assert lethal.failure == WORKER_DIED
    assert [result.accuracy for result in others] == expected(range(2))


def test_workers_that_are_lost_for_good_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_kedro.search.dask_patrol.RETURN_SECONDS", 2.0)
    with dask_processes(tmp_path) as cluster:
        worker = cluster.worker()
        with executor(cluster, tmp_path, 600).share(folded_faces()) as submit:
            futures = [submit(task) for task in tasks(0, 1)]
            eventually(lambda: noted(tmp_path, "began", 0))
            worker.kill()
            for future in futures:
                with pytest.raises(InputError, match=f"has lost the last worker at {cluster.address}; .* the same"):
                    future.result(PATIENCE)


def test_workers_are_lost_only_after_they_were_seen_away_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_kedro.search.dask_patrol.PATROL_SECONDS", 0.1)
    monkeypatch.setattr("fer_kedro.search.dask_patrol.RETURN_SECONDS", 0.5)
    with dask_processes(tmp_path) as cluster, Client(cluster.address, set_as_default=False) as client:
        patrol = Patrol(client, cluster.address)
        time.sleep(0.7)  # nothing waits, so that nobody counts
        assert patrol.places() == 0
        time.sleep(0.7)
        with pytest.raises(InputError, match="has lost the last worker"):
            patrol.places()


def test_a_scheduler_that_is_lost_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with dask_processes(tmp_path) as cluster:
        cluster.worker()
        with Client(cluster.address, timeout=PATIENCE, set_as_default=False) as own:
            own.wait_for_workers(1, timeout=PATIENCE)
        work = partial(nap, str(tmp_path), 600)
        with DaskExecutor(cluster.address, timeout=20, work=work).share(folded_faces()) as submit:
            futures = [submit(task) for task in tasks(0, 1)]
            eventually(lambda: noted(tmp_path, "began", 0))
            cluster.scheduler.kill()
            for future in futures:
                with pytest.raises(InputError, match=f"has lost the scheduler at {cluster.address}; .* the same"):
                    future.result(PATIENCE)
    assert capfd.readouterr() == ("", "")


def test_a_patrol_without_a_scheduler_says_so_and_nothing_else(tmp_path: Path) -> None:
    with dask_processes(tmp_path) as cluster:
        client = Client(cluster.address, timeout=PATIENCE, set_as_default=False)
        client.close()
        patrol = Patrol(client, cluster.address)
        patrol.keep_copies()
        with pytest.raises(InputError, match="has lost the scheduler"):
            patrol.places()


def test_no_scheduler_is_one_sentence_within_seconds(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(
            InputError, match=f"^No Dask scheduler answers at {address}; start one with `dask scheduler`"
        ):
            with DaskExecutor(address, timeout=3).share(folded_faces()):
                pass
        assert time.monotonic() - began < 15
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("address", ["127.0.0.1", "http://127.0.0.1:8786", "tcp://nowhere.invalid:8786", ""])
def test_what_is_no_address_is_one_sentence(address: str) -> None:
    with pytest.raises(InputError, match=f"^No Dask scheduler answers at '?{address}"):
        with DaskExecutor(address, timeout=1).share(folded_faces()):
            pass


def test_a_scheduler_without_workers_is_one_sentence(tmp_path: Path) -> None:
    with dask_processes(tmp_path) as cluster:
        with pytest.raises(InputError, match=rf"has no worker; start some with `dask worker {cluster.address}`"):
            with DaskExecutor(cluster.address, timeout=10).share(folded_faces()):
                pass


@pytest.mark.parametrize(("threads", "timeout"), [(0, 10), (1, 0)])
def test_no_threads_and_no_time_are_refused(threads: int, timeout: float) -> None:
    with pytest.raises(InputError, match="give more than 0"):
        DaskExecutor("tcp://127.0.0.1:8786", threads, timeout)
