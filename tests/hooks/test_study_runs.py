"""One MLflow run for a study and one below it for each trial, whatever kills and restarts there are."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from mlflow.entities import Run
from stand_in_search import BASE, StandIn, a_search, a_study, accuracy, searched, some_faces

from fer_kedro.datasets import SearchMonitorDataset
from fer_kedro.hooks import trial_runs
from fer_kedro.hooks.parent_run import ParentRun
from fer_kedro.hooks.study_run import StudyRun
from fer_kedro.hooks.unfinished_runs import starts_owned_by
from fer_kedro.pipelines.kfold_search.summary import search_summary
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, PRUNED, Trial
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.search.trials_table import trials_table

RUN = "kfold_search.mine"
SEARCH = a_search()
FACES = some_faces()
Command = Callable[..., StudyRun]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artifacts go below the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(elsewhere: None, experiment: str) -> Command:
    """Start a command that searches; it dies at its next start at the latest."""

    def start(search: Search = SEARCH) -> StudyRun:
        with starts_owned_by("here"):
            active = mlflow.start_run(experiment_id=experiment)
        mlflow.end_run("RUNNING")
        study = ParentRun(active, "here", "abc").study(RUN, BASE, search, FACES, 1)
        study.log_faces(FACES)
        return study

    return start


def trial(number: int, *accuracies: float, state: str = COMPLETE, seconds: float = 2.0) -> Trial:
    folds = {
        fold: FoldResult(number, fold, score, 1 - score, 1, seconds, 1.5, 3.0) for fold, score in enumerate(accuracies)
    }
    return Trial(number, {"model.kernel": 5}, BASE, state, folds)


def below(client: mlflow.MlflowClient, study: str) -> list[Run]:
    """The runs of a study's trials, in the order of their numbers."""
    experiment = client.get_run(study).info.experiment_id
    found = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{study}'")
    return sorted(found, key=lambda run: int(run.data.tags["trial"]))


def record_of(table: pd.DataFrame, search: Search, leaked: int = 0) -> dict[str, Any]:
    audit = {"validation_faces": 60, "validation_faces_with_sibling_in_training": leaked}
    return search_summary(table, search, FACES) | {"leak_audit": audit}


def curve(client: mlflow.MlflowClient, run: str, metric: str) -> dict[int, float]:
    return {value.step: value.value for value in client.get_metric_history(run, metric)}


def test_study_is_described_by_its_decisions(client: mlflow.MlflowClient, command: Command) -> None:
    study = client.get_run(command().id)
    assert study.info.run_name == RUN
    assert study.data.tags.items() >= {"protocol": "kfold_search", "search": "mine", "recipe": "tiny"}.items()
    assert study.data.params["search.sampler"] == "random"
    assert study.data.params["recipe.training.epochs"] == "1"
    assert study.data.tags["mlflow.note.content"].startswith("A small search.")


