"""The plain commands, run as a user would, in a copy of the project."""

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml
from mlflow.entities import Run
from project_copy import PROJECT, Kedro, kedro_in

from fer_kedro.learning.device import device

RUN = "honest.goldstein_cnn"
FOLDER = "honest/goldstein_cnn/seed_0"


@pytest.fixture(scope="module")
def runs(demo_project: Path) -> dict[str, Run]:
    client = mlflow.MlflowClient(f"sqlite:///{demo_project}/mlflow.db")
    experiment = client.get_experiment_by_name("fer_kedro")
    assert experiment is not None
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def record(project: Path) -> dict:
    return json.loads((project / "data/demo/07_model_output" / FOLDER / "run_record.json").read_text())


def test_every_stage_leaves_its_result(demo_project: Path) -> None:
    for file in (
        "03_primary/faces.parquet",
        "05_model_input/balanced_faces.parquet",
        f"06_models/{FOLDER}/model.keras",
        f"07_model_output/{FOLDER}/predictions.parquet",
        f"08_reporting/{FOLDER}/confusion_matrix.png",
        "08_reporting/eda/class_distribution.png",
        "08_reporting/report.html",
    ):
        assert (demo_project / "data/demo" / file).stat().st_size > 0, file


def test_finished_run_leaves_no_checkpoint(demo_project: Path) -> None:
    assert not list(demo_project.rglob("checkpoint.npz"))


def test_record_is_computed_from_the_predictions(demo_project: Path) -> None:
    predictions = pd.read_parquet(demo_project / "data/demo/07_model_output" / FOLDER / "predictions.parquet")
    private = predictions[predictions["usage"] == "PrivateTest"]
    guessed = private.filter(like="p_").to_numpy().argmax(axis=1)
    scores = record(demo_project)["scores"]["PrivateTest"]["all"]
    assert scores["n"] == len(private)
    assert scores["accuracy"] == pytest.approx((guessed == private["emotion"]).mean())


def test_record_names_what_made_it(demo_project: Path) -> None:
    made = record(demo_project)
    assert made["data"]["source"] == "demo"
    assert made["leak_audit"]["test_faces_with_sibling_in_training"] == 0
    assert {"commit", "threads", "precision", "seed", "versions", "backend", "device", "gpus"} <= made.keys()


@pytest.mark.parametrize(("child", "parent"), [(RUN, "__default__"), ("honest.hejslet_light", "all_recipes")])
def test_every_command_is_a_parent_run_and_every_recipe_its_child(
    runs: dict[str, Run], child: str, parent: str
) -> None:
    assert runs[child].data.tags["mlflow.parentRunId"] == runs[parent].info.run_id
    assert runs[child].info.status == runs[parent].info.status == "FINISHED"
    for tag in ("data.source", "git_commit"):
        assert runs[child].data.tags[tag] == runs[parent].data.tags[tag]


def test_runs_of_two_recipes_have_the_same_metrics_and_parameters(runs: dict[str, Run]) -> None:
    goldstein, hejslet = runs["honest.goldstein_cnn"].data, runs["honest.hejslet_light"].data
    assert goldstein.metrics.keys() == hejslet.metrics.keys()
    assert goldstein.params["balancing"] == "None"
    assert hejslet.params["balancing.target"] == "300"


def test_child_run_is_tagged_and_has_every_field_of_the_recipe(runs: dict[str, Run]) -> None:
    child = runs[RUN]
    assert child.data.tags.items() >= {"data.source": "demo", "protocol": "honest"}.items()
    assert child.data.tags.items() >= {"backend": "tensorflow", "device": device()}.items()
    assert "git_commit" in child.data.tags
    assert child.data.params["optimizer.learning_rate"] == "0.001"
    assert child.data.params["model.blocks"] == "[[32], [64], [128]]"
    assert child.inputs.dataset_inputs[0].dataset.digest


