"""How numbers are written."""

import pandas as pd
import pytest

from fer_kedro.pipelines.reporting.formats import DASH, count, decimal, interval, p_value, percent, short, words


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (999, "999"),
        (999_600, "1\u00a0M"),
        (12_345, "12.3\u00a0k"),
        (46_157_312, "46.2\u00a0M"),
        (2_508_801_024, "2.51\u00a0G"),
        (3.2e12, "3200\u00a0G"),
        (46_157_312.0, "46.2\u00a0M"),
    ],
)
def test_large_numbers_have_three_digits_and_a_unit(number: float, written: str) -> None:
    assert short(number) == written


@pytest.mark.parametrize(
    ("probability", "written"),
    [(1, "1.000"), (0.0444, "0.044"), (0.0005, "0.001"), (0.0004, "< 0.001"), (0, "< 0.001")],
)
def test_p_values_have_three_decimals_or_a_bound(probability: float, written: str) -> None:
    assert p_value(probability) == written


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_what_is_missing_is_a_dash(missing: object) -> None:
    for write in (percent, decimal, count, short, words):
        assert write(missing) == DASH  # type: ignore[operator]
    assert interval(None, 0.5) == DASH
