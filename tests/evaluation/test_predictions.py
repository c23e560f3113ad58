"""The predictions table: made from faces, read back as arrays."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_kedro.errors import InputError
from fer_kedro.evaluation import class_names, predictions_table
from fer_kedro.evaluation.predictions import (
    copied_between_usages,
    predicted_codes,
    probabilities,
    scored_table,
    true_codes,
)
from fer_kedro.faces import Faces

NAMES = ("happy", "sad")
USAGES = ["Training", "Training", "PublicTest", "PublicTest", "PrivateTest", "PrivateTest"]


@pytest.fixture
def faces() -> Faces:
    """Six faces: the first of PublicTest copies a training face, those of PrivateTest copy each other."""
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((48, 48), np.uint8)
    faces = Faces.build(images, [0, 1, 0, 1, 0, 1], USAGES, class_names=NAMES)
    return faces.with_columns(exact_group=[0, 1, 0, 3, 4, 4], group=[0, 1, 0, 1, 4, 4])


@pytest.fixture
def table(faces: Faces) -> pd.DataFrame:
    predicted = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.3, 0.7]])
    rows = np.arange(2, 6)
    return predictions_table(faces, rows, predicted, validation=np.array([3]), test=np.array([4, 5]), model_id="m")


def test_rows_name_their_face_part_and_model(table: pd.DataFrame) -> None:
    assert table["face_id"].tolist() == ["2", "3", "4", "5"]
    assert table["usage"].tolist() == USAGES[2:]
    assert table["part"].tolist() == ["left_out", "validation", "test", "test"]
    assert set(table["model_id"]) == {"m"}


def test_a_face_that_was_selected_on_and_scored_is_a_test_face(faces: Faces) -> None:
    both = np.array([4, 5])
    table = predictions_table(faces, both, np.full((2, 2), 0.5), validation=both, test=both, model_id="m")
    assert table["part"].tolist() == ["test", "test"]


def test_a_test_set_of_its_own_may_hold_generated_faces(faces: Faces, table: pd.DataFrame) -> None:
    generated = faces.take([0, 4]).with_columns(face_id=["0~2", "4"], source_id=["0", None])
    predicted = np.array([[0.75, 0.25], [0.5, 0.5]])
    made = scored_table(generated, predicted, copied=np.array([True, False]), model_id="m")
    assert list(made.columns) == [*table.columns, "source_id"]
    assert made.drop(columns=["usage", "p_happy", "p_sad"]).values.tolist() == [
        ["0~2", "test", 0, False, 0, "m", "0"],
        ["4", "test", 4, True, 0, "m", "4"],
    ]
    assert made["usage"].tolist() == ["Training", "PrivateTest"]
    assert made["p_happy"].tolist() == [0.75, 0.5]


def test_near_copies_share_their_group(table: pd.DataFrame) -> None:
    assert table["group"].tolist() == [0, 1, 4, 4]


def test_only_copies_in_another_usage_make_a_face_a_duplicate(table: pd.DataFrame) -> None:
    assert table["duplicate_free"].tolist() == [False, True, True, True]


@pytest.mark.real_data
def test_duplicate_free_faces_of_the_real_private_test_are_3275(real_parquet: Path) -> None:
    real = pd.read_parquet(real_parquet)
    blank = np.zeros((len(real), 48, 48), np.uint8)
    faces = Faces.build(blank, real["emotion"], real["usage"])
    faces = faces.with_columns(exact_group=pd.factorize(real["image"])[0])
    assert (~copied_between_usages(faces))[faces.rows("PrivateTest")].sum() == 3275


def test_columns_are_small_and_survive_parquet(table: pd.DataFrame, tmp_path: Path) -> None:
    assert table.dtypes["emotion"] == np.int8
    assert table.dtypes["p_happy"] == np.float32
    table.to_parquet(tmp_path / "p.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "p.parquet"), table)


def test_probabilities_are_those_that_half_precision_knows(faces: Faces) -> None:
    third = np.full((1, 2), [1 / 3, 2 / 3])
    row = np.array([4])
    made = predictions_table(faces, row, third, validation=row, test=row, model_id="m")
    assert made["p_happy"].item() == float(np.float16(1 / 3)) != np.float32(1 / 3)


def test_class_names_stand_in_code_order(table: pd.DataFrame) -> None:
    assert class_names(table) == NAMES


def test_first_of_equally_probable_classes_is_predicted(table: pd.DataFrame) -> None:
    assert predicted_codes(table).tolist() == [0, 0, 1, 1]


def test_wrong_number_of_probabilities_is_refused(faces: Faces) -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        predictions_table(
            faces,
            np.array([2, 3]),
            np.ones((2, 3)),
            validation=np.array([2]),
            test=np.array([3]),
            model_id="m",
        )


def test_diverged_model_is_reported_with_what_to_do(table: pd.DataFrame) -> None:
    table.loc[1, "p_sad"] = np.nan
    with pytest.raises(InputError, match=r"1 of 4 predictions of model 'm' are not finite.*learning rate"):
        probabilities(table)


def test_logits_are_not_taken_for_probabilities(table: pd.DataFrame) -> None:
    table[["p_happy", "p_sad"]] *= 2
    with pytest.raises(InputError, match="4 of 4 predictions of model 'm' do not sum to 1"):
        probabilities(table)


def test_rounding_of_a_bfloat16_softmax_is_levelled(table: pd.DataFrame) -> None:
    table["p_happy"] += 0.004
    assert probabilities(table).sum(axis=1) == pytest.approx(1, abs=1e-15)


def test_true_class_without_a_column_is_reported(table: pd.DataFrame) -> None:
    table.loc[0, "emotion"] = 6
    with pytest.raises(InputError, match="true classes from 0 to 6 but 2 probability columns"):
        true_codes(table)
