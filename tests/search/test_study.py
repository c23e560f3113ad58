"""A search gives the same answers in whatever order its folds are done; losers stop, and failures are told."""

import math
from typing import Any

import optuna
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from power_cut import PowerCutError
from stand_in_search import BASE, GRID, SPACE, StandIn, a_search, a_study, accuracy, answers, searched

from fer_kedro.errors import InputError
from fer_kedro.learning.precision import resolve_precision
from fer_kedro.search.computing import of_one_precision
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import NullSearchMonitor, Trial
from fer_kedro.search.tasks import OTHER_VERSION, FoldResult, FoldTask
from fer_kedro.search.trials_table import trials_table

SAMPLERS = ("grid", "random", "tpe")
PRUNINGS = ("none", "halving", "median", "wilcoxon")


def pruned_search(sampler: str, pruning: str) -> Search:
    """Fifteen trials of four folds, so that the sampler learns; a median or a test needs a complete one."""
    space = {**GRID, "training.epochs": {"integers": [1, 5]}} if sampler == "grid" else SPACE
    decided = {"kind": pruning, "p_threshold": 0.3}
    return a_search(space=space, sampler=sampler, trials=15, folds={"count": 4}, pruning=decided)


@pytest.mark.parametrize("pruning", PRUNINGS)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_answers_do_not_depend_on_how_many_folds_run_at_once_nor_on_which_ends_first(
    sampler: str, pruning: str
) -> None:
    search = pruned_search(sampler, pruning)
    one_by_one = answers(searched(search), search)
    for workers, seed in ((2, 0), (8, 1), (8, 2)):
        assert_frame_equal(answers(searched(search, StandIn(workers, seed=seed)), search), one_by_one)
    states = one_by_one["state"].value_counts().to_dict()
    assert states.get("PRUNED", 0) >= (0 if pruning == "none" else 3)
    assert states["COMPLETE"] >= 2


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_seed_draws_the_same_trials_again_and_another_draws_others(sampler: str) -> None:
    drawn = [
        [trial.parameters for trial in searched(a_search(sampler=sampler, trials=14, seed=seed))] for seed in (3, 3, 4)
    ]
    assert drawn[0] == drawn[1]
    assert not [one for one in drawn[0] if one in drawn[2]]
    assert len({str(one) for one in drawn[0]}) == 14


def test_a_conditional_dimension_is_drawn_only_where_it_is_there() -> None:
    trials = searched(a_search(trials=12))
    assert {trial.parameters["width"] for trial in trials} == {"narrow", "wide"}
    for trial in trials:
        assert ("training.epochs" in trial.parameters) == (trial.parameters["width"] == "wide")
        assert trial.recipe.training.epochs == trial.parameters.get("training.epochs", 1)


def test_what_tpe_draws_depends_on_the_scores_and_what_random_draws_does_not() -> None:
    def drawn(sampler: str, sign: int) -> list[Any]:
        search = a_search(sampler=sampler, trials=16)
        return [trial.parameters for trial in searched(search, StandIn(score=lambda task: sign * accuracy(task)))]

    assert drawn("random", 1) == drawn("random", -1)
    up, down = drawn("tpe", 1), drawn("tpe", -1)
    assert up[:12] == down[:12], "ten trials are drawn at random, and the third company knows eight scores"
    assert up[12:] != down[12:]


def test_trials_of_a_company_do_not_know_each_others_scores() -> None:
    """The fourth company sees twelve trials, whatever its own first one is worth."""

    def drawn(bonus: float) -> list[Any]:
        search = a_search(sampler="tpe", trials=20)
        return [
            trial.parameters
            for trial in searched(search, StandIn(score=lambda task: accuracy(task) + bonus * (task.trial == 12)))
        ]

    low, high = drawn(-0.3), drawn(0.3)
    assert low[:16] == high[:16]
    assert low[16:] != high[16:]


def test_the_grid_is_tried_in_its_order() -> None:
    search = a_search(sampler="grid")
    trials = searched(search, StandIn(8))
    assert [trial.parameters for trial in trials] == search.points
    assert [trial.number for trial in trials] == list(range(9))


def test_a_trial_is_worth_its_mean_over_the_folds() -> None:
    study = a_study()
    trials = searched(a_search(), study=study)
    for trial, kept in zip(trials, study.trials, strict=True):
        assert len(trial.accuracies) == 3
        assert kept.value == pytest.approx(sum(trial.accuracies) / 3)
        task = FoldTask(trial.number, 1, of_one_precision(trial.recipe))
        assert trial.folds[1].accuracy == accuracy(task)


