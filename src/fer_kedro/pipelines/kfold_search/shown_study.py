"""The trials' table as Optuna's own plots want it: a study in memory, in the words of a figure."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from fer_kedro.pipelines.kfold_search.configurations import configuration, scored_trials, short_names
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE
from fer_kedro.search.space import Dimension, Value

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution, CategoricalChoiceType
    from optuna.trial import FrozenTrial


def shown_study(trials: pd.DataFrame, search: Search) -> "Study":
    """Return a study of these trials whose values are mean accuracies in per cent.

    Dimensions have their short names, and choices that all are numbers are numbers, so that plots put them in order.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", study_name=search.name)
    study.add_trials([_trial(row, search) for row in trials.sort_values("number").to_dict("records")])
    return study


def scored_study(trials: pd.DataFrame, search: Search) -> "Study":
    """Return a study in which pruned trials too have a value: the mean over the folds that they ran."""
    return shown_study(scored_trials(trials).assign(state=COMPLETE), search)


def shown_names(search: Search) -> dict[str, str]:
    """Return for each dimension its short name, safe as markup."""
    return {name: escape(short, quote=False) for name, short in short_names(search).items()}


def _trial(row: Mapping[Any, Any], search: Search) -> "FrozenTrial":
    from optuna.trial import TrialState, create_trial

    names, chosen = shown_names(search), configuration(row, search)
    return create_trial(
        state=TrialState[row["state"]],
        value=100 * row["mean"] if row["state"] == COMPLETE else None,
        params={names[name]: _shown_value(value, search.space[name]) for name, value in chosen.items()},
        distributions={names[name]: _shown_distribution(search.space[name]) for name in chosen},
    )


def _shown_distribution(dimension: Dimension) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if dimension.choices is not None:
        return CategoricalDistribution(_shown_choices(dimension))
    low, high = dimension.range
    if dimension.integers is not None:
        return IntDistribution(int(low), int(high), dimension.log, int(dimension.step or 1))
    return FloatDistribution(low, high, dimension.log, dimension.step)


def _shown_value(value: Value, dimension: Dimension) -> Value:
    if dimension.choices is None:
        return value
    return _shown_choices(dimension)[dimension.labels.index(value)]


def _shown_choices(dimension: Dimension) -> "list[CategoricalChoiceType]":
    try:
        numbers = [float(label) for label in dimension.labels if label is not None]
    except ValueError:
        numbers = []
    if len(set(numbers)) == len(dimension.labels) and not any(isinstance(label, bool) for label in dimension.labels):
        return [int(number) if number.is_integer() else number for number in numbers]
    return [escape(str(label), quote=False) for label in dimension.labels]
