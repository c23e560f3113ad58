"""What FER+'s taggers agree on, by hand on four faces and on the real votes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.errors import InputError
from fer_kedro.evaluation import human_baseline
from fer_kedro.faces import EMOTIONS, Faces

ANSWERS = [
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
]  # fmt: skip
ANGRY, HAPPY, SAD, NEUTRAL = (EMOTIONS.index(name) for name in ("angry", "happy", "sad", "neutral"))


def votes(*rows: dict[str, int], usage: str = "PrivateTest") -> pd.DataFrame:
    table = pd.DataFrame([{"Usage": usage} | dict.fromkeys(ANSWERS, 0) | row for row in rows])
    return table[["Usage", *ANSWERS]]


def faces(labels: list[int], usage: str = "PrivateTest", ids: list[str] | None = None) -> Faces:
    images = np.zeros((len(labels), 48, 48), np.uint8)
    return Faces.build(images, labels, [usage] * len(labels), face_id=ids, source="fer2013")


FOUR = votes(
    {"anger": 6, "neutral": 4},  # labelled angry: 6 of 10, and the plurality
    {"happiness": 3, "contempt": 7},  # labelled happy: 3 of 10, and the plurality of the seven classes
    {"sadness": 4, "fear": 4, "unknown": 2},  # labelled sad: 4 of 10, and half of a tie
    {"surprise": 10},  # labelled neutral: nobody
)
LABELS = [ANGRY, HAPPY, SAD, NEUTRAL]


def test_random_tagger_agrees_by_the_share_of_all_votes() -> None:
    baseline = human_baseline(FOUR, faces(LABELS))
    assert baseline["random_tagger"]["accuracy"] == pytest.approx((0.6 + 0.3 + 0.4 + 0) / 4)
    assert baseline["without_a_vote"] == 0.25
    assert (baseline["n"], baseline["set"]) == (4, "PrivateTest")


def test_plurality_is_over_the_seven_classes_and_shares_ties() -> None:
    assert human_baseline(FOUR, faces(LABELS))["plurality"]["accuracy"] == pytest.approx((1 + 1 + 0.5 + 0) / 4)


def test_interval_is_that_of_a_mean_over_faces() -> None:
    plurality = human_baseline(FOUR, faces(LABELS))["plurality"]
    margin = 1.959964 * np.std([1, 1, 0.5, 0], ddof=1) / 2
    assert plurality["accuracy_high"] - plurality["accuracy"] == pytest.approx(margin, rel=1e-5)
    assert plurality["accuracy"] - plurality["accuracy_low"] == pytest.approx(margin, rel=1e-5)


def test_face_that_nobody_gave_any_of_the_seven_is_a_tie_of_all() -> None:
    baseline = human_baseline(votes({"NF": 10}), faces([HAPPY]))
    assert baseline["plurality"]["accuracy"] == pytest.approx(1 / 7)
    assert baseline["random_tagger"]["accuracy"] == 0


def test_only_private_test_counts_and_rows_are_found_by_face_id() -> None:
    table = pd.concat([votes({"anger": 10}, usage="Training"), votes({"happiness": 10}, {"anger": 10})])
    mixed = Faces.build(
        np.zeros((2, 48, 48), np.uint8), [HAPPY, HAPPY], ["Training", "PrivateTest"], face_id=["0", "1"]
    )
    baseline = human_baseline(table, mixed)
    assert (baseline["n"], baseline["plurality"]["accuracy"]) == (1, 1.0)


@pytest.mark.parametrize(
    "strangers",
    [
        faces([HAPPY], ids=["happy/im0.png"]),
        faces([HAPPY], ids=["4"]),
        faces([HAPPY], ids=["-1"]),
        faces([HAPPY], usage="Training"),
    ],
    ids=["file name", "row beyond", "negative row", "no PrivateTest"],
)
def test_faces_that_have_no_votes_are_refused(strangers: Faces) -> None:
    with pytest.raises(InputError, match=r"PrivateTest faces are not PrivateTest rows of the 4 FER\+ votes"):
        human_baseline(FOUR, strangers)


def test_faces_of_another_split_are_refused() -> None:
    with pytest.raises(InputError, match="2 of 2 PrivateTest faces are not PrivateTest rows"):
        human_baseline(votes({"anger": 1}, {"anger": 1}, usage="Training"), faces([ANGRY, ANGRY]))


def test_table_without_the_columns_of_fer_plus_is_refused() -> None:
    with pytest.raises(InputError, match=r"The FER\+ votes lack NF, anger:"):
        human_baseline(FOUR.drop(columns=["NF", "anger"]), faces(LABELS))


@pytest.mark.real_data
def test_real_votes_give_the_figures_that_are_known_of_them(real_parquet: Path) -> None:
    path = real_parquet.with_name("ferplus_votes.csv")
    if not path.exists():
        pytest.skip("the FER+ votes are not beside this project")
    baseline = human_baseline(pd.read_csv(path), RawFacesDataset(filepath=str(real_parquet)).load())
    assert baseline["n"] == 3589
    assert round(baseline["random_tagger"]["accuracy"], 3) == 0.556
    assert round(baseline["plurality"]["accuracy"], 3) == 0.634
    assert round(baseline["without_a_vote"], 3) == 0.162
