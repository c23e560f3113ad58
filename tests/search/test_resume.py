"""A search that was cut at any moment goes on to the same answers, and does nothing twice."""

import math
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import InMemoryStorage
from pandas.testing import assert_frame_equal
from power_cut import PowerCutError
from stand_in_search import SPACE, StandIn, a_search, answers, searched

from fer_kedro.datasets.studies import Studies
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import NullSearchMonitor
from fer_kedro.search.tasks import FoldResult

WRITES = (
    "create_new_trial", "set_trial_intermediate_value", "set_trial_param", "set_trial_state_values",
    "set_trial_system_attr", "set_trial_user_attr",
)  # fmt: skip


class DyingStorage(InMemoryStorage):
    """A storage that stops taking anything at some moment."""

    left = math.inf
    taken = 0

    def __getattribute__(self, name: str) -> Any:
        if name in WRITES:
            self.left -= 1
            self.taken += 1
            if self.left < 0:
                raise PowerCutError
        return super().__getattribute__(name)


def study_in(storage: optuna.storages.BaseStorage) -> optuna.Study:
    return optuna.create_study(storage=storage, study_name="mine", direction="maximize", load_if_exists=True)


def a_small_search(sampler: str, pruning: str) -> Search:
    """Seven trials of three folds in companies of three; of TPE the last ones are no more drawn at random."""
    decided = {"kind": pruning, "p_threshold": 0.3}
    trials = 13 if sampler == "tpe" else 7
    return a_search(sampler=sampler, trials=trials, at_once=3, pruning=decided)


def recorded(study: optuna.Study) -> set[tuple[int, int]]:
    """Trials and folds of which there is everything."""
    return {(trial.number, fold) for trial in study.get_trials(deepcopy=False) for fold in trial.intermediate_values}


CASES = [
    ("grid", "none"), ("grid", "halving"), ("random", "none"), ("random", "halving"), ("random", "median"),
    ("random", "wilcoxon"), ("tpe", "halving"), ("tpe", "median"),
]  # fmt: skip


@pytest.mark.parametrize(("sampler", "pruning"), CASES)
def test_a_search_cut_before_any_of_its_writings_goes_on_alike(sampler: str, pruning: str) -> None:
    search, whole = a_small_search(sampler, pruning), DyingStorage()
    unbroken = answers(searched(search, study=study_in(whole)), search)
    stride = {"grid": 1, "random": 2, "tpe": 5}[sampler]
    for cut in range(0, whole.taken, stride):
        storage = DyingStorage()
        study, storage.left = study_in(storage), cut
        with pytest.raises(PowerCutError):
            searched(search, study=study)
        storage.left = math.inf
        done, executor = recorded(study), StandIn()
        table = answers(searched(search, executor, study_in(storage)), search)
        assert_frame_equal(table, unbroken, obj=f"cut before writing {cut}")
        assert not done & set(executor.submitted), f"cut before writing {cut}"


@pytest.mark.parametrize("sampler", ["grid", "random", "tpe"])
def test_a_search_cut_again_and_again_while_folds_are_under_way_goes_on_alike(sampler: str, tmp_path: Path) -> None:
    search = a_small_search(sampler, "halving")
    unbroken, submitted = answers(searched(search), search), 0
    for cut in (1, 2, 5, 7, None):
        executor = StandIn(workers=3, seed=cut or 0, cut=cut)
        with Studies(tmp_path / "studies.db").open("mine") as study:
            done = recorded(study)
            try:
                table = answers(searched(search, executor, study), search)
            except PowerCutError:
                assert cut
        assert not done & set(executor.submitted)
        submitted += len(executor.submitted)
    assert_frame_equal(table, unbroken)
    assert submitted >= unbroken["folds_run"].sum()


class DyingListener(NullSearchMonitor):
    """Loses power when it hears of so many folds."""

    def __init__(self, folds: int) -> None:
        self._left = folds

    def fold(self, result: FoldResult) -> None:
        self._left -= 1
        if self._left == 0:
            raise PowerCutError


@pytest.mark.parametrize("folds", [1, 4, 9, 20])
def test_what_the_monitor_has_heard_of_is_kept(folds: int) -> None:
    search, storage, executor = a_small_search("random", "none"), InMemoryStorage(), StandIn()
    with pytest.raises(PowerCutError):
        searched(search, executor, study_in(storage), DyingListener(folds))
    assert len(recorded(study_in(storage))) == folds
    rest = StandIn()
    assert_frame_equal(answers(searched(search, rest, study_in(storage)), search), answers(searched(search), search))
    assert len(rest.submitted) == 21 - folds


def test_a_fold_whose_details_are_written_and_whose_score_is_not_is_not_run_again() -> None:
    search, storage = a_small_search("random", "none"), DyingStorage()
    study = study_in(storage)
    while not any(trial.user_attrs for trial in study.trials):
        storage.left = 1
        with pytest.raises(PowerCutError):
            searched(search, study=study)
    storage.left = math.inf
    (trial,) = [trial for trial in study.trials if trial.user_attrs]
    assert not trial.intermediate_values
    executor = StandIn()
    searched(search, executor, study)
    assert len(executor.submitted) == 20


CHILD = Path(__file__).with_name("search_child.py")


def test_a_search_killed_at_random_moments_ends_with_the_same_table(tmp_path: Path) -> None:
    """A process that has imported everything forks one for each command, which SIGKILL ends."""
    moments = random.Random(2026)  # noqa: S311
    server = subprocess.Popen(
        [sys.executable, str(CHILD), str(tmp_path / "studies.db")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    kills, code = 0, -signal.SIGKILL
    with server:
        assert server.stdout.readline() == "ready\n"
        while code == -signal.SIGKILL:
            server.stdin.write(f"{moments.uniform(0, 0.3) if kills < 12 else 0}\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
            kills += code == -signal.SIGKILL
        server.stdin.close()
    assert code == 0
    assert kills >= 3
    search = a_search(space=SPACE, sampler="tpe", trials=13, pruning={"kind": "halving"})
    with Studies(tmp_path / "studies.db").open("mine") as study:
        left = [trial.state.name for trial in study.trials]
        rest = StandIn()
        table = answers(searched(search, rest, study), search)
    assert len(left) == 13
    assert not {"RUNNING", "WAITING"} & set(left)
    assert rest.submitted == []
    assert_frame_equal(table, answers(searched(search), search))
