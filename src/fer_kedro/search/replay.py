"""What a pruner would have done to a grid that was run in full: the same search over stored scores, no training."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import numpy as np
import optuna
import pandas as pd

from fer_kedro.faces import Faces
from fer_kedro.protocols.audit import audit_tables
from fer_kedro.recipe import Recipe
from fer_kedro.search.book import TrialBook
from fer_kedro.search.decisions import Pruning, Search
from fer_kedro.search.executors import Submit
from fer_kedro.search.folds import Fold, FoldedFaces
from fer_kedro.search.monitor import NullSearchMonitor
from fer_kedro.search.study import run_search
from fer_kedro.search.tasks import FoldResult, FoldTask
from fer_kedro.search.trials_table import trials_table


def replay(trials: pd.DataFrame, search: Search, base: Recipe, pruning: Pruning, at_once: int) -> pd.DataFrame:
    """Return the trials table of a complete grid as another pruning would have left it.

    A fold's seconds are the mean of its trial's.

    Parameters
    ----------
    trials
        Table of a grid of which every configuration was scored on every fold.
    pruning, at_once
        Instead of the search's own.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    decided = search.model_dump() | {"pruning": pruning.model_dump(), "at_once": at_once}
    other = Search.model_validate(decided)
    book = TrialBook(optuna.create_study(direction="maximize"), other, base)
    return trials_table(run_search(book, other, _no_faces(search), _Stored(trials), NullSearchMonitor()), other)


class _Stored:
    """Answers with the scores of a table."""

    threads = 1

    def __init__(self, trials: pd.DataFrame) -> None:
        self._rows = {int(row["number"]): row for row in trials.to_dict("records")}

    @contextmanager
    def share(self, data: FoldedFaces) -> Iterator[Submit]:
        yield self._submit

    def _submit(self, task: FoldTask) -> "Future[FoldResult]":
        row, future = self._rows[task.trial], Future[FoldResult]()
        seconds, fit, cpu = (row[name] / row["folds_run"] for name in ("seconds", "fit_seconds", "cpu_seconds"))
        score = row[f"fold_{task.fold + 1}"]
        future.set_result(FoldResult(task.trial, task.fold, score, seconds=seconds, fit_seconds=fit, cpu_seconds=cpu))
        return future


def _no_faces(search: Search) -> FoldedFaces:
    faces = Faces.build(np.zeros((0, 48, 48), np.uint8), [], [])
    rows = np.zeros(0, np.intp)
    fold = Fold(rows, rows, audit_tables(faces.table, faces.table, faces.table))
    return FoldedFaces(faces, (fold,) * search.folds.count)
