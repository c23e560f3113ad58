"""A whole study on a Dask cluster, a worker of which is killed in the middle: nothing is lost or counted twice."""

from functools import partial
from pathlib import Path
from threading import Thread

import optuna
import pandas as pd
import psutil
from dask_processes import dask_processes
from stand_in_search import BASE, a_search, answers
from stand_in_work import PATIENCE, eventually, folded_faces, is_alive, nap, noted

from fer_kedro.datasets.studies import Studies
from fer_kedro.search.book import TrialBook
from fer_kedro.search.dask_executor import DaskExecutor
from fer_kedro.search.executors import FoldExecutor
from fer_kedro.search.local_executor import LocalExecutor
from fer_kedro.search.monitor import NullSearchMonitor
from fer_kedro.search.study import run_search

SEARCH = a_search(trials=8, at_once=4, folds={"count": 2}, pruning={"kind": "halving", "keep": 0.5})


def run(executor: FoldExecutor, file: Path) -> tuple[pd.DataFrame, list[optuna.trial.FrozenTrial]]:
    with Studies(file).open("study") as study:
        trials = run_search(TrialBook(study, SEARCH, BASE), SEARCH, folded_faces(), executor, NullSearchMonitor())
        return answers(trials, SEARCH), study.get_trials()


def test_a_study_whose_worker_is_killed_ends_as_on_this_machine(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    with dask_processes(tmp_path) as cluster:
        workers = [cluster.worker(), cluster.worker()]

        def kill_a_worker() -> None:
            eventually(lambda: noted(there, "began", 5))
            process = psutil.Process(noted(there, "began", 5)[0]).parent()
            assert process is not None
            process.kill()

        killer = Thread(target=kill_a_worker)
        killer.start()
        executor = DaskExecutor(cluster.address, timeout=PATIENCE, work=partial(nap, str(there), 0.7, doomed=5))
        table, trials = run(executor, tmp_path / "dask.db")
        killer.join()
        assert [is_alive(worker.pid) for worker in workers].count(True) == 1
    local, _ = run(LocalExecutor(2, work=partial(nap, str(here), 0.0)), tmp_path / "local.db")
    pd.testing.assert_frame_equal(table, local)
    assert [trial.number for trial in trials] == list(range(8))
    assert all(trial.state.is_finished() for trial in trials)
    assert len(noted(there, "began", 5)) > len(noted(here, "began", 5))
    assert {len(noted(there, "ended", trial)) for trial in range(8)} <= {1, 2}
    assert sum(len(noted(there, "ended", trial)) for trial in range(8)) == table["folds_run"].sum()
