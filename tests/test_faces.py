"""Faces are immutable, composable, and know their own digest."""

import numpy as np
import pandas as pd
import pytest

from fer_kedro.faces import EMOTIONS, Faces, concatenate


def make(count: int = 6, seed: int = 0) -> Faces:
    images = np.random.default_rng(seed).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    return Faces.build(images, np.arange(count) % 7, ["Training"] * (count - 2) + ["PublicTest", "PrivateTest"])


def test_images_cannot_be_written_to_and_the_given_array_still_can() -> None:
    images = np.zeros((1, 48, 48), np.uint8)
    faces = Faces.build(images, [0], ["Training"])
    with pytest.raises(ValueError, match="read-only"):
        faces.images[0, 0, 0] = 1
    images[0, 0, 0] = 1


def test_new_faces_are_their_own_group_and_not_generated() -> None:
    faces = make()
    assert faces.table["group"].tolist() == faces.table["exact_group"].tolist() == [0, 1, 2, 3, 4, 5]
    assert faces.table["source_id"].isna().all()
    assert faces.table["face_id"].tolist() == list("012345")
    assert faces.class_names == EMOTIONS


def test_rows_of_each_usage() -> None:
    assert make().rows("Training").tolist() == [0, 1, 2, 3]
    assert make().rows("PrivateTest").tolist() == [5]


def test_take_keeps_order_and_provenance_by_index_or_mask() -> None:
    faces = make()
    taken = faces.take([4, 1])
    assert taken.table["face_id"].tolist() == ["4", "1"]
    assert np.array_equal(taken.images[1], faces.images[1])
    assert taken.provenance == faces.provenance
    assert faces.take(faces.labels == 2).table["face_id"].tolist() == ["2"]
    assert len(faces.take([])) == 0


def test_concatenating_the_parts_gives_the_whole() -> None:
    faces = make()
    assert concatenate([faces.take([0, 1]), faces.take([2, 3, 4, 5])]) == faces


@pytest.mark.parametrize("column", ["emotion", "group", "blank", "source_id", "face_id"])
def test_digest_changes_with_every_column(column: str) -> None:
    faces = make()
    values = faces.table[column].astype(object).tolist()
    values[3] = {"emotion": 5, "group": 0, "blank": True, "source_id": "1", "face_id": "x"}[column]
    changed = faces.with_columns(**{column: pd.array(values, dtype=faces.table[column].dtype)})
    assert changed.digest() != faces.digest()
    assert changed != faces


def test_digest_changes_with_one_pixel() -> None:
    images = make().images.copy()
    images[2, 3, 4] ^= 1
    assert Faces(images, make().table).digest() != make().digest()


def test_a_usage_may_be_undecided_and_the_digest_knows() -> None:
    faces = Faces.build(make(4).images, [0, 1, 2, 3], ["Training", None, np.nan, "PublicTest"], split="own")
    assert faces.table["usage"].isna().tolist() == [False, True, True, False]
    assert [len(faces.rows(usage)) for usage in ("Training", "PublicTest", "PrivateTest")] == [1, 1, 0]
    assert faces.provenance.split == "own"
    assert make(4).provenance.split == "official"
    digests = {Faces.build(make(4).images, [0, 1, 2, 3], [usage] * 4).provenance.digest for usage in (None, "Training")}
    assert len(digests) == 2


def test_an_unknown_usage_is_refused() -> None:
    with pytest.raises(ValueError, match=r"PrivateTest, not \['test'\]"):
        Faces.build(make(4).images, [0, 1, 2, 3], ["Training", None, "test", "PublicTest"])


def test_provenance_digest_is_of_what_was_read_and_not_of_the_groups() -> None:
    faces = make()
    assert faces.with_columns(group=np.zeros(6, int)).provenance.digest == faces.provenance.digest


@pytest.mark.parametrize("shape", [(2, 48, 48), (3, 48, 47), (3, 48, 48, 1)])
def test_images_and_table_must_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Faces want uint8 images"):
        Faces(np.zeros(shape, np.uint8), make(3).table)


def test_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="group"):
        Faces(make().images, make().table.drop(columns="group"))


def test_faces_of_different_classes_are_not_stacked() -> None:
    six = Faces(make().images, make().table, class_names=EMOTIONS[:6])
    with pytest.raises(ValueError, match="different classes"):
        concatenate([make(), six])
