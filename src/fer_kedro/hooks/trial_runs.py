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

PARENT, NOTE, SIGNATURE = "mlflow.parentRunId", "mlflow.note.content", "fer_kedro.trial"
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
        tags |= {"trial": str(trial.number), "state": trial.state, SIGNATURE: signature(trial), NOTE: _note(trial)}
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


def _note(trial: Trial) -> str:
    """Say what a run's overview leaves out: MLflow shows the last fold's accuracy alone."""
    scores = trial.accuracies
    if not scores:
        return f"{trial.state}: no fold was scored."
    spread = f" ± {100 * _sd(scores):.1f}" if len(scores) > 1 else ""
    by_fold = ", ".join(f"{100 * score:.1f}" for score in scores)
    return f"{trial.state}: {100 * trial.mean:.1f}{spread}\u00a0% accuracy; by fold {by_fold}."


def _metrics(trial: Trial) -> "list[Metric]":
    """Return the totals, then each fold's: MLflow compares runs by the metric that was logged first."""
    from mlflow.entities import Metric

    now, results, scores = int(time.time() * 1000), trial.folds.values(), trial.accuracies
    totals = {
        **({"mean_accuracy": trial.mean} if scores else {}),
        **({"sd_accuracy": _sd(scores)} if len(scores) > 1 else {}),
        "folds_run": len(results),
        "seconds": sum(result.seconds for result in results),
        "cpu_seconds": sum(result.cpu_seconds for result in results),
    }
    values = [(name, value, 0) for name, value in totals.items()]
    for result in results:
        if not result.failure:
            values += [("fold/accuracy", result.accuracy, result.fold + 1), ("fold/loss", result.loss, result.fold + 1)]
        values.append(("fold/seconds", result.seconds, result.fold + 1))
    return [Metric(name, float(f"{value:.6g}"), now, step) for name, value, step in values]


def _sd(scores: list[float]) -> float:
    return float(np.std(scores, ddof=1))
