"""Nodes of one search: find the best recipe, tell what it took."""

import hashlib
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import check_candidates, searched_recipe
from fer_kedro.search.decisions import Search
from fer_kedro.source_code import SEARCH, code_digest

if TYPE_CHECKING:
    from fer_kedro.datasets.studies import Studies
    from fer_kedro.search.executors import FoldExecutor
    from fer_kedro.search.monitor import SearchMonitor, Trial
else:
    Studies = FoldExecutor = SearchMonitor = Any


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
    from fer_kedro.search.folds import fold_faces
    from fer_kedro.search.study import run_search
    from fer_kedro.search.trials_table import trials_table

    check_candidates(recipe, search)
    data = fold_faces(faces, search)
    decided_by = (
        search.decisions(),
        recipe.decisions(),
        data.digest(),
        str(executor.threads),
        code_digest(patterns=SEARCH),
    )
    digest = hashlib.sha256("\n".join(decided_by).encode()).hexdigest()[:12]
    with studies.open(f"{search.name}-{digest}") as study:
        trials = run_search(TrialBook(study, search, recipe), search, data, executor, monitor)
    return trials_table(trials, search), searched_recipe(recipe, search, _best(trials, search).parameters)


def _best(trials: "list[Trial]", search: Search) -> "Trial":
    """Return the complete trial of the highest mean accuracy, the first of equals."""
    complete = [trial for trial in trials if trial.state == "COMPLETE"]
    if not complete:
        causes = [trial.failure for trial in trials if trial.failure]
        raise InputError(
            f"No configuration of search '{search.name}' was scored on all folds ({causes[-1]}): "
            "correct its space or its recipe."
        )
    return max(complete, key=lambda trial: fmean(trial.accuracies))
