"""Colours and labels of classes that the house has never heard of."""

import numpy as np
import pytest

from fer_kedro.faces import EMOTIONS
from fer_kedro.figures import EMOTION_COLOURS, class_colours, class_labels, house_style, label_inches, new_figure


def test_emotions_keep_their_own_colours_in_any_company() -> None:
    assert class_colours(EMOTIONS) == EMOTION_COLOURS
    assert class_colours(["bored", "happy"])["happy"] == EMOTION_COLOURS["happy"]


@pytest.mark.parametrize("known", [0, 3, 7])
def test_twelve_classes_have_twelve_colours(known: int) -> None:
    names = [*(f"class {code}" for code in range(12 - known)), *EMOTIONS[:known]]
    assert len(set(class_colours(names).values())) == 12


def test_more_classes_than_colours_have_one_each() -> None:
    names = [f"class {code}" for code in range(40)]
    assert list(class_colours(names)) == names


def test_only_long_names_are_cut() -> None:
    assert class_labels(["calm", "a" * 18, "disgusted at something"]) == ["calm", "a" * 18, "disgusted at some…"]


def test_longer_labels_get_more_room() -> None:
    assert label_inches(["sad"]) == label_inches([]) == 1
    assert label_inches(["surprised at it"]) > 1.5


def test_a_name_with_dollars_is_no_formula() -> None:
    figure = new_figure(4, 2)
    with house_style():
        text = figure.subplots().set_title("$5 or $10 $")
    figure.draw_without_rendering()
    assert text.get_text() == "$5 or $10 $"
    assert not text.get_parse_math()
    assert np.isfinite(text.get_window_extent().width)