def test_child_run_has_metrics_for_every_epoch_and_the_final_scores(demo_project: Path, runs: dict[str, Run]) -> None:
    made = record(demo_project)
    metrics = runs[RUN].data.metrics
    accuracy = made["scores"]["PrivateTest"]["all"]["accuracy"]
    assert metrics["PrivateTest/all/accuracy"] == pytest.approx(accuracy, rel=1e-5)
    with sqlite3.connect(demo_project / "mlflow.db") as database:
        query = "select step from metrics where key = 'epoch/val_loss' and run_uuid = ? order by step"
        rows = database.execute(query, [runs[RUN].info.run_id]).fetchall()
    assert [step for (step,) in rows] == list(range(1, made["epochs_run"] + 1))


def test_logged_model_predicts_raw_faces(demo_project: Path, runs: dict[str, Run]) -> None:
    script = (
        "import mlflow, numpy as np, sys; mlflow.set_tracking_uri(sys.argv[1]);"
        "model = mlflow.pyfunc.load_model(sys.argv[2]);"
        "print(model.predict(np.zeros((2, 48, 48, 1), np.uint8)).shape)"
    )
    client = mlflow.MlflowClient(f"sqlite:///{demo_project}/mlflow.db")
    logged = client.search_logged_models([runs[RUN].info.experiment_id])
    (uri,) = [f"models:/{model.model_id}" for model in logged if model.source_run_id == runs[RUN].info.run_id]
    arguments = [sys.executable, "-c", script, f"sqlite:///{demo_project}/mlflow.db", uri]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=demo_project)
    assert "(2, 7)" in done.stdout


def test_figures_and_tables_are_artifacts(demo_project: Path, runs: dict[str, Run]) -> None:
    folder = Path(runs[RUN].info.artifact_uri.removeprefix("file://"))
    names = {path.name for path in folder.rglob("*")}
    assert {"confusion_matrix.png", "training_curves.png", "classification_report.csv", "run_record.json"} <= names


def test_leak_under_honest_stops_the_run_with_a_sentence_and_a_failed_child(project: Path) -> None:
    kedro = kedro_in(project)
    careless = project / "conf/demo/parameters_protocols.yml"
    careless.write_text("protocols:\n  honest:\n    drop_training_copies: false\n")
    done = kedro("run", "--env=demo", "--pipeline=training", fails=True)
    assert "The leak audit of protocol 'honest' found" in done.stderr
    assert "Traceback" not in done.stderr
    client = mlflow.MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("fer_kedro")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert {run.info.run_name: run.info.status for run in runs} == {"training": "FAILED", RUN: "FAILED"}
    assert any("leak audit" in run.data.tags.get("failure", "") for run in runs)


@pytest.mark.parametrize(
    "arguments", [("registry", "list"), ("run", "--env=demo", "--pipeline=ingestion")], ids=["registry", "ingestion"]
)
def test_commands_that_do_not_train_import_no_tensorflow(project: Path, arguments: tuple[str, ...]) -> None:
    script = (
        "import sys; from kedro.framework.cli.cli import main; sys.argv = ['kedro', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('heavy:', sorted({'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=project, capture_output=True, text=True, check=True
    )
    assert "heavy: []" in done.stdout


def test_copied_page_that_kept_its_name_is_refused(project: Path) -> None:
    pages = project / "conf/base/parameters_recipes"
    (pages / "mine.yml").write_text((pages / "goldstein_cnn.yml").read_text())
    done = kedro_in(project)("run", "--env=demo", fails=True)
    assert "mine.yml must hold one recipe whose key and name are 'mine'" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_environment_leaves_real_data_alone(demo_project: Path) -> None:
    assert [folder.name for folder in (demo_project / "data").iterdir() if any(folder.iterdir())] == ["demo"]


