"""The paired test between two configurations on the same folds."""

from math import atan, pi, sqrt

import numpy as np
import pytest
from scipy.stats import ttest_rel

from fer_kedro.evaluation.cross_validation import corrected_resampled_t_test

FIRST = [0.62, 0.60, 0.65, 0.61, 0.63]
SECOND = [0.60, 0.59, 0.61, 0.62, 0.60]


def test_it_is_the_paired_t_test_with_a_larger_variance() -> None:
    """1/5 of the variance becomes 1/5 + 1/4 of it, so that t shrinks by two thirds."""
    plain, corrected = ttest_rel(FIRST, SECOND), corrected_resampled_t_test(FIRST, SECOND)
    assert corrected.difference == pytest.approx(0.018)
    assert corrected.t == pytest.approx(plain.statistic * sqrt(0.2 / 0.45))
    assert corrected.t == pytest.approx(plain.statistic * 2 / 3)
    assert corrected.p_value > plain.pvalue


def test_p_value_by_hand() -> None:
    """Differences 0.02, 0.01, 0.04, -0.01 and 0.03 have variance 0.00037, and t = 0.018 / √(0.45 · 0.00037)."""
    found = corrected_resampled_t_test(FIRST, SECOND)
    assert found.t == pytest.approx(0.018 / sqrt(0.45 * 0.00037))
    # Student's distribution of four degrees of freedom in closed form.
    s = 4 / (4 + found.t**2)
    assert found.p_value == pytest.approx(1 - sqrt(1 - s) * (1 + s / 2))


def test_two_folds_follow_cauchys_distribution() -> None:
    found = corrected_resampled_t_test([0.6, 0.7], [0.5, 0.4])
    assert found.t == pytest.approx(0.2 / sqrt(1.5 * 0.02))
    assert found.p_value == pytest.approx(1 - 2 / pi * atan(found.t))


def test_order_changes_the_sign_and_not_the_probability() -> None:
    one, other = corrected_resampled_t_test(FIRST, SECOND), corrected_resampled_t_test(SECOND, FIRST)
    assert (other.difference, other.t) == (pytest.approx(-one.difference), pytest.approx(-one.t))
    assert other.p_value == pytest.approx(one.p_value)


def test_equal_scores_do_not_differ() -> None:
    assert corrected_resampled_t_test(FIRST, FIRST) == (0.0, 0.0, 1.0)


def test_a_lead_that_never_varies_is_no_chance() -> None:
    found = corrected_resampled_t_test([0.75, 0.5, 1.0], [0.5, 0.25, 0.75])
    assert (found.difference, found.t, found.p_value) == (0.25, np.inf, 0.0)
    assert corrected_resampled_t_test([0.5, 0.25], [0.75, 0.5]).t == -np.inf


@pytest.mark.parametrize(("first", "second"), [([0.6], [0.5]), ([0.6, 0.5], [0.5, 0.5, 0.4]), ([], [])])
def test_scores_of_other_folds_are_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="Scores of the same two folds or more"):
        corrected_resampled_t_test(first, second)


def test_ten_folds_without_a_difference_are_rarely_significant() -> None:
    """Independent folds: the correction makes the test cautious, 5 % are never exceeded."""
    rng = np.random.default_rng(0)
    p_values = [corrected_resampled_t_test(*rng.normal(0.6, 0.01, (2, 10))).p_value for _ in range(400)]
    assert np.mean(np.array(p_values) < 0.05) < 0.05
