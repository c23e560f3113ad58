"""One search, the same bits wherever it runs: here with one worker or two, or on a Dask cluster."""

from collections.abc import Iterator

import pytest
from dask_processes import dask_processes
from distributed import Client
from stand_in_work import PATIENCE, folded_faces
from tiny_recipe import tiny_recipe

from fer_kedro.search.dask_executor import DaskExecutor
from fer_kedro.search.executors import FoldExecutor
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.search.tasks import FoldTask

Scores = list[tuple[int, int, float, float, int, str]]

RECIPES = (
    tiny_recipe(
        model={"family": "cnn", "blocks": [[4], [8]], "batch_norm": True, "block_dropout": 0.3, "dense": [16]},
        augmentation={"rotation": 10, "flip": 0.5, "shift": 0.1, "noise": {"sigma": 4, "probability": 0.5}},
        training={"epochs": 2, "batch_size": 8},
    ),
    tiny_recipe(balancing={"target": 10}, training={"epochs": 1, "batch_size": 8}),
)


def scores(executor: FoldExecutor) -> Scores:
    """What two configurations score on two folds."""
    tasks = [FoldTask(trial, fold, recipe) for trial, recipe in enumerate(RECIPES) for fold in range(2)]
    with executor.share(folded_faces(56)) as submit:
        results = [future.result(5 * PATIENCE) for future in [submit(task) for task in tasks]]
    return [(one.trial, one.fold, one.accuracy, one.loss, one.epochs, one.failure) for one in results]


@pytest.fixture(scope="module")
def one_worker() -> Scores:
    """What a single process of this machine finds."""
    return scores(LocalExecutor(1))


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a cluster of two workers."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as cluster:
        for _ in range(2):
            cluster.worker()
        with Client(cluster.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield cluster.address


def test_one_worker_scores_every_configuration_on_every_fold(one_worker: Scores) -> None:
    assert [(trial, fold, epochs, failure) for trial, fold, _, _, epochs, failure in one_worker] == [
        (0, 0, 2, ""), (0, 1, 2, ""), (1, 0, 1, ""), (1, 1, 1, ""),
    ]  # fmt: skip
    assert len({loss for _, _, _, loss, _, _ in one_worker}) == 4


def test_two_workers_find_the_same_bits_and_say_nothing(one_worker: Scores, capfd: pytest.CaptureFixture[str]) -> None:
    assert scores(LocalExecutor(2)) == one_worker
    assert capfd.readouterr() == ("", "")  # a progress bar is shown meanwhile


def test_a_dask_cluster_finds_the_same_bits(one_worker: Scores, scheduler: str) -> None:
    assert scores(DaskExecutor(scheduler)) == one_worker
