"""The MLflow runs of a search's trials, below the run of the study."""

import hashlib
import json
import time
from typing import TYPE_CHECKING

import numpy as np

from fer_kedro.hooks.decisions import drawn_parameters, parameters
from fer_kedro.hooks.tracked_run import TrackedRun
from fer_kedro.hooks.unfinished_runs import FOLDER
from fer_kedro.search.monitor import FAILED, Trial

if TYPE_CHECKING:
    from mlflow.entities import Metric

PARENT, SIGNATURE = "mlflow.parentRunId", "fer_kedro.trial"
PASSED_ON = (FOLDER, "git_commit", "protocol", "search", "recipe", "data.source", "data.split")
MOST_RUNS = 50_000
"""So many MLflow gives at once."""


class TrialRuns:
    """The runs below one study's: those that are there, and new ones.

    Parameters
    ----------
    study_id
        MLflow's id of the study's run.
    """

    def __init__(self, study_id: str) -> None:
        from mlflow import MlflowClient

        self._client, self._study_id = MlflowClient(), study_id
        self._experiment_id = self._client.get_run(study_id).info.experiment_id
        self._signatures = self._find()

    def has(self, trial: Trial) -> bool:
        """Whether this trial has its run."""
        return self._signatures.get(trial.number) == signature(trial)

    def has_another(self, trial: Trial) -> bool:
        """Whether the trial of this number had other scores or took other seconds."""
        return trial.number in self._signatures and not self.has(trial)

    def add(self, trial: Trial) -> None:
        """Log a trial that is over: parameters, each fold at its number from 1, and how it ended."""
        from mlflow.entities import Param

        study = self._client.get_run(self._study_id).data.tags
        tags = {tag: study[tag] for tag in PASSED_ON if tag in study} | {PARENT: self._study_id}
        tags |= {"trial": str(trial.number), "state": trial.state, SIGNATURE: signature(trial)}
        run = self._client.create_run(self._experiment_id, run_name=f"trial {trial.number}", tags=tags).info.run_id
        decided = drawn_parameters(trial.parameters) | parameters(trial.recipe)
        self._client.log_batch(run, metrics=_metrics(trial), params=[Param(*decision) for decision in decided.items()])
        # Only a run that has ended counts as logged.
        TrackedRun(run).end("FAILED" if trial.state == FAILED else "FINISHED", reason=trial.failure)
        self._signatures[trial.number] = signature(trial)

    def _find(self) -> dict[int, str]:
        """Signatures by number; a run that a kill left half-written is deleted."""
        found: dict[int, str] = {}
        below = self._client.search_runs(
            [self._experiment_id], f"tags.`{PARENT}` = '{self._study_id}'", max_results=MOST_RUNS
        )
        for run in below:
            if run.info.status in {"FINISHED", "FAILED"}:
                found[int(run.data.tags["trial"])] = run.data.tags[SIGNATURE]
            else:
                self._client.delete_run(run.info.run_id)
        return found


def signature(trial: Trial) -> str:
    """Digest of a trial's state, parameters, scores and seconds: the same when an earlier command's is told again."""
    folds = [
        (fold, float(result.accuracy), float(result.seconds), result.failure)
        for fold, result in sorted(trial.folds.items())
    ]
    told = json.dumps([trial.number, trial.state, trial.parameters, folds])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _metrics(trial: Trial) -> "list[Metric]":
    from mlflow.entities import Metric

    now, results, scores = int(time.time() * 1000), trial.folds.values(), trial.accuracies
    values = [("fold/seconds", result.seconds, result.fold + 1) for result in results]
    for result in results:
        if not result.failure:
            values += [("fold/accuracy", result.accuracy, result.fold + 1), ("fold/loss", result.loss, result.fold + 1)]
    totals = {
        "folds_run": float(len(results)),
        "seconds": sum(result.seconds for result in results),
        "cpu_seconds": sum(result.cpu_seconds for result in results),
        **({"mean_accuracy": trial.mean} if scores else {}),
        **({"sd_accuracy": float(np.std(scores, ddof=1))} if len(scores) > 1 else {}),
    }
    return [Metric(name, value, now, step) for name, value, step in [*values, *((n, v, 0) for n, v in totals.items())]]
