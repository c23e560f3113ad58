"""Nodes of one search: find the best recipe, tell what it took."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.pipelines.kfold_search.fold_scores import plot_folds
from fer_kedro.pipelines.kfold_search.history import plot_history
from fer_kedro.pipelines.kfold_search.importance import plot_importance
from fer_kedro.pipelines.kfold_search.parallel_coordinates import plot_parallel_coordinates
from fer_kedro.pipelines.kfold_search.pruning import compare_pruning
from fer_kedro.pipelines.kfold_search.slices import plot_slices
from fer_kedro.pipelines.kfold_search.summary import search_summary, sum_audits
from fer_kedro.pipelines.kfold_search.tables import compare_configurations, marginal_means
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import check_candidates, searched_recipe
from fer_kedro.search.decisions import Search
from fer_kedro.source_code import computed_by

if TYPE_CHECKING:
    from fer_kedro.datasets.studies import Studies
    from fer_kedro.search.executors import FoldExecutor
    from fer_kedro.search.monitor import SearchMonitor, Trial
else:
    Studies = FoldExecutor = SearchMonitor = Any

__all__ = [
    "compare_configurations",
    "compare_pruning",
    "plot_folds",
    "plot_history",
    "plot_importance",
    "plot_parallel_coordinates",
    "plot_slices",
    "publish_search",
    "search_folds",
    "search_record",
]


def search_folds(
    faces: Faces, search: Search, recipe: Recipe, studies: Studies, executor: FoldExecutor, monitor: SearchMonitor
) -> tuple[pd.DataFrame, Recipe]:
    """Search around a recipe by k-fold cross-validation, going on where an earlier command stopped.

    Returns
    -------
    tuple[pd.DataFrame, Recipe]
        One row a trial, and the recipe of the best complete one, named `searched`.

    Raises
    ------
    InputError
        If the space leads to no recipe, the faces can't be divided, or no trial completes.
    """
    from fer_kedro.search.book import TrialBook
    from fer_kedro.search.computing import computing
    from fer_kedro.search.folds import fold_faces
    from fer_kedro.search.study import run_search
    from fer_kedro.search.trials_table import trials_table

    check_candidates(recipe, search)
    data = fold_faces(faces, search)
    decided_by = (search.decisions(), recipe.decisions(), data.digest(), computing(executor.threads))
    digest = hashlib.sha256("\n".join(decided_by).encode()).hexdigest()[:12]
    with studies.open(f"{search.name}-{digest}") as study:
        trials = run_search(TrialBook(study, search, recipe), search, data, executor, monitor)
    return trials_table(trials, search), searched_recipe(recipe, search, _best(trials, search).parameters)


def search_record(
    *,
    trials: pd.DataFrame,
    configurations: pd.DataFrame,
    pruning_comparison: pd.DataFrame,
    search: Search,
    faces: Faces,
    executor: FoldExecutor,
    environment: dict[str, Any],
) -> dict[str, Any]:
    """Gather what is to be known of a search as plain JSON.

    Returns
    -------
    dict
        Its summary; both tables; `leak_audit`, summed over the folds; where and how it was run, with the `precision`
        that a recipe's `auto` stands for on this machine.
    """
    from fer_kedro.learning.precision import resolve_precision
    from fer_kedro.search.folds import fold_faces

    return {
        **search_summary(trials, search, faces),
        "description": search.description,
        "chosen": list(search.chosen),
        "training_set": f"training side of the protocol '{search.protocol.name}'",
        "leak_audit": sum_audits(fold.audit for fold in fold_faces(faces, search).folds),
        "configurations": _plain(configurations),
        "pruning_compared": _plain(pruning_comparison),
        "first_fold_by_choice": _plain(marginal_means(trials, search)),
        "executor": "a Dask cluster" if getattr(executor, "address", None) else "processes of this machine",
        "threads_a_worker": executor.threads,
        "backend": computed_by()["KERAS_BACKEND"],
        "precision": resolve_precision("auto"),
        **environment,
    }


def publish_search(trials: pd.DataFrame, search_record: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give what is to be committed of a search.

    Raises
    ------
    InputError
        Where it was run on demo faces, whose numbers say nothing.
    """
    if search_record["data"]["source"] == "demo":
        raise InputError(f"{search_record['search']} was run on demo faces: publish searches on real faces only.")
    return trials, search_record


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: what is missing is null."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def _best(trials: "list[Trial]", search: Search) -> "Trial":
    """Return the complete trial of the highest mean accuracy, the first of equals."""
    complete = [trial for trial in trials if trial.state == "COMPLETE"]
    if not complete:
        causes = [trial.failure for trial in trials if trial.failure]
        raise InputError(
            f"No configuration of search '{search.name}' was scored on all folds ({causes[-1]}): "
            "correct its space or its recipe."
        )
    return max(complete, key=lambda trial: trial.mean)
