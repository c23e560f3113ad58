"""A child run goes on after a kill, as long as what it is told is what it was told before."""

from collections.abc import Callable

import mlflow
import numpy as np
import pytest
from tiny_recipe import tiny_recipe

from fer_kedro.faces import Faces
from fer_kedro.hooks import parent_run
from fer_kedro.hooks.mlflow_child import ChildRun
from fer_kedro.hooks.parent_run import ParentRun
from fer_kedro.hooks.unfinished_runs import starts_owned_by
from fer_kedro.recipe import Recipe

RUN = "honest.goldstein_cnn"
RECIPE = tiny_recipe()
FACES = Faces.build(np.zeros((1, 48, 48), np.uint8), [0], ["Training"], source="demo")
Command = Callable[..., ChildRun]


@pytest.fixture
def command(experiment: str) -> Command:
    """Start a command that trains `RUN`; it dies at its next start at the latest."""

    def start(commit: str = "unknown", recipe: Recipe = RECIPE) -> ChildRun:
        with starts_owned_by("here"):
            active = mlflow.start_run(experiment_id=experiment)
        mlflow.end_run("RUNNING")
        child = ParentRun(active, "here", commit).child(RUN, recipe, None, FACES)
        child.log_faces(FACES)
        return child

    return start


def tell(child: ChildRun, *seconds: float) -> None:
    """Tell of epochs from the first on: each took so many seconds."""
    for number, taken in enumerate(seconds, 1):
        child.log_epoch(number, {"epoch": number, "loss": 1 / number, "seconds": taken})


def told(client: mlflow.MlflowClient, run: str) -> list[tuple[int, float]]:
    return [(metric.step, metric.value) for metric in client.get_metric_history(run, "epoch/seconds")]


FIRST, SECOND, THIRD = 1.2345678, 2.5, 3.25


def test_epochs_told_again_from_a_checkpoint_are_logged_once(client: mlflow.MlflowClient, command: Command) -> None:
    killed = command()
    tell(killed, FIRST, SECOND)
    child = command()
    tell(child, FIRST, SECOND, THIRD)
    assert child.id == killed.id
    assert told(client, child.id) == [(1, 1.23457), (2, 2.5), (3, 3.25)]


def test_epoch_that_was_stored_but_not_told_before_the_kill_is_logged(
    client: mlflow.MlflowClient, command: Command
) -> None:
    tell(command(), FIRST)
    child = command()
    tell(child, FIRST, SECOND)
    assert told(client, child.id) == [(1, 1.23457), (2, 2.5)]


def test_training_that_begins_anew_gets_a_run_of_its_own(client: mlflow.MlflowClient, command: Command) -> None:
    """Its checkpoint is gone, or is another experiment's."""
    former = command()
    tell(former, FIRST, SECOND)
    child = command()
    tell(child, FIRST + 1, SECOND, THIRD)
    assert child.id != former.id
    assert told(client, former.id) == [(1, 1.23457), (2, 2.5)]
    assert told(client, child.id) == [(1, 2.23457), (2, 2.5), (3, 3.25)]
    assert client.get_run(former.id).info.status == "KILLED"


def test_run_of_a_training_that_begins_anew_lacks_nothing(client: mlflow.MlflowClient, command: Command) -> None:
    former = command()
    tell(former, FIRST)
    child = command()
    tell(child, SECOND)
    old, new = client.get_run(former.id), client.get_run(child.id)
    assert new.info.run_name == RUN
    assert new.info.status == "RUNNING"
    assert new.data.params == old.data.params
    assert new.data.params["training.batch_size"] == str(RECIPE.training.batch_size)
    assert new.inputs.dataset_inputs[0].dataset.digest == FACES.provenance.digest
    assert new.data.tags.items() >= {"recipe": "goldstein_cnn", "data.source": "demo"}.items()
    assert RECIPE.description in new.data.tags["mlflow.note.content"]


def test_run_that_a_training_has_left_is_never_gone_on_with(client: mlflow.MlflowClient, command: Command) -> None:
    tell(command(), FIRST)
    child = command()
    tell(child, SECOND)
    child.end("FINISHED")
    later = command()
    tell(later, THIRD)
    assert told(client, child.id) == [(1, 2.5)]
    assert told(client, later.id) == [(1, 3.25)]


def test_older_checkpoint_takes_its_epochs_along(client: mlflow.MlflowClient, command: Command) -> None:
    former = command()
    tell(former, FIRST, SECOND, THIRD)
    child = command()
    tell(child, FIRST, SECOND + 1, THIRD + 1)
    assert told(client, former.id) == [(1, 1.23457), (2, 2.5), (3, 3.25)]
    assert told(client, child.id) == [(1, 1.23457), (2, 3.5), (3, 4.25)]


def test_child_goes_on_below_the_new_command_and_names_its_commit(
    client: mlflow.MlflowClient, command: Command
) -> None:
    killed = command("abc+")
    first = client.get_run(killed.id).data.tags
    child = command("def")
    again = client.get_run(child.id)
    assert child.id == killed.id
    assert again.info.status == "RUNNING"
    assert again.data.tags["git_commit"] == "def"
    assert again.data.tags["mlflow.parentRunId"] != first["mlflow.parentRunId"]
    assert client.get_run(first["mlflow.parentRunId"]).info.status == "KILLED"


def test_run_whose_reports_claim_was_corrected_meanwhile_goes_on(client: mlflow.MlflowClient, command: Command) -> None:
    """MLflow refuses parameters that have changed."""
    killed = command()
    corrected = {"description": "In other words", "report": "another", "reported": {"accuracy": 0.7}}
    child = command(recipe=tiny_recipe(**corrected))
    assert child.id == killed.id
    assert "In other words" in client.get_run(child.id).data.tags["mlflow.note.content"]


def test_code_that_was_edited_meanwhile_gets_a_child_run_of_its_own(
    client: mlflow.MlflowClient, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the commit is called: `abc+` before and after, or `unknown`."""
    killed = command("abc+")
    monkeypatch.setattr(parent_run, "code_digest", lambda: "edited")
    child = command("abc+")
    assert child.id != killed.id
    assert client.get_run(killed.id).info.status == "KILLED"