def test_stage_without_its_input_says_what_makes_it(project: Path) -> None:
    done = kedro_in(project)("run", "--env=demo", "--pipelines=eda", fails=True)
    assert "faces.parquet does not exist; run the pipeline that makes it first" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_missing_outputs_does_nothing_when_nothing_is_missing(demo_project: Path) -> None:
    kedro: Kedro = kedro_in(demo_project)
    before = (demo_project / "data/demo/06_models" / FOLDER / "model.keras").stat().st_mtime_ns
    kedro("run", "--env=demo", "--only-missing-outputs")
    assert (demo_project / "data/demo/06_models" / FOLDER / "model.keras").stat().st_mtime_ns == before


def test_a_reports_own_protocol_with_another_seed_stands_beside_the_honest_run(demo_project: Path) -> None:
    run = "as_reported.goldstein_cnn"
    kedro_in(demo_project)("run", "--env=demo", "--pipelines=all_recipes", f"--namespaces={run}", "--params=seed=1")
    folder = demo_project / "data/demo/07_model_output/as_reported/goldstein_cnn"
    assert [seed.name for seed in folder.iterdir()] == ["seed_1"]
    made = json.loads((folder / "seed_1/run_record.json").read_text())
    assert (made["run"], made["protocol"], made["seed"]) == (run, "as_reported", 1)
    assert list(made["scores"]) == ["test"]
    assert made["test_set"] == "PublicTest and PrivateTest"


def test_what_a_search_finds_is_trained_and_every_trial_is_a_run(demo_project: Path) -> None:
    kedro_in(demo_project)(
        "run", "--env=demo", "--pipelines=searched", "--from-nodes=kfold_search.choudhary_grouped.search"
    )
    data, name = demo_project / "data/demo", "kfold_search/choudhary_grouped"
    trials = pd.read_csv(data / "06_models" / name / "trials.csv")
    assert set(trials["state"]) == {"COMPLETE", "PRUNED"}
    found = yaml.safe_load((data / "06_models" / name / "searched.yml").read_text())["recipes"]["searched"]
    made = json.loads((data / "07_model_output/honest/searched/seed_0/run_record.json").read_text())
    assert (made["run"], made["epochs_run"], made["description"]) == ("honest.searched", 1, found["description"])
    client = mlflow.MlflowClient(f"sqlite:///{demo_project}/mlflow.db")
    experiment = client.get_experiment_by_name("fer_kedro")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "attributes.run_name LIKE 'trial %'")
    assert sorted(run.info.run_name for run in runs) == [f"trial {number}" for number in trials["number"]]
    assert len({run.data.tags["mlflow.parentRunId"] for run in runs}) == 1


def test_a_page_dropped_into_the_project_gets_a_namespace_a_run_and_a_row(demo_project: Path) -> None:
    """The page is the one that the documentation has its reader write, for one epoch."""
    (page,) = re.findall(r"```yaml\n(recipes:\n.*?)```", (PROJECT / "docs/how-to/add-a-recipe.md").read_text(), re.S)
    new = demo_project / "conf/base/parameters_recipes/small_cnn.yml"
    new.write_text(page.replace("epochs: 30", "epochs: 1"))
    kedro = kedro_in(demo_project)
    kedro("run", "--env=demo", "--pipelines=all_recipes", "--namespaces=honest.small_cnn")
    kedro("run", "--env=demo", "--pipelines=reporting")
    rows = pd.read_csv(demo_project / "data/demo/08_reporting/comparison.csv").set_index("run")
    made = json.loads((demo_project / "data/demo/07_model_output/honest/small_cnn/seed_0/run_record.json").read_text())
    assert rows.loc["honest.small_cnn", "accuracy"] == made["scores"]["PrivateTest"]["all"]["accuracy"]
    assert "small_cnn" in (demo_project / "data/demo/08_reporting/report.html").read_text()
    client = mlflow.MlflowClient(f"sqlite:///{demo_project}/mlflow.db")
    experiment = client.get_experiment_by_name("fer_kedro")
    assert experiment is not None
    (child,) = client.search_runs([experiment.experiment_id], "attributes.run_name = 'honest.small_cnn'")
    assert child.info.status == "FINISHED"
    new.unlink()
