"""Accuracies of sets of faces whose classes differ in their shares, made comparable."""

from collections.abc import Mapping

from fer_kedro.evaluation.scores import Scores


def class_shares(scores: Scores) -> dict[str, float]:
    """Find each class's share of the scored faces."""
    return {name: one["support"] / scores["n"] for name, one in scores["per_class"].items()}


def standardised_accuracy(scores: Scores, shares: Mapping[str, float]) -> float:
    """Find what the accuracy would be with these shares of the classes, the recalls staying as they are.

    Direct standardisation, Σ share · recall over the classes; one of which no face was scored is left out.
    """
    recalls = {name: one["recall"] for name, one in scores["per_class"].items() if one["support"]}
    return sum(shares[name] * recall for name, recall in recalls.items()) / sum(shares[name] for name in recalls)
