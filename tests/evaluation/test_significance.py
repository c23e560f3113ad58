"""McNemar's test and Holm's correction, against values by hand and from textbooks."""

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_kedro.errors import InputError
from fer_kedro.evaluation import holm, mcnemar, paired_tests

REPEATABLE = settings(derandomize=True, database=None, deadline=None)


def answers(both: int, first_only: int, second_only: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Two models' rights and wrongs with these counts."""
    counts = [both, first_only, second_only, neither]
    return np.repeat([True, True, False, False], counts), np.repeat([True, False, True, False], counts)


def exact(first_only: int, second_only: int) -> float:
    """Twice the smaller tail of a fair coin, in fractions."""
    n, fewer = first_only + second_only, min(first_only, second_only)
    return float(min(Fraction(1), Fraction(2 * sum(comb(n, k) for k in range(fewer + 1)), 2**n)))


@pytest.mark.parametrize(
    ("first_only", "second_only", "p_value"),
    [
        (0, 0, 1.0),  # nothing tells them apart
        (3, 3, 1.0),
        (0, 5, 2 / 32),  # five tosses that all fall the same way
        (1, 7, 2 * (1 + 8) / 256),
        (12, 5, 2 * 9402 / 131_072),  # 1 + 17 + 136 + 680 + 2380 + 6188 of 2^17
    ],
)
def test_p_value_is_that_of_a_fair_coin(first_only: int, second_only: int, p_value: float) -> None:
    test = mcnemar(*answers(40, first_only, second_only, 20))
    assert (test.first_only, test.second_only) == (first_only, second_only)
    assert test.p_value == pytest.approx(p_value, rel=1e-12)


def test_textbook_example_of_two_ratings_of_the_same_people() -> None:
    """A. Agresti, "Categorical data analysis": 1600 voters asked twice, 150 turned away and 86 turned to."""
    test = mcnemar(*answers(794, 150, 86, 570))
    assert test.p_value == pytest.approx(exact(150, 86), rel=1e-9)
    assert test.p_value == pytest.approx(3.7e-5, rel=0.02)


@REPEATABLE
@given(st.integers(0, 60), st.integers(0, 60))
def test_p_value_is_a_probability_and_forgets_who_was_first(first_only: int, second_only: int) -> None:
    one, other = mcnemar(*answers(5, first_only, second_only, 5)), mcnemar(*answers(5, second_only, first_only, 5))
    assert one.p_value == other.p_value == pytest.approx(exact(first_only, second_only), rel=1e-9)
    assert 0 < one.p_value <= 1


def test_holm_multiplies_the_smallest_by_their_number_the_next_by_one_less() -> None:
    """0.01 · 4, 0.03 · 3 and 0.04 · 2, the last raised to the one before it; 0.5 stays."""
    assert holm([0.04, 0.01, 0.5, 0.03]) == pytest.approx([0.09, 0.04, 0.5, 0.09])


def test_holm_leaves_a_single_test_alone_and_stops_at_one() -> None:
    assert holm([0.02]) == [0.02]
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@REPEATABLE
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lies_between_no_correction_and_bonferronis(p_values: list[float]) -> None:
    corrected = np.array(holm(p_values))
    assert (corrected >= np.array(p_values) - 1e-12).all()
    assert (corrected <= np.minimum(1, np.array(p_values) * len(p_values)) + 1e-12).all()
    assert (np.diff(corrected[np.argsort(p_values, kind="stable")]) >= -1e-12).all()


def predictions(guesses: list[int], ids: list[str] | None = None) -> pd.DataFrame:
    """Faces of class 0, named as class 0 or 1."""
    sure = np.array([[0.9, 0.1], [0.2, 0.8]])[guesses]
    ids = ids or [str(k) for k in range(len(guesses))]
    return pd.DataFrame({"face_id": ids, "emotion": 0, "p_a": sure[:, 0], "p_b": sure[:, 1], "model_id": "m"})


def test_each_pair_of_models_is_tested_on_the_faces_that_only_one_names_rightly() -> None:
    table = paired_tests(
        {
            "good": predictions([0] * 10),
            "bad": predictions([1] * 8 + [0] * 2),
            "worse": predictions([1] * 9 + [0]),
        }
    )
    assert table[["first", "second"]].to_numpy().tolist() == [["good", "bad"], ["good", "worse"], ["bad", "worse"]]
    assert table["first_only"].tolist() == [8, 9, 1]
    assert table["second_only"].tolist() == [0, 0, 0]
    assert table["faces"].unique().tolist() == [10]
    assert table["difference"].tolist() == pytest.approx([0.8, 0.9, 0.1])
    assert table["p_value"].tolist() == pytest.approx([2 / 2**8, 2 / 2**9, 1.0])
    assert table["p_holm"].tolist() == pytest.approx([4 / 2**8, 6 / 2**9, 1.0])


def test_faces_are_matched_by_id_whatever_their_order() -> None:
    ids = ["x", "y", "z"]
    table = paired_tests({"one": predictions([0, 0, 1], ids), "other": predictions([1, 0, 0], ids[::-1])})
    assert table[["first_only", "second_only"]].to_numpy().tolist() == [[0, 0]]


def test_models_that_predicted_other_faces_are_refused() -> None:
    with pytest.raises(InputError, match="one and other can't be compared face by face, since 2 of their faces"):
        paired_tests({"one": predictions([0, 0], ["x", "y"]), "other": predictions([0, 0], ["x", "z"])})


def test_one_model_alone_gives_an_empty_table() -> None:
    assert paired_tests({"one": predictions([0])}).empty