def test_precision_is_decided_once_for_all_workers_unless_the_recipe_decides_it() -> None:
    assert BASE.training.precision == "auto"
    decided = of_one_precision(BASE)
    assert decided.training.precision == resolve_precision("auto") != "auto"
    assert of_one_precision(decided) is decided


def test_companies_run_one_after_the_other_and_their_folds_together() -> None:
    executor = StandIn()
    searched(a_search(trials=6), executor)
    assert executor.submitted == [(trial, fold) for trial in range(6) for fold in range(3)]
    pruning = StandIn()
    searched(a_search(trials=6, pruning={"kind": "halving", "keep": 0.5}), pruning)
    assert pruning.submitted[:4] == [(trial, 0) for trial in range(4)]
    assert {trial for trial, fold in pruning.submitted[4:6]} < set(range(4))


@pytest.mark.parametrize("pruning", ["halving", "median", "wilcoxon"])
def test_pruning_saves_folds_and_keeps_the_winner(pruning: str) -> None:
    """One of twelve is better by far, in the first company, so that later ones can be compared with it."""

    def score(task: FoldTask) -> float:
        return 0.9 if task.trial == 2 else 0.5 - task.trial / 100 + task.fold / 1000

    search = a_search(trials=12, folds={"count": 5}, pruning={"kind": pruning, "p_threshold": 0.3})
    executor = StandIn(score=score)
    trials = searched(search, executor)
    complete = [trial for trial in trials if trial.state == "COMPLETE"]
    assert max(complete, key=lambda trial: sum(trial.accuracies)).number == 2
    assert len(executor.submitted) <= 45 < 12 * 5
    for trial in trials:
        assert (trial.state == "COMPLETE") == (len(trial.folds) == 5)
        assert sorted(trial.folds) == list(range(len(trial.folds)))


def test_halving_leaves_one_of_eight_after_three_folds() -> None:
    search = a_search(trials=8, at_once=8, folds={"count": 5}, pruning={"kind": "halving", "keep": 0.5})
    trials = searched(search)
    assert sorted(len(trial.folds) for trial in trials) == [1, 1, 1, 1, 2, 2, 3, 5]
    least_of_those_that_went_on = min(trial.folds[0].accuracy for trial in trials if len(trial.folds) > 1)
    assert all(t.folds[0].accuracy <= least_of_those_that_went_on for t in trials if len(t.folds) == 1)


def fails(*numbers: int, folds: tuple[int, ...] = (0, 1, 2)) -> StandIn:
    """An executor under which these trials diverge on these folds."""
    return StandIn(4, lambda task: math.nan if task.trial in numbers and task.fold in folds else accuracy(task))


@pytest.mark.parametrize("pruning", PRUNINGS)
def test_a_trial_that_diverges_fails_and_the_search_goes_on(pruning: str) -> None:
    search = a_search(pruning={"kind": pruning})
    table = answers(searched(search, fails(2, 5, folds=(1,))), search).set_index("number")
    tried = table[table["fold_1"].notna() & (table["state"] != "PRUNED")]
    failed = table[table["state"] == "FAIL"]
    assert set(failed.index) <= {2, 5}
    assert len(failed) == 2 or pruning != "none"
    assert (failed["failure"] == "The loss is not finite: training diverged").all()
    assert failed["fold_2"].isna().all()
    assert (tried["state"] == "COMPLETE").sum() >= 2
    assert len(table) == 9


def test_what_failed_on_one_fold_is_tried_on_all_of_its_stage_in_any_order() -> None:
    """Or the table would depend on which fold is done first."""
    search = a_search()
    for workers in (0, 4):
        executor, study = (
            StandIn(workers, lambda task: math.nan if task.trial == 1 > task.fold else accuracy(task)),
            a_study(),
        )
        table = answers(searched(search, executor, study), search)
        assert sorted(study.trials[1].intermediate_values) == [1, 2]
        assert table.loc[1, ["state", "folds_run"]].tolist() == ["FAIL", 3]
        assert math.isfinite(table.loc[1, "fold_3"])


class Told(StandIn):
    """An executor under which folds fail of what is told of their trials."""

    def __init__(self, causes: dict[int, str], workers: int = 0) -> None:
        super().__init__(workers)
        self._causes = causes

    def _run(self, task: FoldTask, pause: float) -> FoldResult:
        if task.trial in self._causes:
            return FoldResult(task.trial, task.fold, failure=self._causes[task.trial].format(fold=task.fold))
        return super()._run(task, pause)


@pytest.mark.parametrize("workers", [0, 4])
@pytest.mark.parametrize("at_once", [1, 4, 9])
def test_three_in_a_row_that_fail_of_the_same_cause_stop_the_search(at_once: int, workers: int) -> None:
    with pytest.raises(InputError) as stopped:
        searched(a_search(at_once=at_once), Told(dict.fromkeys((1, 4, 5, 6), "No memory"), workers))
    assert str(stopped.value) == (
        "Trials 4, 5, 6 of search 'mine' failed one after the other of the same cause (No memory): correct its space "
        "or its recipe, or give the same command again to go on without them."
    )


