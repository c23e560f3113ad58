"""A run that is repeated gives the same result; so does one that is killed, at whatever moment, and started again."""

import faulthandler
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mlflow
import pytest
from kills import WarmKedro, after, await_change, contents, kill, leftovers, restore, warm_kedro, when_written
from mlflow.entities import Run
from project_copy import PROJECT, copy_project

from fer_kedro.datasets import EnvironmentDataset

RUN = "honest.goldstein_cnn"
CHECKPOINT = "06_models/honest/goldstein_cnn/seed_0/checkpoint.npz"
STAGES = ("ingestion", "eda", "balancing", "training", "reporting", "kfold_search")
SWEEP = PROJECT / "docs" / "results" / "kill_sweep.json"


@dataclass
class Reference:
    """What each stage starts from, what it leaves when nobody kills it, and how long it takes."""

    kedro: WarmKedro
    saved: Path
    left: dict[str, dict[str, str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.kedro.project / "data" / "demo"

    @property
    def sign(self) -> Path:
        """A file that is written when a run starts its work, once Kedro is up."""
        return self.data / ".run.json"

    def arguments(self, stage: str) -> tuple[str, ...]:
        return ("run", "--env=demo", f"--pipelines={stage}")

    def run_unbroken(self, stage: str) -> None:
        for _ in range(2):  # the second is not slowed by what the first sets up
            restore(self.saved, self.data) if self.saved.exists() else None
            assert self.kedro.run(*self.arguments(stage)) == 0, self.kedro.output()[-3000:]
            self.seconds[stage] = time.time() - self.sign.stat().st_mtime
        self.left[stage] = contents(self.data)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """A project in which every stage has run once; the stages of a sweep start from what that left."""
    project = copy_project(tmp_path_factory.mktemp("killed"))
    for page, usual, here in (("catalog_01_raw", "1200", "500"), ("parameters_searches", "share: 0.5", "share: 1.0")):
        path = project / f"conf/demo/{page}.yml"
        path.write_text(path.read_text().replace(usual, here))
    (project / "conf/demo/parameters_recipes.yml").write_text("recipes: {goldstein_cnn: {training: {epochs: 4}}}\n")
    with warm_kedro(project) as kedro:
        yield Reference(kedro, project / "saved")


def runs_of(project: Path) -> list[Run]:
    client = mlflow.MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("fer_kedro")
    return list(client.search_runs([experiment.experiment_id], max_results=5000)) if experiment else []


def children_since(reference: Reference, known: int, status: str = "") -> int:
    """How many child runs there are beside the first `known` runs."""
    runs = runs_of(reference.kedro.project)
    new = runs[: len(runs) - known]
    return len([run for run in new if run.info.run_name == RUN and run.info.status.startswith(status)])


def steps_of(project: Path, run: Run) -> list[int]:
    client = mlflow.MlflowClient(f"sqlite:///{project}/mlflow.db")
    return [metric.step for metric in client.get_metric_history(run.info.run_id, "epoch/val_loss")]


def trials(project: Path) -> Counter[tuple[str, str]]:
    """How often each trial of each study has a run."""
    runs = [run for run in runs_of(project) if run.info.run_name.startswith("trial ")]
    return Counter((run.data.tags["mlflow.parentRunId"], run.info.run_name) for run in runs)


MADE = (
    "03_primary/faces.parquet",
    "05_model_input/balanced_faces.parquet",
    "06_models/honest/goldstein_cnn/seed_0/model.keras",
    "07_model_output/honest/goldstein_cnn/seed_0/predictions.parquet",
)


def test_same_seeds_give_the_same_files_and_other_seeds_others(reference: Reference) -> None:
    """Faces, balanced faces, weights and predictions, with every seed of the project changed at once."""
    conf, arguments = reference.kedro.project / "conf/demo", reference.arguments("training")
    pages = {page: page.read_text() for page in (conf / "parameters_recipes.yml", conf / "catalog_01_raw.yml")}
    recipes, catalog = pages
    made = []
    for seed in (0, 0, 1):
        shutil.rmtree(reference.data, ignore_errors=True)
        decisions = f"recipes: {{goldstein_cnn: {{training: {{epochs: 2}}}}}}\nbalancing: {{seed: {seed}}}\n"
        recipes.write_text(decisions)
        catalog.write_text(re.sub(r"seed: \d+", f"seed: {seed}", pages[catalog]))
        assert reference.kedro.run(*arguments, f"--params=seed={seed}") == 0, reference.kedro.output()[-3000:]
        left = {name.replace(f"seed_{seed}", "seed_0"): digest for name, digest in contents(reference.data).items()}
        made.append({name: left[name] for name in MADE})
    for page, text in pages.items():
        page.write_text(text)
    shutil.rmtree(reference.data)  # the comparison shows runs of other seeds too
    first, again, other = made
    assert first == again
    assert not [name for name in MADE if first[name] == other[name]]


def test_training_killed_at_every_epoch_goes_on_in_the_same_child_run(reference: Reference) -> None:
    reference.run_unbroken("training")
    project, data = reference.kedro.project, reference.data
    before = {run.info.run_id for run in runs_of(project)}
    shutil.rmtree(data)
    deaths = [reference.kedro.run(*reference.arguments("training"), die=when_written(data / CHECKPOINT)) for _ in "123"]
    assert deaths == [-9, -9, -9]
    assert reference.kedro.run(*reference.arguments("training")) == 0, reference.kedro.output()[-3000:]

    assert contents(data) == reference.left["training"]
    assert leftovers(data) == []
    new = [run for run in runs_of(project) if run.info.run_id not in before]
    statuses = Counter((run.info.run_name, run.info.status) for run in new)
    assert statuses == {("training", "KILLED"): 3, ("training", "FINISHED"): 1, (RUN, "FINISHED"): 1}
    (child,) = [run for run in new if run.info.run_name == RUN]
    (last,) = [run for run in new if run.info.run_name == "training" and run.info.status == "FINISHED"]
    assert child.data.tags["mlflow.parentRunId"] == last.info.run_id
    assert steps_of(project, child) == [1, 2, 3, 4]


def test_second_run_on_the_same_data_says_who_is_at_work_and_the_lock_dies_with_its_process(
    reference: Reference,
) -> None:
    project = reference.kedro.project
    refused: list[subprocess.CompletedProcess[str]] = []

    def meddle(process: int) -> None:
        await_change(reference.sign, process)
        command = [sys.executable, "-m", "kedro", *reference.arguments("ingestion")]
        refused.append(subprocess.run(command, cwd=project, capture_output=True, text=True, check=False))
        kill(process)

    page = "recipes.goldstein_cnn.training"
    longer = f"--params={page}.epochs=500,{page}.early_stopping.patience=500"  # than any second run takes to start
    assert reference.kedro.run(*reference.arguments("training"), longer, die=meddle) == -9
    (second,) = refused
    (sentence,) = [line for line in second.stderr.splitlines() if line.startswith("Error:")]
    assert second.returncode != 0
    assert f"{reference.data} is in use by process" in sentence
    assert "--pipelines=training" in sentence
    assert "Traceback" not in second.stderr
    assert reference.kedro.run(*reference.arguments("ingestion")) == 0


def test_leftovers_of_a_killed_writer_are_removed_by_the_next_run(reference: Reference) -> None:
    stale = reference.data / "03_primary" / f".faces.{'0' * 32}.parquet"
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_bytes(b"half")
    assert reference.kedro.run(*reference.arguments("ingestion")) == 0, reference.kedro.output()[-2000:]
    assert not stale.exists()


def note(stage: str, outcomes: dict[str, float]) -> None:
    """Keep the sweep's figures, less those of stages that it has not come to."""
    sweep = json.loads(SWEEP.read_text()) if SWEEP.exists() else {"stages": {}}
    environment = EnvironmentDataset().load()
    sweep["stages"][stage] = {"commit": environment.pop("commit"), **outcomes}
    sweep = {**environment, "command": "pytest tests/test_kills.py --kills=50", "stages": sweep["stages"]}
    SWEEP.write_text(json.dumps(sweep, indent=2) + "\n")


@pytest.mark.kill_sweep
@pytest.mark.parametrize("stage", STAGES)
def test_result_after_a_kill_at_any_moment_equals_the_unbroken_one(
    reference: Reference, stage: str, request: pytest.FixtureRequest
) -> None:
    faulthandler.cancel_dump_traceback_later()  # pytest's limit; a stage is killed for an hour
    count = int(request.config.getoption("--kills"))
    if not reference.saved.exists():
        assert reference.kedro.run("run", "--env=demo") == 0, reference.kedro.output()[-3000:]
        shutil.copytree(reference.data, reference.saved)
    reference.run_unbroken(stage)
    start, moments = contents(reference.saved), random.Random(f"{stage} 2026")  # noqa: S311
    outcomes: Counter[str] = Counter()
    while outcomes["killed"] < count:
        restore(reference.saved, reference.data)
        known = len(runs_of(reference.kedro.project))
        died = reference.kedro.run(
            *reference.arguments(stage), die=after(moments.uniform(0, reference.seconds[stage]), reference.sign)
        )
        outcomes["killed" if died == -9 else "ended before"] += 1
        for name, digest in contents(reference.data).items():
            assert digest in (start.get(name), reference.left[stage].get(name)), f"{name} is half-written"
        ended = children_since(reference, known, "FINISHED")
        assert not ended or contents(reference.data) == reference.left[stage], "ended before its work was done"
        assert reference.kedro.run(*reference.arguments(stage)) == 0, reference.kedro.output()[-3000:]
        assert contents(reference.data) == reference.left[stage]
        assert leftovers(reference.data) == []
        assert children_since(reference, known) == ended + (stage == "training")
        assert not [run for run in runs_of(reference.kedro.project) if run.info.status == "RUNNING"]
        assert set(trials(reference.kedro.project).values()) <= {1}, "a trial stands twice below its study"
        outcomes["equal after the restart"] += 1
        note(stage, {"seconds_unbroken": round(reference.seconds[stage], 1), **outcomes})
