"""A validation set out of the training faces, and a new split of all faces."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.protocols.split import Split, split_faces


def split(faces: Faces, **decisions: Any) -> Split:
    kept = {"name": "p", "on_leak": "record", "drop_training_copies": False, "drop_validation_copies": False}
    return split_faces(faces, Protocol.model_validate(kept | decisions))


def sizes(faces: Faces, found: Split) -> list[list[int]]:
    """Faces of each class on each side."""
    return [np.bincount(faces.labels[rows]).tolist() for rows in (found.train, found.validation, found.test)]


def test_the_test_folder_is_both_test_usages_and_may_be_selected_on(faces: Faces) -> None:
    found = split(faces, validation="test", test=["PublicTest", "PrivateTest"])
    assert found.train.tolist() == list(range(120))
    assert found.test.tolist() == found.validation.tolist() == list(range(120, 150))


def test_a_stratified_holdout_takes_its_share_of_each_class_from_training(faces: Faces) -> None:
    found = split(faces, validation={"share": 0.2}, test=["PublicTest", "PrivateTest"])
    assert sizes(faces, found) == [[32, 32, 32], [8, 8, 8], [10, 10, 10]]
    assert np.array_equal(np.sort(np.concatenate([found.train, found.validation])), np.arange(120))


def test_a_stratified_holdout_follows_its_seed(faces: Faces) -> None:
    first, again, other = (split(faces, validation={"seed": seed}).validation.tolist() for seed in (3, 3, 4))
    assert first == again != other


def test_file_order_holds_out_each_class_first_names_as_text(make: Any) -> None:
    """Of the names Training_0.jpg, …, Training_33.jpg: `10` comes before `3`, as in a folder's listing."""
    faces = make(training=36)
    found = split(faces, validation={"share": 0.25, "by": "file_order"})
    for code in range(3):
        names = sorted(f"Training_{face}.jpg" for face in range(36) if face % 3 == code)
        held = [row for row in found.validation if faces.labels[row] == code]
        assert sorted(f"Training_{row}.jpg" for row in held) == names[:3]
    assert found.validation.tolist() == sorted([0, 12, 15, 1, 10, 13, 11, 14, 17])
    assert len(found.train) + len(found.validation) == 36


def test_file_order_rounds_each_class_down_as_keras_does(make: Any) -> None:
    faces = make(training=100)
    found = split(faces, validation={"share": 0.2, "by": "file_order"})
    assert sizes(faces, found)[:2] == [[28, 27, 27], [6, 6, 6]]


def test_blank_faces_leave_training_unless_kept_and_never_an_evaluation_set(faces: Faces) -> None:
    first, last = 0, 99  # of the first class, in the order of the names
    blank = faces.with_columns(blank=np.isin(np.arange(150), [first, last]))
    order = {"share": 0.2, "by": "file_order"}
    kept, dropped = (split(blank, validation=order, drop_blanks=drop) for drop in (False, True))
    assert first in kept.validation
    assert last in kept.train
    assert dropped.validation.tolist() == kept.validation.tolist()
    assert dropped.train.tolist() == [row for row in kept.train if row != last]


@pytest.mark.parametrize("by", ["face", "group"])
def test_a_resplit_divides_all_faces_in_its_shares_of_each_class(faces: Faces, by: str) -> None:
    found = split(faces, resplit={"validation": 0.2, "test": 0.2, "by": by})
    assert sizes(faces, found) == [[30, 30, 30], [10, 10, 10], [10, 10, 10]]
    assert sorted([*found.train, *found.validation, *found.test]) == list(range(150))
    assert set(faces.table["usage"].iloc[found.train]) == {"Training", "PublicTest", "PrivateTest"}


def test_a_resplit_by_group_keeps_copies_together_and_one_by_face_does_not(faces: Faces) -> None:
    grouped = faces.with_columns(group=np.arange(150) // 3)
    together, apart = (split(grouped, resplit={"by": by}) for by in ("group", "face"))

    def divided(found: Split) -> int:
        rows = [found.train, found.validation, found.test]
        side = np.concatenate([np.full(len(own), number) for number, own in enumerate(rows)])
        return int((pd.Series(side).groupby(grouped.groups[np.concatenate(rows)]).nunique() > 1).sum())

    assert divided(together) == 0
    assert divided(apart) > 20


@pytest.mark.parametrize("by", ["face", "group"])
def test_a_resplit_follows_its_seed(faces: Faces, by: str) -> None:
    first, again, other = (split(faces, resplit={"by": by, "seed": seed}).test.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_too_few_faces_of_a_class_are_a_sentence(faces: Faces) -> None:
    few = faces.take(np.concatenate([np.flatnonzero(faces.labels != 2), np.flatnonzero(faces.labels == 2)[:1]]))
    with pytest.raises(InputError, match=r"can't be divided class by class \(.*\): give more faces of every class\.$"):
        split(few, resplit={"by": "face"})