@pytest.mark.parametrize("at_once", [1, 4, 9])
@pytest.mark.parametrize(
    "causes",
    [{0: "a", 1: "a", 3: "a", 4: "a", 6: "a"}, {0: "a", 1: "b", 2: "a", 3: "b", 4: "b", 5: "c"}],
    ids=["not in a row", "of different causes"],
)
def test_other_failures_stop_nothing(causes: dict[int, str], at_once: int) -> None:
    search = a_search(at_once=at_once)
    table = answers(searched(search, Told(causes)), search).set_index("number")
    assert table.index[table["state"] == "FAIL"].tolist() == list(causes)
    assert table.loc[list(causes), "failure"].tolist() == list(causes.values())


def test_a_search_that_was_stopped_goes_on_without_the_failed_ones() -> None:
    study, search = a_study(), a_search()
    with pytest.raises(InputError, match="Trials 1, 2, 3"):
        searched(search, Told(dict.fromkeys((1, 2, 3), "No memory")), study)
    executor = StandIn()
    table = answers(searched(search, executor, study), search)
    assert table["state"].tolist() == ["COMPLETE", "FAIL", "FAIL", "FAIL", *["COMPLETE"] * 5]
    assert {trial for trial, _ in executor.submitted} == set(range(4, 9))


@pytest.mark.parametrize("workers", [0, 4])
def test_of_several_causes_the_first_folds_is_told(workers: int) -> None:
    search = a_search()
    table = answers(searched(search, Told({1: "Fold {fold}"}, workers)), search)
    assert table.loc[1, "failure"] == "Fold 0"


@pytest.mark.parametrize("workers", [0, 4])
def test_a_worker_of_another_version_stops_the_search_and_leaves_its_trial_open(workers: int) -> None:
    study, search = a_study(), a_search()
    with pytest.raises(
        InputError,
        match=r"another version of fer_kedro or .* than the search.*install the same version",
    ):
        searched(search, Told({1: OTHER_VERSION}, workers), study)
    assert study.trials[1].state.name == "RUNNING"
    assert {trial.state.name for trial in study.trials} <= {"RUNNING", "COMPLETE"}
    assert "FAIL" not in {trial.state.name for trial in study.trials}
    assert_frame_equal(answers(searched(search, study=study), search), answers(searched(search), search))


class Listener(NullSearchMonitor):
    """Remembers what it heard, and may lose power."""

    def __init__(self, dies_after: float = math.inf) -> None:
        self.heard: list[Any] = []
        self._left = dies_after

    def begin(self, name: str, trials: int, folds: int) -> None:
        self.heard.append(("begin", name, trials, folds))

    def fold(self, result: FoldResult) -> None:
        self.heard.append((result.trial, result.fold))
        self._left -= 1
        if self._left == 0:
            raise PowerCutError

    def trial(self, trial: Trial) -> None:
        self.heard.append((trial.number, trial.state))

    def end(self) -> None:
        self.heard.append("end")


def test_the_monitor_hears_of_every_fold_and_every_trial_once() -> None:
    listener, search = Listener(), a_search(trials=5, pruning={"kind": "halving"})
    trials = searched(search, StandIn(4), monitor=listener)
    first, *between, last = listener.heard
    assert (first, last) == (("begin", "mine", 5, 3), "end")
    folds = [(trial.number, fold) for trial in trials for fold in trial.folds]
    assert sorted(map(str, between)) == sorted(map(str, [*folds, *((trial.number, trial.state) for trial in trials)]))


def test_the_monitor_hears_of_an_earlier_commands_work_too() -> None:
    study, search, broken, resumed = a_study(), a_search(trials=5), Listener(dies_after=14), Listener()
    with pytest.raises(PowerCutError):
        searched(search, study=study, monitor=broken)
    assert broken.heard[-1] == "end"
    trials = searched(search, study=study, monitor=resumed)
    heard = resumed.heard[1:-1]
    assert sorted(map(str, heard)) == sorted(
        [str((trial.number, fold)) for trial in trials for fold in range(3)]
        + [str((trial.number, "COMPLETE")) for trial in trials]
    )


def test_a_finished_search_starts_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    study, search, listener = a_study(), a_search(), Listener()
    first = answers(searched(search, study=study), search)
    monkeypatch.setattr(StandIn, "share", None)
    again = searched(search, study=study, monitor=listener)
    assert_frame_equal(answers(again, search), first)
    assert len(listener.heard) == 2 + 9 * 3 + 9


