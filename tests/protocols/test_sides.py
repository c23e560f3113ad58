"""Copies are planned and made: before the split on every side, after it for training alone."""

from typing import Any

import numpy as np
import pytest

from fer_kedro.faces import Faces
from fer_kedro.protocols.audit import audit_leaks, audit_tables
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.protocols.sides import Sides, divide

FLIPPED = {"count": 3, "augmentation": {"flip": 1}}
KEPT = {
    "name": "p",
    "on_leak": "record",
    "drop_training_copies": False,
    "drop_validation_copies": False,
    "drop_blanks": False,
}


def sides_of(faces: Faces, by: str = "face", **copies: Any) -> Sides:
    return divide(faces, Protocol.model_validate(KEPT | {"resplit": {"by": by}, "copies": FLIPPED | copies}))


def every(sides: Sides, faces: Faces) -> list[Faces]:
    return [side.faces(faces) for side in (sides.train, sides.validation, sides.test)]


def test_copies_made_before_the_split_are_divided_and_no_original_is_left(faces: Faces) -> None:
    made = every(sides_of(faces, before_split=True), faces)
    assert [len(side) for side in made] == [270, 90, 90]
    names = [name for side in made for name in side.table["face_id"]]
    assert sorted(names) == sorted(f"{face}~{number}" for face in range(150) for number in (1, 2, 3))
    assert all(side.table["source_id"].notna().all() for side in made)


def test_copies_made_after_the_split_are_of_training_faces_and_evaluation_faces_are_original(faces: Faces) -> None:
    train, validation, test = every(sides_of(faces, by="group"), faces)
    assert [len(side) for side in (train, validation, test)] == [270, 30, 30]
    assert train.table["source_id"].value_counts().unique().tolist() == [3]
    assert validation.table["source_id"].isna().all()
    assert test.table["source_id"].isna().all()
    evaluated = {*validation.table["face_id"], *test.table["face_id"]}
    assert evaluated.isdisjoint(train.table["source_id"])


@pytest.mark.parametrize("before_split", [True, False])
def test_originals_stay_where_they_are_kept(faces: Faces, before_split: bool) -> None:
    sides = sides_of(faces, before_split=before_split, keep_originals=True)
    train = sides.train.faces(faces)
    originals = train.table["source_id"].isna()
    assert len(train) == 360
    assert sides.train.generated_count == (~originals).sum()
    if before_split:
        assert 60 < originals.sum() < 120
    else:
        assert originals.sum() == 90
    whole = sum(len(side) for side in (sides.train, sides.validation, sides.test))
    assert whole == (600 if before_split else 420)


def test_a_copy_has_its_sources_pixels_varied_label_group_and_usage(faces: Faces) -> None:
    grouped = faces.with_columns(group=faces.groups // 2)
    for side in every(sides_of(grouped, before_split=True), grouped):
        source = side.table["source_id"].astype(int).to_numpy()
        assert np.array_equal(side.images, grouped.images[source][:, :, ::-1])
        for column in ("emotion", "group", "usage"):
            assert side.table[column].tolist() == grouped.table[column].iloc[source].tolist()
        assert side.table.dtypes.to_dict() == grouped.table.dtypes.to_dict()


def test_copies_are_nobodys_exact_copies(faces: Faces) -> None:
    made = every(sides_of(faces, before_split=True, keep_originals=True), faces)
    groups = np.concatenate([side.table["exact_group"] for side in made])
    assert len(np.unique(groups)) == len(groups)


def test_copies_are_the_same_every_time_and_others_with_another_seed(faces: Faces) -> None:
    rotated = {"before_split": True, "augmentation": {"rotation": 10}}
    first, other = sides_of(faces, **rotated), sides_of(faces, **rotated, seed=1)
    assert first.train.faces(faces) == sides_of(faces, **rotated).train.faces(faces)
    assert first.train.faces(faces) == first.train.faces(faces)
    assert not np.array_equal(first.train.faces(faces).images, other.train.faces(faces).images)


def test_copies_of_one_face_differ(faces: Faces) -> None:
    made = sides_of(faces, before_split=True, augmentation={"rotation": 10}).train.faces(faces)
    siblings = made.images[(made.table["source_id"] == made.table["source_id"][0]).to_numpy()]
    assert len(siblings) > 1
    assert not np.array_equal(siblings[0], siblings[1])


def test_a_sides_table_is_that_of_its_faces(faces: Faces) -> None:
    sides = sides_of(faces, before_split=True, keep_originals=True)
    for side in (sides.train, sides.validation, sides.test):
        made = side.faces(faces)
        assert side.table(faces).equals(made.table)
        assert len(side) == len(made)


def test_copying_first_leaks_and_splitting_first_does_not(faces: Faces) -> None:
    """By far most test copies have one of their two siblings in training: about 1 - 0.4², less where they are all."""
    leaky = sides_of(faces, by="face", before_split=True)
    audit = audit_leaks(*every(leaky, faces))
    assert audit == audit_tables(*(side.table(faces) for side in (leaky.train, leaky.validation, leaky.test)))
    assert 0.7 < audit.test_share_with_sibling_in_training < 0.95
    assert audit.generated_evaluation_faces == 180
    for clean in (sides_of(faces, by="group"), sides_of(faces, by="face")):
        assert audit_leaks(*every(clean, faces)).clean
    whole = audit_leaks(*every(sides_of(faces, by="group", before_split=True), faces))
    assert whole.test_faces_with_sibling_in_training == 0