def test_trial_is_a_run_below_the_study(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    study.log_trial(trial(0, 0.5, 0.6, 0.7))
    [run] = below(client, study.id)
    assert (run.info.run_name, run.info.status) == ("trial 0", "FINISHED")
    assert run.data.tags.items() >= {"state": COMPLETE, "trial": "0", "search": "mine", "git_commit": "abc"}.items()
    assert run.data.tags["data.source"] == client.get_run(study.id).data.tags["data.source"] == "unknown"
    assert run.data.params["search/model.kernel"] == "5"
    assert run.data.params["training.batch_size"] == str(BASE.training.batch_size)


def test_folds_are_steps_from_one_and_totals_are_metrics(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    study.log_trial(trial(0, 0.5, 0.6, 0.7))
    [run] = below(client, study.id)
    assert curve(client, run.info.run_id, "fold/accuracy") == {1: 0.5, 2: 0.6, 3: 0.7}
    assert curve(client, run.info.run_id, "fold/loss") == pytest.approx({1: 0.5, 2: 0.4, 3: 0.3})
    assert curve(client, run.info.run_id, "fold/seconds") == {1: 2.0, 2: 2.0, 3: 2.0}
    totals = {"mean_accuracy": 0.6, "sd_accuracy": 0.1, "folds_run": 3, "seconds": 6, "cpu_seconds": 9}
    assert {name: run.data.metrics[name] for name in totals} == pytest.approx(totals)


def test_overview_of_a_trial_tells_its_spread_and_every_fold(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    study.log_trial(trial(0, 0.5, 0.6, 0.72))
    study.log_trial(trial(1, 0.4, state=PRUNED))
    study.log_trial(trial(2, state="FAIL"))
    assert [run.data.tags["mlflow.note.content"] for run in below(client, study.id)] == [
        "COMPLETE: 60.7 ± 11.0\u00a0% accuracy; by fold 50.0, 60.0, 72.0.",
        "PRUNED: 40.0\u00a0% accuracy; by fold 40.0.",
        "FAIL: no fold was scored.",
    ]


def test_mean_accuracy_is_a_trials_first_metric_and_short(client: mlflow.MlflowClient, command: Command) -> None:
    """MLflow's page of several runs compares them by the first."""
    study = command()
    study.log_trial(trial(0, 0.1, 0.2, 0.2))
    [run] = below(client, study.id)
    assert next(iter(run.data.metrics.items())) == ("mean_accuracy", 0.166667)


def test_pruned_trial_ends_well_and_a_failed_one_badly(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    failed = trial(1, 0.5, state="FAIL")
    failed.folds[1] = FoldResult(1, 1, seconds=9.0, failure="The worker ran out of memory")
    study.log_trial(trial(0, 0.4, state=PRUNED))
    study.log_trial(failed)
    pruned, bad = below(client, study.id)
    assert (pruned.info.status, pruned.data.tags["state"]) == ("FINISHED", PRUNED)
    assert "sd_accuracy" not in pruned.data.metrics
    assert (bad.info.status, bad.data.tags["failure"]) == ("FAILED", "The worker ran out of memory")
    assert curve(client, bad.info.run_id, "fold/accuracy") == {1: 0.5}
    assert curve(client, bad.info.run_id, "fold/seconds") == {1: 2.0, 2: 9.0}


def test_best_mean_accuracy_rises_trial_by_trial(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    for number, score in enumerate([0.5, 0.4, 0.7]):
        study.log_trial(trial(number, score, score))
    study.log_trial(trial(3, 0.9, state=PRUNED))
    assert curve(client, study.id, "best_mean_accuracy") == {0: 0.5, 1: 0.5, 2: 0.7}


def test_trials_told_again_after_a_kill_are_logged_once(client: mlflow.MlflowClient, command: Command) -> None:
    killed = command()
    first, second, third = (trial(number, 0.5 + number / 10) for number in range(3))
    killed.log_trial(first)
    killed.log_trial(second)
    study = command()
    for each in (first, second, third):
        study.log_trial(each)
    assert study.id == killed.id
    assert [run.data.tags["trial"] for run in below(client, study.id)] == ["0", "1", "2"]
    assert curve(client, study.id, "best_mean_accuracy") == pytest.approx({0: 0.5, 1: 0.6, 2: 0.7})


@pytest.mark.parametrize("status", ["FINISHED", "FAILED"])
def test_study_has_one_run_however_its_last_command_ended(
    client: mlflow.MlflowClient, command: Command, status: str
) -> None:
    """A finished search that is asked for again tells of all its trials, and so does one that had failed."""
    former = command()
    former.log_trial(trial(0, 0.5))
    former.end(status, reason="A sentence." if status == "FAILED" else None)
    study = command()
    study.log_trial(trial(0, 0.5))
    study.end("FINISHED")
    assert study.id == former.id
    assert len(below(client, study.id)) == 1
    assert "failure" not in client.get_run(study.id).data.tags


def test_trial_is_known_again_by_its_values_whatever_type_they_have() -> None:
    """Fresh scores are NumPy's, stored ones Python's; a failure's is not a number."""
    fresh, stored = (trial(0, kind(0.1), kind("nan")) for kind in (np.float64, float))
    assert trial_runs.signature(fresh) == trial_runs.signature(stored)
    assert trial_runs.signature(fresh) != trial_runs.signature(replace(stored, state=PRUNED))


def test_trial_that_was_half_logged_at_the_kill_is_logged_anew(
    client: mlflow.MlflowClient, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = command()
    with monkeypatch.context() as patch:
        patch.setattr(trial_runs, "_metrics", lambda trial: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            killed.log_trial(trial(0, 0.5, 0.7))
    study = command()
    study.log_trial(trial(0, 0.5, 0.7))
    [run] = below(client, study.id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["mean_accuracy"] == pytest.approx(0.6)


def test_study_that_begins_anew_gets_a_run_of_its_own(client: mlflow.MlflowClient, command: Command) -> None:
    """Its storage was deleted: the same trials took other times."""
    former = command()
    former.log_trial(trial(0, 0.5))
    former.log_trial(trial(1, 0.6))
    former_id = former.id
    former.end("FINISHED")
    study = command()
    study.log_trial(trial(0, 0.5))
    study.log_trial(trial(1, 0.6, seconds=7))
    study.log_trial(trial(2, 0.4))
    assert study.id != former_id
    assert client.get_run(former_id).info.status == "FINISHED"
    assert len(below(client, former_id)) == 2
    assert [run.data.metrics["seconds"] for run in below(client, study.id)] == [2.0, 7.0, 2.0]
    assert curve(client, study.id, "best_mean_accuracy") == pytest.approx({0: 0.5, 1: 0.6, 2: 0.6})
    assert client.get_run(study.id).data.params["search.sampler"] == "random"


@pytest.mark.parametrize("change", [{"seed": 1}, {"folds": {"count": 4}}, {"fixed": {"training.batch_size": 8}}])
def test_another_search_of_the_same_name_is_another_study(command: Command, change: dict[str, Any]) -> None:
    assert command().id != command(a_search(**change)).id


def test_whole_search_is_logged_as_its_table_has_it(client: mlflow.MlflowClient, command: Command) -> None:
    def some_fail(task: FoldTask) -> float:
        return float("nan") if task.trial == 4 else accuracy(task)

    search = a_search(pruning={"kind": "halving"})
    monitor, study = SearchMonitorDataset().load(), command(search)
    monitor.listen(study.log_trial)
    kept = a_study()
    table = trials_table(searched(search, StandIn(score=some_fail), kept, monitor), search)
    searched(search, StandIn(), kept, monitor)  # tells of all again
    runs = below(client, study.id)
    assert [run.data.tags["state"] for run in runs] == table["state"].tolist()
    assert set(table["state"]) == {"COMPLETE", "PRUNED", "FAIL"}
    logged = [run.data.metrics.get("mean_accuracy", float("nan")) for run in runs]
    assert logged == pytest.approx(table["mean"].tolist(), rel=1e-5, nan_ok=True)


def test_record_recipe_and_figures_of_a_search_are_its_artifacts(client: mlflow.MlflowClient, command: Command) -> None:
    table = trials_table(searched(SEARCH), SEARCH)
    study = command()
    study.log_output("search_record", record_of(table, SEARCH))
    study.log_output("searched_recipe", BASE)
    study.log_output("trials", table)
    study.log_output("history", go.Figure(go.Scatter(x=[1], y=[2])))
    names = {file.path for folder in (None, "tables", "figures") for file in client.list_artifacts(study.id, folder)}
    assert names >= {"search_record.json", "tiny.yml", "tables/trials.csv", "figures/history.html"}
    run = client.get_run(study.id)
    assert run.data.metrics["trials/complete"] == 9
    assert run.data.metrics["folds_run"] == 27
    assert run.data.metrics["mean_accuracy"] == pytest.approx(table["mean"].max(), rel=1e-5)
    assert run.data.tags["best_trial"] == str(table["number"][table["mean"].idxmax()])


@pytest.mark.parametrize(("leaked", "tag"), [(0, "clean"), (7, "LEAKY")])
def test_study_is_marked_by_the_audit_of_its_folds(
    client: mlflow.MlflowClient, command: Command, leaked: int, tag: str
) -> None:
    search = a_search(sampler="grid", trials=1)
    table = trials_table([replace(trial(0, 0.5, 0.6, 0.7), parameters=search.points[0])], search)
    study = command(search)
    study.log_output("search_record", record_of(table, search, leaked))
    data = client.get_run(study.id).data
    assert data.tags["leak_audit"] == tag
    assert data.metrics["leak_audit/validation_faces_with_sibling_in_training"] == leaked
    assert data.metrics["leak_audit/validation_faces"] == 60


def test_plotly_figure_needs_no_network(client: mlflow.MlflowClient, command: Command) -> None:
    study = command()
    study.log_output("history", go.Figure(go.Scatter(x=[1], y=[2])))
    page = mlflow.artifacts.load_text(f"runs:/{study.id}/figures/history.html")
    fetched: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            fetched.extend(f"{tag} {value}" for name, value in attrs if name in ("src", "href"))

    Links().feed(page)
    assert "Plotly.newPlot" in page
    assert not fetched


def test_record_of_a_search_that_found_nothing_is_logged(client: mlflow.MlflowClient, command: Command) -> None:
    search = a_search(sampler="grid", trials=1)
    pruned = replace(trial(0, 0.5), state=PRUNED)
    study = command(search)
    table = trials_table([replace(pruned, parameters=search.points[0])], search)
    study.log_output("search_record", record_of(table, search))
    run = client.get_run(study.id)
    assert run.data.tags["best_trial"] == "none"
    assert "mean_accuracy" not in run.data.metrics
    assert run.data.metrics["trials/pruned"] == 1
