"""What a search tells the world while it runs, through one injected argument."""

from dataclasses import dataclass, field
from math import nan
from statistics import fmean
from typing import Protocol

from fer_kedro.recipe import Recipe
from fer_kedro.search.space import Parameters
from fer_kedro.search.tasks import FoldResult

COMPLETE, PRUNED, FAILED, RUNNING = "COMPLETE", "PRUNED", "FAIL", "RUNNING"


@dataclass(frozen=True)
class Trial:
    """One configuration and what is known of it.

    Attributes
    ----------
    state
        Optuna's word for it: COMPLETE, PRUNED, FAIL or RUNNING.
    folds
        Results by fold (from 0), as many as there are.
    is_recipe
        Whether the parameters make a recipe at all; else `recipe` is the one that the search starts from.
    """

    number: int
    parameters: Parameters
    recipe: Recipe
    state: str = RUNNING
    folds: dict[int, FoldResult] = field(default_factory=dict)
    is_recipe: bool = True

    @property
    def accuracies(self) -> list[float]:
        """Of the folds that were scored, in their order."""
        return [self.folds[fold].accuracy for fold in sorted(self.folds) if not self.folds[fold].failure]

    @property
    def mean(self) -> float:
        """Accuracy over these folds; NaN without any."""
        return fmean(self.accuracies) if self.accuracies else nan

    @property
    def failure(self) -> str:
        """Why the first fold that failed has no score; empty if none failed."""
        return next((self.folds[fold].failure for fold in sorted(self.folds) if self.folds[fold].failure), "")


class SearchMonitor(Protocol):
    """Hears of the progress of a search."""

    def begin(self, name: str, trials: int, folds: int) -> None:
        """Hear that a search of so many trials, of so many folds each, starts."""

    def fold(self, result: FoldResult) -> None:
        """Hear that one more fold is done, now or in an earlier command."""

    def trial(self, trial: Trial) -> None:
        """Hear that a trial is over, now or in an earlier command."""

    def end(self) -> None:
        """Hear that the search is over, well or badly."""


class NullSearchMonitor:
    """Sees nothing: the default in notebooks and tests."""

    def begin(self, name: str, trials: int, folds: int) -> None:
        """Say nothing."""

    def fold(self, result: FoldResult) -> None:
        """Say nothing."""

    def trial(self, trial: Trial) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""
