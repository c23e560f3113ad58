"""Accuracies with the class shares of another set."""

import pandas as pd
import pytest

from fer_kedro.evaluation import class_shares, score, standardised_accuracy


def faces(angry: tuple[int, int], happy: tuple[int, int]) -> pd.DataFrame:
    """Predictions: of each class so many faces named rightly, and so many not."""
    rows = [(0, 0.9), (0, 0.1), (1, 0.1), (1, 0.9)]
    counts = (*angry, *happy)
    named = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    return pd.DataFrame(
        {
            "face_id": [str(k) for k in range(len(named))], "usage": "PrivateTest", "part": "test",
            "group": range(len(named)), "duplicate_free": True, "emotion": [code for code, _ in named],
            "p_angry": [p for _, p in named], "p_happy": [1 - p for _, p in named], "model_id": "m",
        }
    )  # fmt: skip


def test_recalls_are_weighed_by_the_shares_given() -> None:
    scores = score(faces(angry=(1, 1), happy=(6, 2)))
    assert class_shares(scores) == {"angry": 0.2, "happy": 0.8}
    assert standardised_accuracy(scores, {"angry": 0.6, "happy": 0.4}) == pytest.approx(0.6 * 1 / 2 + 0.4 * 6 / 8)
    assert standardised_accuracy(scores, class_shares(scores)) == pytest.approx(scores["accuracy"])


def test_class_without_a_face_is_left_out() -> None:
    scores = score(faces(angry=(3, 1), happy=(0, 0)))
    assert standardised_accuracy(scores, {"angry": 0.5, "happy": 0.5}) == pytest.approx(3 / 4)
