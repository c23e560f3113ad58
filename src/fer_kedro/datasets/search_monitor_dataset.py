"""The monitor of a search: a progress bar over folds, and listeners for the trials that are over."""

from collections import Counter, defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError
from tqdm import tqdm

if TYPE_CHECKING:
    from fer_kedro.search.monitor import Trial
    from fer_kedro.search.tasks import FoldResult
else:
    Trial = FoldResult = Any

TrialListener = Callable[[Trial], None]
WORDS = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}


class SearchProgress:
    """Shows on the terminal how many folds are done and the best mean accuracy, passes trials on to listeners."""

    def __init__(self) -> None:
        self._listeners: list[TrialListener] = []
        self._bar: tqdm[Any] | None = None

    def listen(self, listener: TrialListener) -> None:
        """Call `listener(trial)` when a trial is over."""
        self._listeners.append(listener)

    def begin(self, name: str, trials: int, folds: int) -> None:
        """Open the bar, as long as if no trial stopped early."""
        self._folds, self._total, self._counts = folds, trials * folds, Counter[str]()
        self._best: tuple[float, int] | None = None
        self._scores: defaultdict[int, list[float]] = defaultdict(list)
        self._bar = tqdm(total=self._total, desc=name, unit="fold", mininterval=0.5, dynamic_ncols=True)

    def fold(self, result: FoldResult) -> None:
        """Advance the bar, and show how the search stands."""
        if not result.failure:
            self._scores[result.trial].append(result.accuracy)
        if self._bar is not None:
            self._bar.set_postfix_str(self._standing(), refresh=False)
            self._bar.update()

    def trial(self, trial: Trial) -> None:
        """Take what a trial leaves out off the bar, show how the search stands, and tell the listeners."""
        self._counts[trial.state] += 1
        if trial.state == "COMPLETE":
            self._best = max(self._best or (trial.mean, -trial.number), (trial.mean, -trial.number))
        self._total -= self._folds - len(trial.folds)
        if self._bar is not None:
            self._bar.total = self._total
            self._bar.set_postfix_str(self._standing())
        for listener in self._listeners:
            listener(trial)

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def _standing(self) -> str:
        best = [f"best {self._best[0]:.1%} (trial {-self._best[1]})"] if self._best else self._leader()
        return ", ".join([*best, *(f"{self._counts[state]} {word}" for state, word in WORDS.items())])

    def _leader(self) -> list[str]:
        """Name the best of those that were scored on the most folds, while none is complete."""
        if not self._scores:
            return []
        most = max(map(len, self._scores.values()))
        mean, trial = max((fmean(own), -trial) for trial, own in self._scores.items() if len(own) == most)
        return [f"{mean:.1%} leads (trial {-trial}, {most} of {self._folds} folds)"]


class SearchMonitorDataset(AbstractDataset[None, SearchProgress]):
    """Gives a search its monitor.

    Examples
    --------
    >>> from fer_kedro.search.monitor import Trial
    >>> monitor, numbers = SearchMonitorDataset().load(), []
    >>> monitor.listen(lambda trial: numbers.append(trial.number))
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> SearchProgress:
        """Return a new monitor."""
        return SearchProgress()

    def save(self, data: None) -> None:
        """Refuse: a monitor is given, not stored."""
        raise DatasetError("A monitor can't be saved; a search only reads it.")

    def _describe(self) -> dict[str, Any]:
        return {}
