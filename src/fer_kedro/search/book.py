"""The trials of one study, kept in Optuna's storage fold by fold, so that a search that was killed goes on."""

from dataclasses import asdict, replace

import optuna
from optuna.trial import FrozenTrial, TrialState

from fer_kedro.errors import InputError
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import candidate
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, RUNNING, Trial
from fer_kedro.search.pruners import pruner
from fer_kedro.search.space import Parameters
from fer_kedro.search.suggest import draw, suggest
from fer_kedro.search.tasks import FoldResult

FOLD = "fold_"


class TrialBook:
    """Asks for trials, writes down what comes of them, and finds what an earlier command wrote.

    Parameters
    ----------
    study
        Of this search and of no other.
    search, base
        Its decisions, and the recipe that it starts from.
    """

    def __init__(self, study: optuna.Study, search: Search, base: Recipe) -> None:
        self._study, self._search, self._base = study, search, base
        self._open: dict[int, optuna.Trial] = {}
        self._reported: set[tuple[int, int]] = set()
        study.pruner = pruner(search)

    @property
    def finished(self) -> list[Trial]:
        """The trials that are over, in the order of their numbers."""
        return [self._trial(frozen) for frozen in self._frozen() if frozen.state.is_finished()]

    def next_company(self) -> list[Trial]:
        """Return the trials to be run together next: those that were cut short, or new ones; none when all is done."""
        trials = self._frozen()
        first = next((frozen.number for frozen in trials if not frozen.state.is_finished()), len(trials))
        if first < self._search.count:
            self._ask(trials, first // self._search.at_once * self._search.at_once)
        running = [frozen for frozen in self._frozen() if not frozen.state.is_finished()]
        self._open = {frozen.number: optuna.Trial(self._study, frozen._trial_id) for frozen in running}
        self._reported = {(frozen.number, step) for frozen in running for step in frozen.intermediate_values}
        for trial in self._open.values():
            suggest(trial, self._search)
        return [self._trial(frozen) for frozen in self._frozen() if frozen.number in self._open]

    def record(self, result: FoldResult) -> None:
        """Write down a fold's result, the details first: only what is reported counts as done."""
        trial = self._open[result.trial]
        trial.set_user_attr(f"{FOLD}{result.fold}", asdict(result))
        if not result.failure and (result.trial, result.fold) not in self._reported:
            trial.report(result.accuracy, result.fold)

    def should_prune(self, trial: Trial) -> bool:
        """Whether a trial is losing."""
        return self._open[trial.number].should_prune()

    def close(self, trial: Trial) -> None:
        """Write down how a trial ended; a complete one is worth its mean accuracy."""
        value = trial.mean if trial.state == COMPLETE else None
        self._study.tell(self._open.pop(trial.number), value, TrialState[trial.state])

    def _ask(self, trials: list[FrozenTrial], start: int) -> None:
        """Ask for what is missing of the company that starts with a number.

        A trial enters the storage with all its parameters at once, so that a kill leaves no half of them.
        """
        size = min(self._search.at_once, self._search.count - start)
        if len(trials) < start + size:
            for point in draw(self._search, trials[:start], size)[len(trials) - start :]:
                self._study.enqueue_trial(dict(point))
        for _ in self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            self._study.ask()

    def _frozen(self) -> list[FrozenTrial]:
        return sorted(self._study.get_trials(deepcopy=False), key=lambda frozen: frozen.number)

    def _trial(self, frozen: FrozenTrial) -> Trial:
        parameters: Parameters = {name: frozen.params[name] for name in self._search.space if name in frozen.params}
        folds = (FoldResult(**value) for name, value in frozen.user_attrs.items() if name.startswith(FOLD))
        state = frozen.state.name if frozen.state.is_finished() else RUNNING
        trial = Trial(frozen.number, parameters, self._base, state, {result.fold: result for result in folds})
        try:
            return replace(trial, recipe=candidate(self._base, self._search, parameters))
        except InputError as error:  # drawn together, choices may contradict each other that alone do not
            return replace(trial, folds={0: FoldResult(trial.number, 0, failure=str(error))}, is_recipe=False)
