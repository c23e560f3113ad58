"""Which configurations are tried: each drawn from a seed of its own, so that a search can resume."""

from collections.abc import Sequence

import numpy as np
import optuna
from optuna.trial import FrozenTrial

from fer_kedro.search.decisions import Search
from fer_kedro.search.space import Dimension, Parameters, Value


def draw(search: Search, told: Sequence[FrozenTrial], count: int) -> list[Parameters]:
    """Return the parameters of the next trials, which are asked together.

    They depend on the trials that are told, on the seed and on their numbers: drawn again, they are the same.

    Parameters
    ----------
    told
        All trials before these, in the order of their numbers, every one finished.
    count
        How many are asked.
    """
    numbers = range(len(told), len(told) + count)
    if search.sampler == "grid":
        return [search.points[number] for number in numbers]
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler())
    study.add_trials(told)
    return [_draw(study, search, number) for number in numbers]


def suggest(trial: optuna.Trial, search: Search) -> Parameters:
    """Give every dimension that is there its value; a trial that has them already keeps them."""
    chosen: Parameters = {}
    for name, dimension in search.space.items():
        if dimension.is_active(chosen):
            chosen[name] = _suggest(trial, name, dimension)
    return chosen


def _draw(study: optuna.Study, search: Search, number: int) -> Parameters:
    study.sampler = _sampler(search, number)
    return suggest(study.ask(), search)


def _sampler(search: Search, number: int) -> optuna.samplers.BaseSampler:
    seed = int(np.random.SeedSequence((search.seed, number)).generate_state(1)[0])
    if search.sampler == "tpe":
        return optuna.samplers.TPESampler(seed=seed)
    return optuna.samplers.RandomSampler(seed=seed)


def _suggest(trial: optuna.Trial, name: str, dimension: Dimension) -> Value:
    if dimension.choices is not None:
        return trial.suggest_categorical(name, dimension.labels)
    low, high = dimension.range
    if dimension.integers is not None:
        return trial.suggest_int(name, int(low), int(high), step=int(dimension.step or 1), log=dimension.log)
    return trial.suggest_float(name, low, high, step=dimension.step, log=dimension.log)
