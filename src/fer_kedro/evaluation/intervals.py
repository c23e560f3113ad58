"""Intervals around a share of successes."""

from math import hypot, sqrt
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

WILSON: Literal["wilson"] = "wilson"
BY_GROUP: Literal["bootstrap by group"] = "bootstrap by group"
Method = Literal["wilson", "bootstrap by group"]


class Interval(NamedTuple):
    """Both ends, and how they were found."""

    low: float
    high: float
    method: Method


def share_interval(successes: npt.NDArray[np.bool_], groups: npt.ArrayLike) -> Interval:
    """95 % interval of a share: by groups where any of them has several trials, else Wilson's.

    Parameters
    ----------
    successes
        Whether each trial succeeded, shape (n,), n ≥ 1.
    groups
        Names the group of each, shape (n,): trials of one group depend on each other.
    """
    if len(np.unique(groups)) == len(successes):
        return Interval(*wilson(int(successes.sum()), len(successes)), WILSON)
    return Interval(*bootstrap_by_group(successes, groups), BY_GROUP)


def wilson(correct: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a binomial share, in closed form.

    Unlike the normal approximation it stays inside [0, 1] and keeps its coverage near 0 and 1.

    Parameters
    ----------
    correct, n
        Successes and trials, 0 ≤ correct ≤ n, n ≥ 1; a trial may have succeeded in part.
    confidence
        Two-sided coverage, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    ValueError
        Where the counts or the confidence make no sense.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not (0 <= correct <= n and n > 0 and 0 < confidence < 1):
        raise ValueError(f"No interval for {correct} of {n} at confidence {confidence}.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = correct / n
    centre = share + z * z / (2 * n)
    margin = z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    scale = 1 + z * z / n
    # Rounding leaves ends such as -1e-18 and 1 + 2e-16 where every trial went the same way.
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def difference_interval(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """Interval of the difference of two independent shares, from the interval of each.

    With Wilson's intervals it is Newcombe's tenth method; the variance is recovered from any other interval as well.

    Parameters
    ----------
    first, second
        A share and the ends of its interval, in this order, at the confidence that the difference is to have.

    Returns
    -------
    tuple of float
        Lower and upper end of first − second.

    References
    ----------
    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics
    in Medicine 27 (2008), 1693-1702; R. G. Newcombe, "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890.
    """
    (one, low, high), (other, other_low, other_high) = first, second
    difference = one - other
    return difference - hypot(one - low, other_high - other), difference + hypot(high - one, other - other_low)


def bootstrap_by_group(
    successes: npt.NDArray[np.bool_],
    groups: npt.ArrayLike,
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a share of trials that depend on each other within groups, and not between them.

    A resample draws as many groups as there are, with replacement and each with all its trials. Groups of equal size
    and equal successes are alike, so the draw is made as a multinomial count of each kind, of which there are few.
    Where all groups succeeded alike resamples do not differ: then it is Wilson's interval of that many groups.

    Parameters
    ----------
    successes
        Whether each trial succeeded, shape (n,), n ≥ 1.
    groups
        Names the group of each, shape (n,).
    confidence
        Two-sided coverage, between 0 and 1.
    resamples
        How many; of 10,000 an end varies from seed to seed by some 1 % of the interval's width.
    seed
        Of the draws: equal arguments give equal ends.

    Returns
    -------
    tuple of float
        Lower and upper end.

    References
    ----------
    C. A. Field and A. H. Welsh, "Bootstrapping clustered data", Journal of the Royal Statistical Society, Series B 69
    (2007), 369-390.
    """
    _, group = np.unique(groups, return_inverse=True)
    counts = np.column_stack([np.bincount(group, weights=successes), np.bincount(group)])
    if np.ptp(share := counts[:, 0] / counts[:, 1]) == 0:
        return wilson(len(counts) * share[0], len(counts), confidence)
    kinds, frequency = np.unique(counts, axis=0, return_counts=True)
    draws = np.random.default_rng(seed).multinomial(len(counts), frequency / len(counts), size=resamples)
    succeeded, trials = (draws @ kinds).T
    low, high = np.quantile(succeeded / trials, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
