"""What a search shows on the terminal, and whom it tells of its trials."""

import pytest
from kedro.io import DatasetError
from stand_in_search import BASE, StandIn, a_search, searched

from fer_kedro.datasets import SearchMonitorDataset
from fer_kedro.datasets.search_monitor_dataset import SearchProgress
from fer_kedro.search.monitor import COMPLETE, FAILED, PRUNED, Trial
from fer_kedro.search.tasks import FoldResult


def over(number: int, state: str, *accuracies: float) -> Trial:
    folds = {fold: FoldResult(number, fold, accuracy) for fold, accuracy in enumerate(accuracies)}
    return Trial(number, {}, BASE, state, folds)


def tell(monitor: SearchProgress, *trials: Trial) -> None:
    for trial in trials:
        for result in trial.folds.values():
            monitor.fold(result)
        monitor.trial(trial)


@pytest.fixture
def monitor() -> SearchProgress:
    return SearchMonitorDataset().load()


def test_bar_says_how_the_search_stands(monitor: SearchProgress, capsys: pytest.CaptureFixture[str]) -> None:
    monitor.begin("mine", trials=4, folds=3)
    tell(monitor, over(0, COMPLETE, 0.5, 0.6, 0.7), over(1, COMPLETE, 0.6, 0.7, 0.7))
    tell(monitor, over(2, PRUNED, 0.4), over(3, FAILED))
    monitor.end()
    shown = capsys.readouterr().err.split("\r")[-1]
    assert shown.startswith("mine: 100%")
    assert "best 66.7% (trial 1), 2 complete, 1 pruned, 1 failed" in shown


def test_trial_that_stops_early_shortens_the_bar(monitor: SearchProgress, capsys: pytest.CaptureFixture[str]) -> None:
    monitor.begin("mine", trials=3, folds=5)
    tell(monitor, over(0, PRUNED, 0.4, 0.5))
    monitor.end()
    assert " 2/12 [" in capsys.readouterr().err.split("\r")[-1]


def test_earlier_trial_of_equals_is_the_best(monitor: SearchProgress, capsys: pytest.CaptureFixture[str]) -> None:
    monitor.begin("mine", trials=2, folds=2)
    tell(monitor, over(0, COMPLETE, 0.5, 0.7), over(1, COMPLETE, 0.7, 0.5))
    monitor.end()
    assert "best 60.0% (trial 0)" in capsys.readouterr().err.split("\r")[-1]


def test_nothing_is_best_before_a_trial_is_complete(
    monitor: SearchProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    monitor.begin("mine", trials=2, folds=2)
    tell(monitor, over(0, PRUNED, 0.5))
    monitor.end()
    shown = capsys.readouterr().err
    assert "best" not in shown
    assert "0 complete, 1 pruned, 0 failed" in shown


def test_listeners_hear_of_every_trial_of_a_search(monitor: SearchProgress) -> None:
    heard: list[Trial] = []
    monitor.listen(heard.append)
    search = a_search(pruning={"kind": "halving"})
    trials = searched(search, StandIn(), monitor=monitor)
    assert sorted(heard, key=lambda trial: trial.number) == trials
    assert {trial.state for trial in heard} == {COMPLETE, PRUNED}


def test_bar_of_a_whole_search_ends_full(monitor: SearchProgress, capsys: pytest.CaptureFixture[str]) -> None:
    searched(a_search(pruning={"kind": "halving"}), StandIn(), monitor=monitor)
    assert capsys.readouterr().err.split("\r")[-1].startswith("mine: 100%")


def test_monitor_is_not_saved() -> None:
    with pytest.raises(DatasetError, match="can't be saved"):
        SearchMonitorDataset().save(SearchProgress())
