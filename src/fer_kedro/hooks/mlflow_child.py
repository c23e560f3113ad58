"""One MLflow child run: everything that is logged of one recipe, by run id alone."""

import time
from collections.abc import Mapping
from typing import Any, Self

from fer_kedro.faces import Faces
from fer_kedro.hooks.decisions import parameters
from fer_kedro.hooks.logged_model import delete_models, log_model
from fer_kedro.hooks.tracked_run import TrackedRun
from fer_kedro.hooks.unfinished_runs import SUBJECT
from fer_kedro.protocols.audit import LeakAudit
from fer_kedro.recipe import Recipe


class ChildRun(TrackedRun):
    """The run of one recipe under one protocol, a child of the run of the whole command.

    Parameters
    ----------
    run_id
        MLflow's id.
    seconds
        What the server knows of epochs that were logged before: the seconds that each took, by its number.
    """

    def __init__(self, run_id: str, seconds: Mapping[int, float] | None = None) -> None:
        super().__init__(run_id)
        self._seconds = dict(seconds or {})
        self._told_again: dict[int, dict[str, float]] = {}
        self._model_id: str | None = None
        self._logged: set[str] = set()

    @classmethod
    def start(cls, name: str, parent_id: str, tags: dict[str, str]) -> Self:
        """Open a new run named `<protocol>.<recipe>` below a parent; by its tags it is found after a kill."""
        from mlflow import MlflowClient

        client = MlflowClient()
        protocol, _, recipe = name.partition(".")
        tags = {"mlflow.parentRunId": parent_id, "protocol": protocol, "recipe": recipe, **tags}
        experiment = client.get_run(parent_id).info.experiment_id
        return cls(client.create_run(experiment, run_name=name, tags=tags).info.run_id)

    @classmethod
    def resume(cls, run_id: str, parent_id: str, tags: dict[str, str]) -> Self:
        """Go on with a run that was killed, below the new command's parent."""
        from mlflow import MlflowClient

        client = MlflowClient()
        client.update_run(run_id, status="RUNNING")
        for tag, value in {"mlflow.parentRunId": parent_id, **tags}.items():
            client.set_tag(run_id, tag, value)
        delete_models(run_id)
        return cls(run_id, {metric.step: metric.value for metric in client.get_metric_history(run_id, "epoch/seconds")})

    def log_recipe(self, recipe: Recipe) -> None:
        """Log every decision of a recipe as a parameter such as `training.batch_size`, and describe the run."""
        from mlflow.entities import Param

        if self._first("recipe"):
            self._client.log_batch(self.id, params=[Param(*decision) for decision in parameters(recipe).items()])
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
        """Log one epoch's metrics at step `number`, once.

        A training that goes on from its checkpoint tells of its earlier epochs again, with the seconds that they took.
        Where the server knows other seconds, the training has begun anew, for want of a checkpoint that fits; its
        curve is not mixed with the former one but goes to a run of its own.
        """
        curve = {f"epoch/{name}": value for name, value in metrics.items() if name != "epoch"}
        if (known := self._seconds.pop(number, None)) is not None:
            if _rounded(known) == _rounded(metrics["seconds"]):
                self._told_again[number] = curve
                return
            self._begin_anew()
        self._log_metrics(curve, number)

    def log_output(self, name: str, data: Any) -> None:
        """Log one dataset of the namespace: the model, the run's record, or an artifact."""
        if name == "model":
            self._model_id = log_model(self.id, data)
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
        leaks = {f"leak_audit/{name}": count for name, count in record["leak_audit"].items()}
        self._log_metrics({**facts, **scores, **leaks})
        self._client.log_dict(self.id, record, "run_record.json")
        tags = {
            "git_commit": record["commit"],
            "precision": record["precision"],
            "backend": record.get("backend", "tensorflow"),
            "device": record.get("device", "cpu"),
            "threads": record["threads"],
            "weights": record["weights"],
            "leak_audit": "clean" if LeakAudit.model_validate(record["leak_audit"]).clean else "LEAKY",
        }
        for key, value in tags.items():
            self._client.set_tag(self.id, key, value)

    def _begin_anew(self) -> None:
        """Leave this run as killed, never to be gone on with, for a new one like it."""
        from mlflow.entities import Param

        former = self._client.get_run(self.id)
        self._client.delete_tag(self.id, SUBJECT)
        self.end("KILLED")
        self.id = self._client.create_run(former.info.experiment_id, tags=former.data.tags).info.run_id
        self._client.log_batch(self.id, params=[Param(*decision) for decision in former.data.params.items()])
        self._client.log_inputs(self.id, former.inputs.dataset_inputs)
        self._seconds.clear()
        for number, curve in self._told_again.items():
            self._log_metrics(curve, number)

    def _log_metrics(self, metrics: dict[str, float], step: int = 0) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self._client.log_batch(
            self.id,
            metrics=[
                Metric(name, _rounded(value), now, step, model_id=self._model_id) for name, value in metrics.items()
            ],
        )

    def _first(self, what: str) -> bool:
        first = what not in self._logged
        self._logged.add(what)
        return first


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
