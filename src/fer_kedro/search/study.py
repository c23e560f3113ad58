"""The search itself: companies of trials, fold by fold, on whatever executor, the same answers every time."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace

from fer_kedro.errors import InputError
from fer_kedro.search.book import TrialBook
from fer_kedro.search.computing import of_one_precision
from fer_kedro.search.decisions import Search
from fer_kedro.search.executors import FoldExecutor, Submit
from fer_kedro.search.folds import FoldedFaces
from fer_kedro.search.monitor import COMPLETE, FAILED, PRUNED, SearchMonitor, Trial
from fer_kedro.search.tasks import OTHER_VERSION, FoldResult, FoldTask

MOST_FAILURES = 3
"""So many trials in a row that fail of the same cause stop a search."""

WAKE_SECONDS = 1.0


def run_search(
    book: TrialBook, search: Search, data: FoldedFaces, executor: FoldExecutor, monitor: SearchMonitor
) -> list[Trial]:
    """Run what is left of a study.

    Parameters
    ----------
    book
        Its trials, some of them perhaps of an earlier command; one that is finished is not run again.
    data
        Faces and folds.
    executor
        Where tasks run; how many workers it has changes nothing but the time.

    Returns
    -------
    list[Trial]
        All trials, in the order of their numbers.

    Raises
    ------
    InputError
        If three trials in a row fail of the same cause, or a worker runs another version of the project.
    """
    monitor.begin(search.name, search.count, len(data.folds))
    try:
        for trial in book.finished:
            _tell_again(trial, monitor)
        if company := book.next_company():
            failures: dict[int, str] = {}
            with executor.share(data) as submit:
                while company:
                    _Company(book, search, submit, monitor, failures).run(company)
                    company = book.next_company()
    finally:
        monitor.end()
    return book.finished


def _as_they_end(pending: Iterable["Future[FoldResult]"]) -> Iterator["Future[FoldResult]"]:
    """Give what is finished, and wake every second: a Ctrl-C that comes just as a wait begins does not end it."""
    waiting = set(pending)
    while waiting:
        finished, waiting = wait(waiting, WAKE_SECONDS, FIRST_COMPLETED)
        yield from finished


def _tell_again(trial: Trial, monitor: SearchMonitor) -> None:
    for result in trial.folds.values():
        monitor.fold(result)
    monitor.trial(trial)


class _Company:
    """Trials that run together: fold by fold where losers stop, all folds at once where none does.

    `failures` are those of this command, by the trials' numbers.
    """

    def __init__(
        self, book: TrialBook, search: Search, submit: Submit, monitor: SearchMonitor, failures: dict[int, str]
    ) -> None:
        self._book, self._search, self._submit, self._monitor = book, search, submit, monitor
        self._trials: dict[int, Trial] = {}
        self._failures = failures

    def run(self, company: Sequence[Trial]) -> None:
        self._trials = {trial.number: trial for trial in company}
        for result in (result for trial in company for result in trial.folds.values()):
            self._monitor.fold(result)
            self._book.record(result)  # details may have been written and the score not
        for stage in self._stages():
            self._run_folds(stage)
            self._close([trial for trial in self._going_on() if trial.failure], FAILED)
            if stage[-1] + 1 < self._search.folds.count:
                # All are asked before any is told: what one learns must not depend on its place.
                self._close([trial for trial in self._undecided(stage[-1]) if self._book.should_prune(trial)], PRUNED)
        self._close(self._going_on(), COMPLETE)

    def _stages(self) -> list[range]:
        """Folds that are run without a decision between them."""
        count, pruning = self._search.folds.count, self._search.pruning
        if pruning.kind == "none":
            return [range(count)]
        return [range(pruning.min_folds), *(range(fold, fold + 1) for fold in range(pruning.min_folds, count))]

    def _going_on(self) -> list[Trial]:
        return list(self._trials.values())

    def _undecided(self, fold: int) -> list[Trial]:
        """Trials that went no further: of the others an earlier command decided, before they went on."""
        return [trial for trial in self._going_on() if max(trial.folds) == fold]

    def _run_folds(self, folds: Iterable[int]) -> None:
        tasks = (
            FoldTask(trial.number, fold, of_one_precision(trial.recipe))
            for trial in self._going_on()
            for fold in folds
            if trial.is_recipe and fold not in trial.folds
        )
        pending: list[Future[FoldResult]] = []
        for task in tasks:
            future = self._submit(task)
            if future.done():
                self._take(future.result())
            else:
                pending.append(future)
        for future in _as_they_end(pending):
            self._take(future.result())

    def _take(self, result: FoldResult) -> None:
        if result.failure == OTHER_VERSION:
            raise InputError(
                f"{result.failure} than the search (process {result.process} on {result.machine}): "
                "install the same version on every worker, start the workers again, and give the same command."
            )
        trial = self._trials[result.trial]
        self._trials[result.trial] = trial = replace(trial, folds=trial.folds | {result.fold: result})
        self._book.record(result)
        self._monitor.fold(result)
        if len(trial.folds) == self._search.folds.count and self._search.pruning.kind == "none":
            self._close([trial], FAILED if trial.failure else COMPLETE)  # nobody's fate depends on it

    def _close(self, trials: list[Trial], state: str) -> None:
        for trial in trials:
            closed = replace(self._trials.pop(trial.number), state=state)
            self._book.close(closed)
            self._monitor.trial(closed)
            if state == FAILED:
                self._failures[trial.number] = trial.failure
        if trials and state == FAILED:
            self._stop_after_failures()

    def _stop_after_failures(self) -> None:
        """Stop where neighbours failed of the same cause in this command; the same command then goes on."""
        for first, cause in sorted(self._failures.items()):
            row = range(first, first + MOST_FAILURES)
            if all(self._failures.get(number) == cause for number in row):
                raise InputError(
                    f"Trials {', '.join(map(str, row))} of search '{self._search.name}' failed one after the other of "
                    f"the same cause ({cause}): correct its space or its recipe, or give the same command again to go "
                    "on without them."
                )
