"""The MLflow run of one search: one for its study, whatever commands went on with that."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from fer_kedro.datasets.recipe_dataset import RecipeDataset
from fer_kedro.hooks.decisions import search_parameters
from fer_kedro.hooks.mlflow_child import ChildRun
from fer_kedro.hooks.trial_runs import TrialRuns
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, Trial

COMPUTE = ("folds_run", "share_of_folds_saved", "cpu_seconds", "overhead_share")


class StudyRun(ChildRun):
    """The run of a search, with a run below it for each of its trials.

    Parameters
    ----------
    run_id
        MLflow's id.
    """

    def __init__(self, run_id: str, seconds: Mapping[int, float] | None = None) -> None:
        super().__init__(run_id, seconds)
        self._trials, self._told, self._best = TrialRuns(run_id), list[Trial](), 0.0
        self._ended = "KILLED"

    @classmethod
    def resume(cls, run_id: str, parent_id: str, tags: dict[str, str]) -> Self:
        """Go on with the run of a study, however it ended, below the new command's parent."""
        from mlflow import MlflowClient

        former = MlflowClient().get_run(run_id)
        study = super().resume(run_id, parent_id, tags)
        study._ended = former.info.status
        if "failure" in former.data.tags:
            study._client.delete_tag(run_id, "failure")
        return study

    def log_search(self, search: Search, recipe: Recipe) -> None:
        """Log the decisions of a search, and as `recipe.…` those of the recipe that it starts from."""
        from mlflow.entities import Param

        if self._first("search"):
            decided = search_parameters(search, recipe)
            self._client.log_batch(self.id, params=[Param(*decision) for decision in decided.items()])
            note = "\n".join([search.description + ".", "", *(f"- {choice}" for choice in search.chosen)])
            self.tag(mlflow__note__content=note)

    def log_trial(self, trial: Trial) -> None:
        """Log a trial that is over as a run of its own, once, and how the best mean accuracy stands.

        A study that goes on tells of its former trials again. Where the server knows other scores of a trial, or
        seconds, the study has begun anew, its storage being gone: its trials go below a run of their own.
        """
        self._told.append(trial)
        if self._trials.has_another(trial):
            self._begin_anew()
            return
        if trial.state == COMPLETE:
            self._best = max(self._best, trial.mean)
        if not self._trials.has(trial):
            self._trials.add(trial)
            if trial.state == COMPLETE:
                self._log_metrics({"best_mean_accuracy": self._best}, trial.number)

    def log_output(self, name: str, data: Any) -> None:
        """Log one dataset of the namespace: the search's record, the recipe that was found, or an artifact."""
        if name == "search_record":
            self._log_record(data)
        elif isinstance(data, Recipe):
            with TemporaryDirectory() as folder:
                page = Path(folder) / f"{data.name}.yml"
                RecipeDataset(filepath=str(page)).save(data)
                self._client.log_artifact(self.id, str(page))
        else:
            super().log_output(name, data)

    def _log_record(self, record: dict[str, Any]) -> None:
        best, audit = record["best"] or {"trial": "none"}, record["leak_audit"]
        facts = {
            **{f"trials/{state}": count for state, count in record["trials"].items()},
            **{name: record["compute"][name] for name in COMPUTE},
            **{f"leak_audit/{name}": count for name, count in audit.items()},
            "mean_accuracy": best.get("mean_accuracy"),
            "sd_accuracy": best.get("sd_accuracy"),
        }
        self._log_metrics({name: value for name, value in facts.items() if value is not None})
        self._client.log_dict(self.id, record, "search_record.json")
        leaky = audit["validation_faces_with_sibling_in_training"]
        self.tag(best_trial=best["trial"], leak_audit="LEAKY" if leaky else "clean")

    def _begin_anew(self) -> None:
        former, told = self.id, self._told
        super()._begin_anew()
        self._client.set_terminated(former, self._ended)
        self._trials, self._told, self._best = TrialRuns(self.id), [], 0.0
        for trial in told:
            self.log_trial(trial)