def test_the_table_names_what_was_tried_and_what_came_of_it() -> None:
    space = {
        "model.kernel": {"choices": [3, 5]},
        "balancing": {"choices": [None, {"target": 7}]},
        "training.epochs": {"integers": [2, 9], "when": {"balancing": [None]}},
    }
    search = a_search(trials=3, space=space)
    trials = searched(search, Told({1: "No memory"}))
    table = answers(trials, search)
    assert table.columns.tolist() == [
        "number", "state", "model.kernel", "balancing", "training.epochs", "fold_1", "fold_2", "fold_3", "mean", "sd",
        "folds_run", "failure",
    ]  # fmt: skip
    row = table.loc[0]
    assert row[["fold_1", "fold_2", "fold_3"]].tolist() == trials[0].accuracies
    assert row["mean"] == pytest.approx(pd.Series(trials[0].accuracies).mean())
    assert row["sd"] == pytest.approx(pd.Series(trials[0].accuracies).std())
    assert table.loc[1, ["state", "failure", "folds_run"]].tolist() == ["FAIL", "No memory", 3]
    assert table.loc[1, ["fold_1", "mean", "sd"]].isna().all()
    for trial, epochs in zip(trials, table["training.epochs"], strict=True):
        assert epochs is None or isinstance(epochs, int), "3 and not 3.0"
        assert epochs == trial.parameters.get("training.epochs")
    assert 0 < table["training.epochs"].isna().sum() < 3


def test_the_table_adds_up_the_times_of_all_tasks() -> None:
    search = a_search(trials=2)
    table = trials_table(searched(search), search)
    assert table[["seconds", "fit_seconds", "cpu_seconds"]].to_numpy().tolist() == [[4.5, 3.0, 9.0]] * 2


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_optuna_says_nothing(sampler: str, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder) -> None:
    steps = {"integers": [1, 10], "step": 4}
    odd = {"reals": [0.1, 0.3], "step": 0.1}
    space = {"training.epochs": steps, "model.dense_dropout": odd, "model.kernel": {"choices": [3, 5]}}
    search = a_search(space=space, sampler=sampler, trials=14, pruning={"kind": "wilcoxon", "p_threshold": 0.3})
    searched(search, StandIn(4))
    assert not [str(warning.message) for warning in recwarn if "optuna" in str(warning.filename)]
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == optuna.logging.WARNING


def test_a_trial_is_told_of_as_soon_as_its_last_fold_is_done() -> None:
    """Without pruning nothing depends on it, and people watch."""
    heard: list[str] = []

    class Listener(NullSearchMonitor):
        def fold(self, result: FoldResult) -> None:
            heard.append(f"fold of {result.trial}")

        def trial(self, trial: Trial) -> None:
            heard.append(f"{trial.number} {trial.state}")

    searched(a_search(trials=2, at_once=2, folds={"count": 2}), StandIn(), monitor=Listener())
    assert heard == ["fold of 0", "fold of 0", "0 COMPLETE", "fold of 1", "fold of 1", "1 COMPLETE"]


@pytest.mark.parametrize("pruning", ["none", "halving"])
def test_after_many_failures_the_same_command_goes_on_with_all_the_rest(pruning: str) -> None:
    study, search = a_study(), a_search(at_once=9, pruning={"kind": pruning})
    with pytest.raises(InputError, match="failed one after the other"):
        searched(search, Told(dict.fromkeys(range(6), "No memory")), study)
    failed = {trial.number for trial in study.trials if trial.state.name == "FAIL"}
    assert {0, 1, 2} <= failed
    executor = StandIn()
    table = answers(searched(search, executor, study), search)
    assert not {trial for trial, _ in executor.submitted} & failed
    assert (table["state"] != "RUNNING").all()
    assert set(table["state"][table["number"] > 5]) <= {"COMPLETE", "PRUNED"}


def test_choices_that_only_together_make_no_recipe_fail_and_the_search_goes_on() -> None:
    space = {
        "model.blocks": {"choices": [[[4]], [[4], [8]]]},
        "model.block_dropout": {"choices": [0.1, [0.1, 0.2], [0.3, 0.2]]},
    }
    search = a_search(space=space, trials=12, seed=3)
    table = answers(searched(search), search)
    unlike = (table["model.blocks"] == "[[4]]") & table["model.block_dropout"].astype(str).str.startswith("[")
    assert 0 < unlike.sum() < 12
    assert ((table["state"] == "FAIL") == unlike).all()
    assert table.loc[unlike, "failure"].str.startswith("Search 'mine' ").all()
    again = StandIn()
    study = a_study()
    searched(search, StandIn(), study)
    searched(search, again, study)
    assert again.submitted == []
