"""One MLflow child run: everything that is logged of one recipe, by run id alone."""

import hashlib
import time
from typing import Any

from pydantic import BaseModel

from fer_kedro.faces import Faces
from fer_kedro.hooks.tracked_run import TrackedRun
from fer_kedro.hooks.unfinished_runs import FOLDER, SUBJECT
from fer_kedro.recipe import Recipe

PROSE = {"name", "description", "chosen"}
MODEL_REQUIREMENTS = ("keras", "tensorflow", "numpy")


class ChildRun(TrackedRun):
    """The run of one recipe under one protocol, a child of the run of the whole command."""

    def __init__(self, run_id: str, epochs_logged: frozenset[int] = frozenset()) -> None:
        super().__init__(run_id)
        self._epochs_logged = epochs_logged
        self._model_id: str | None = None
        self._logged: set[str] = set()

    @classmethod
    def start(cls, name: str, parent_id: str, of: str) -> "ChildRun":
        """Open a new run named `<protocol>.<recipe>` below a parent; `of` is the digest of its `subject`."""
        from mlflow import MlflowClient

        client = MlflowClient()
        parent = client.get_run(parent_id)
        protocol, _, recipe = name.partition(".")
        tags = {"mlflow.parentRunId": parent_id, "protocol": protocol, "recipe": recipe, SUBJECT: of}
        tags |= {tag: parent.data.tags[tag] for tag in ("git_commit", FOLDER) if tag in parent.data.tags}
        run = client.create_run(parent.info.experiment_id, run_name=name, tags=tags)
        return cls(run.info.run_id)

    @classmethod
    def resume(cls, run_id: str, parent_id: str) -> "ChildRun":
        """Go on with a run that was killed, below the new command's parent."""
        from mlflow import MlflowClient

        client = MlflowClient()
        client.update_run(run_id, status="RUNNING")
        client.set_tag(run_id, "mlflow.parentRunId", parent_id)
        experiment = client.get_run(run_id).info.experiment_id
        for model in client.search_logged_models([experiment], f"source_run_id='{run_id}'"):
            client.delete_logged_model(model.model_id)  # it is logged again
        return cls(run_id, frozenset(metric.step for metric in client.get_metric_history(run_id, "epoch/loss")))

    def log_recipe(self, recipe: Recipe) -> None:
        """Log every decision of a recipe as a parameter such as `training.batch_size`, and describe the run."""
        from mlflow.entities import Param

        if self._first("recipe"):
            decisions = {name: value for name, value in flatten(recipe).items() if name not in PROSE}
            params = [Param(name, str(value)[:500]) for name, value in decisions.items()]
            self._client.log_batch(self.id, params=params)
            note = "\n".join([recipe.description + ".", "", *(f"- {choice}" for choice in recipe.chosen)])
            self._client.set_tag(self.id, "mlflow.note.content", note)

    def log_faces(self, faces: Faces) -> None:
        """Log the faces as the run's dataset, with their digest, and tag the run with their source."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        if self._first("faces"):
            profile = f'{{"faces": {len(faces)}, "classes": {len(faces.class_names)}}}'
            source = f'{{"source": "{faces.provenance.source}"}}'
            dataset = Dataset("faces", faces.provenance.digest, "local", source, profile=profile)
            self._client.log_inputs(self.id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
            self.tag(data__source=faces.provenance.source, data__split=faces.provenance.split)

    def log_epoch(self, number: int, metrics: dict[str, float]) -> None:
        """Log one epoch's metrics at step `number`, once: a resumed training tells of its earlier epochs again."""
        if number in self._epochs_logged:
            return
        self._log_metrics({f"epoch/{name}": value for name, value in metrics.items() if name != "epoch"}, number)

    def log_output(self, name: str, data: Any) -> None:
        """Log one dataset of the namespace: the model, the run's record, or an artifact."""
        if name == "model":
            self._log_model(data)
        elif name == "run_record":
            self._log_record(data)
        else:
            super().log_output(name, data)

    def _log_record(self, record: dict[str, Any]) -> None:
        facts = {
            key: record[key] for key in ("best_epoch", "epochs_run", "seconds_per_epoch", "cpu_seconds", "parameters")
        }
        scores = {
            f"{usage}/{part}/{metric}": value
            for usage, parts in record["scores"].items()
            for part, metrics in parts.items()
            for metric, value in metrics.items()
            if isinstance(value, int | float)
        }
        self._log_metrics({**facts, **scores})
        self._client.log_dict(self.id, record, "run_record.json")
        tags = {
            "git_commit": record["commit"],
            "precision": record["precision"],
            "threads": record["threads"],
        }
        for key, value in tags.items():
            self._client.set_tag(self.id, key, value)

    def _log_model(self, model: Any) -> None:
        from importlib.metadata import version

        import mlflow
        import numpy as np
        from mlflow.models import Model, infer_signature

        example = np.zeros((1, *model.input_shape[1:]), dtype=np.uint8)
        logged = Model.log(  # not by an active run, which would end as finished here
            artifact_path=None,
            run_id=self.id,
            name="model",
            flavor=mlflow.tensorflow,  # mlflow.keras fails on an input example: it writes it before it makes the folder
            model=model,
            signature=infer_signature(example, np.asarray(model(example))),
            input_example=example,
            pip_requirements=[f"{package}=={version(package)}" for package in MODEL_REQUIREMENTS],
        )
        self._model_id = logged.model_id

    def _log_metrics(self, metrics: dict[str, float], step: int = 0) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self._client.log_batch(
            self.id,
            metrics=[
                Metric(name, float(f"{value:.6g}"), now, step, model_id=self._model_id)
                for name, value in metrics.items()
            ],
        )

    def _first(self, what: str) -> bool:
        first = what not in self._logged
        self._logged.add(what)
        return first


def subject(recipe: Recipe, protocol: BaseModel | None, faces: Faces, commit: str) -> str:
    """Digest of what a child run is a run of: the recipe's and the protocol's decisions, the faces and the code."""
    decisions = recipe.model_dump_json(exclude=PROSE) + (protocol.model_dump_json() if protocol else "")
    return hashlib.sha256(f"{decisions} {faces.digest()} {commit}".encode()).hexdigest()[:16]


def flatten(model: BaseModel) -> dict[str, Any]:
    """Fields of a nested model under dotted names; lists stay whole."""

    def walk(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            return {path: value}
        return {key: leaf for name, inner in value.items() for key, leaf in walk(inner, f"{path}.{name}").items()}

    return {path.removeprefix("."): value for path, value in walk(model.model_dump(mode="json"), "").items()}
