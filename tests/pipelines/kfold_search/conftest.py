"""Searches that stand-ins have run, and tables that are made up."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from stand_in_search import StandIn, a_search, accuracy, searched

from fer_kedro.faces import Faces
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, PRUNED
from fer_kedro.search.tasks import FoldTask
from fer_kedro.search.trials_table import trials_table

Table = Callable[..., pd.DataFrame]


@pytest.fixture
def faces() -> Faces:
    """Real ones, as far as anybody is told."""
    return Faces.build(np.zeros((1, 48, 48), np.uint8), [0], ["Training"], source="fer2013")


@pytest.fixture
def demo() -> Faces:
    return Faces.build(np.zeros((1, 48, 48), np.uint8), [0], ["Training"], source="demo")


@pytest.fixture(scope="session")
def search() -> Search:
    """Two dimensions that every configuration has, a log scale, and one that only wide ones have."""
    return a_search(trials=12)


@pytest.fixture(scope="session")
def trials(search: Search) -> pd.DataFrame:
    """All of its configurations, complete."""
    return trials_table(searched(search), search)


@pytest.fixture(scope="session")
def pruning() -> Search:
    return a_search(trials=12, at_once=12, pruning={"kind": "halving"})


@pytest.fixture(scope="session")
def pruned(pruning: Search) -> pd.DataFrame:
    """Most of them pruned, and one failed."""

    def score(task: FoldTask) -> float:
        return float("nan") if task.trial == 5 else accuracy(task)

    return trials_table(searched(pruning, StandIn(score=score)), pruning)


@pytest.fixture
def table() -> Table:
    """Make a table of a grid: the accuracies of each configuration's folds, fewer where it was pruned."""

    def make(search: Search, scores: Sequence[Sequence[float]], **columns: Sequence[object]) -> pd.DataFrame:
        rows = []
        for number, (point, folds) in enumerate(zip(search.points, scores, strict=False)):
            given = pd.Series([*folds, *[np.nan] * (search.folds.count - len(folds))])
            rows.append(
                {
                    "number": number,
                    "state": COMPLETE if len(folds) == search.folds.count else PRUNED,
                    **{name: point.get(name) for name in search.space},
                    **{f"fold_{fold}": score for fold, score in enumerate(given, 1)},
                    "mean": given.mean(),
                    "sd": given.std(),
                    "folds_run": len(folds),
                    "seconds": 10.0 * len(folds),
                    "fit_seconds": 8.0 * len(folds),
                    "cpu_seconds": 20.0 * len(folds),
                    "failure": "",
                }
            )
        return pd.DataFrame(rows).assign(**columns)

    return make


@pytest.fixture
def stored() -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Write a table and read it again, as the catalog does."""

    def write_and_read(table: pd.DataFrame) -> pd.DataFrame:
        return pd.read_csv(io.StringIO(table.to_csv(index=False)), keep_default_na=False, na_values=[""])

    return write_and_read
