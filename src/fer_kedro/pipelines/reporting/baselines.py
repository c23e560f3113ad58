"""What can be had without a model: the commonest class, and people."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from fer_kedro.pipelines.reporting.formats import interval, percent
from fer_kedro.pipelines.reporting.layout import OFFICIAL

Stored = Mapping[str, Mapping[str, Any]]


class Baseline(NamedTuple):
    """An accuracy on PrivateTest, with the ends of its interval where it was estimated."""

    name: str
    accuracy: float
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> tuple[str, ...]:
        """The interval in words, if there is one."""
        return () if self.low is None else (interval(self.low, self.high),)


def baselines(comparison: pd.DataFrame, stored_human_baseline: Stored) -> list[Baseline]:
    """List what the official PrivateTest gives without a model; nothing where no run was scored on it.

    Parameters
    ----------
    comparison
        All runs.
    stored_human_baseline
        What `human_baseline` gave, under any one name, or nothing.
    """
    majority = comparison.loc[comparison["test_set"] == OFFICIAL, "majority_accuracy"]
    if majority.empty:
        return []
    names = {"random_tagger": "a random tagger of FER+", "plurality": "the plurality of ten taggers of FER+"}
    people = [
        Baseline(names[kind], *(scores[end] for end in ("accuracy", "accuracy_low", "accuracy_high")))
        for stored in stored_human_baseline.values()
        for kind, scores in stored.items()
        if kind in names
    ]
    return [Baseline("always the commonest class", majority.iloc[0]), *people]


def label_noise(stored_human_baseline: Stored) -> str:
    """Say in a sentence how far people agree with the labels; nothing where that is not stored."""
    return " ".join(
        f"The labels of FER-2013 are noisy: by the votes of FER+, a random tagger agrees with the label on "
        f"{percent(people['random_tagger']['accuracy'])} of {people['set']}, the taggers' plurality on "
        f"{percent(people['plurality']['accuracy'])}, and {percent(people['without_a_vote'])} of its "
        f"{people['n']:,} faces got no vote for their label."
        for people in stored_human_baseline.values()
    )
