"""Whether two configurations differ by more than chance, by their scores on the same folds."""

from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class PairedTest(NamedTuple):
    """Mean difference of the scores, Student's t of it, and the two-sided probability of one as large by chance."""

    difference: float
    t: float
    p_value: float


def corrected_resampled_t_test(first: npt.ArrayLike, second: npt.ArrayLike) -> PairedTest:
    """Test whether two configurations have the same expected score, by k-fold cross-validation on the same folds.

    Scores of different folds depend on each other, since their training parts overlap: the variance of the mean
    difference is taken as (1/k + n_validation/n_training) times that of the differences, with n_validation/n_training
    = 1/(k - 1), instead of 1/k times it; Student's t has k - 1 degrees of freedom.

    Parameters
    ----------
    first, second
        Scores by fold, shape (k,), k ≥ 2.

    Raises
    ------
    ValueError
        Where there are fewer than two folds, or not as many scores of both.

    References
    ----------
    C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003), 239-281.
    """
    from scipy.stats import t as student

    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim != 1 or len(one) < 2:
        raise ValueError(f"Scores of the same two folds or more can be compared, not {one.shape} and {other.shape}.")
    folds, differences = len(one), one - other
    mean = float(differences.mean())
    error = float(differences.std(ddof=1)) * sqrt(1 / folds + 1 / (folds - 1))
    if error == 0:
        return PairedTest(mean, 0.0 if mean == 0 else float(np.copysign(np.inf, mean)), 1.0 if mean == 0 else 0.0)
    return PairedTest(mean, mean / error, float(2 * student.sf(abs(mean / error), folds - 1)))
