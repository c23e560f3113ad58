"""The interval of a share."""

import pytest
from scipy.stats import binomtest

from fer_kedro.evaluation import wilson


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize(("correct", "n"), [(0, 1), (1, 1), (0, 20), (7, 20), (20, 20), (2343, 3589)])
def test_interval_is_scipys(correct: int, n: int, confidence: float) -> None:
    expected = binomtest(correct, n).proportion_ci(confidence, method="wilson")
    assert wilson(correct, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_interval_at_the_size_of_private_test_is_about_one_and_a_half_points_wide_each_way() -> None:
    low, high = wilson(2343, 3589)
    assert (high - low) / 2 == pytest.approx(0.0156, abs=1e-4)


def test_interval_stays_inside_zero_and_one() -> None:
    assert wilson(0, 3)[0] == 0.0
    assert wilson(3, 3)[1] == 1.0


@pytest.mark.parametrize(("correct", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_impossible_counts_are_refused(correct: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{correct} of {n}"):
        wilson(correct, n)
