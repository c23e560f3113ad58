"""Intervals around a share of successes."""

from math import sqrt
from statistics import NormalDist


def wilson(correct: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a binomial share, in closed form.

    Unlike the normal approximation it stays inside [0, 1] and keeps its coverage near 0 and 1.

    Parameters
    ----------
    correct, n
        Successes and trials, 0 ≤ correct ≤ n, n ≥ 1.
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
