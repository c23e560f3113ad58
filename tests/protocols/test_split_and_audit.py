"""Splits keep copies apart, and planted leaks are found and refused."""

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, concatenate
from fer_kedro.protocols.audit import audit_leaks, copied_in_training, refuse_leaks
from fer_kedro.protocols.split import Protocol, split_faces

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
OFFICIAL = Protocol(name="official", drop_training_copies=False, drop_validation_copies=False, on_leak="record")


@pytest.fixture
def faces() -> Faces:
    """Ten faces: 6 Training, 2 PublicTest, 2 PrivateTest; rows 0, 6 and 8 are copies, so are 7 and 1; 2 is blank."""
    images = np.random.default_rng(0).integers(0, 256, (10, 48, 48), dtype=np.uint8)
    usage = ["Training"] * 6 + ["PublicTest"] * 2 + ["PrivateTest"] * 2
    group = np.array([0, 1, 2, 3, 4, 5, 0, 1, 0, 9])
    made = Faces.build(images, np.arange(10) % 7, usage)
    return made.with_columns(group=group, blank=np.arange(10) == 2)


def test_honest_training_has_no_copies_of_evaluation_faces_and_no_blanks(faces: Faces) -> None:
    split = split_faces(faces, HONEST)
    assert split.train.tolist() == [3, 4, 5]
    assert split.validation.tolist() == [7]
    assert split.test.tolist() == [8, 9]


def test_official_removes_blanks_from_training_only(faces: Faces) -> None:
    blank_test_face = faces.with_columns(blank=np.isin(np.arange(10), [2, 9]))
    split = split_faces(blank_test_face, OFFICIAL)
    assert split.train.tolist() == [0, 1, 3, 4, 5]
    assert split.validation.tolist() == [6, 7]
    assert split.test.tolist() == [8, 9]


def audit(faces: Faces, protocol: Protocol, extra: Faces | None = None) -> dict[str, int]:
    split = split_faces(faces, protocol)
    train = faces.take(split.train)
    train = concatenate([train, extra]) if extra is not None else train
    found = audit_leaks(train, faces.take(split.validation), faces.take(split.test))
    refuse_leaks(found, protocol)
    return found.model_dump()


def test_honest_split_is_clean(faces: Faces) -> None:
    found = audit(faces, HONEST)
    assert found["test_faces"] == 2
    assert sum(count for name, count in found.items() if "_with_" in name) == 0


def test_official_split_records_its_leaks(faces: Faces) -> None:
    found = audit(faces, OFFICIAL)
    assert found["test_faces_with_sibling_in_training"] == 1
    assert found["test_faces_with_sibling_in_validation"] == 1
    assert found["validation_faces_with_sibling_in_training"] == 2


def test_planted_copy_is_refused(faces: Faces) -> None:
    with pytest.raises(InputError, match="test_faces_with_sibling_in_training': 1"):
        audit(faces, HONEST, extra=faces.take([0]))


def test_face_generated_from_a_test_face_is_refused(faces: Faces) -> None:
    generated = faces.take([9]).with_columns(face_id=["9~0"], source_id=["9"], group=[100], usage=["Training"])
    with pytest.raises(InputError, match="sibling_in_training"):
        audit(faces, HONEST, extra=generated)


def test_augmented_evaluation_face_is_refused(faces: Faces) -> None:
    split = split_faces(faces, HONEST)
    augmented = faces.take(split.test).with_columns(source_id=["elsewhere", "elsewhere2"])
    found = audit_leaks(faces.take(split.train), faces.take(split.validation), augmented)
    assert found.generated_evaluation_faces == 2
    with pytest.raises(InputError, match="generated evaluation faces"):
        refuse_leaks(found, HONEST)


def test_a_face_that_is_itself_on_another_side_is_counted(faces: Faces) -> None:
    test = faces.take([8, 9])
    found = audit_leaks(faces.take([3, 4, 9]), test, test)
    assert found.test_faces_with_sibling_in_validation == found.test_faces == 2
    assert found.test_faces_with_sibling_in_training == found.validation_faces_with_sibling_in_training == 1
    assert not found.clean


def test_the_share_of_test_faces_with_a_sibling_in_training(faces: Faces) -> None:
    validation = faces.take([])
    assert audit_leaks(faces.take([0]), validation, faces.take([8, 9])).test_share_with_sibling_in_training == 0.5
    assert audit_leaks(faces.take([0]), validation, validation).test_share_with_sibling_in_training == 0


def test_two_copies_of_one_source_are_siblings_whatever_their_groups(faces: Faces) -> None:
    def copy(number: int) -> Faces:
        return faces.take([5]).with_columns(face_id=[f"5~{number}"], source_id=["5"], group=[100 + number])

    found = audit_leaks(copy(1), faces.take([]), copy(2))
    assert found.test_share_with_sibling_in_training == 1
    assert found.generated_evaluation_faces == 1


@pytest.mark.parametrize(
    ("train", "validation", "warning"),
    [
        ([3], [4], ""),
        ([0], [4], "LEAKY: 50.0% of the test faces have a sibling in training"),
        ([3], [8, 9], "LEAKY: the test faces were selected on"),
        ([3], [6, 9], "LEAKY: the test faces were selected on"),
        ([0], [8, 9], "LEAKY: 50.0% of the test faces have a sibling in training and the test faces were selected on"),
        ([1], [7], "LEAKY: evaluation faces know each other"),
        ([3], [6], "LEAKY: evaluation faces know each other"),
    ],
    ids=["clean", "trained on", "selected on", "a copy selected on", "both", "validation trained on", "one of two"],
)
def test_what_is_said_beside_an_accuracy(faces: Faces, train: list[int], validation: list[int], warning: str) -> None:
    found = audit_leaks(faces.take(train), faces.take(validation), faces.take([8, 9]))
    assert found.warning == warning
    assert found.selected_on_test == ("selected on" in warning)


def test_copied_in_training_asks_for_exact_copies_of_the_face_or_of_its_source(faces: Faces) -> None:
    known = faces.with_columns(exact_group=[0, 1, 2, 3, 4, 5, 0, 7, 8, 9])
    train = known.take([0, 1]).table
    generated = known.take([1]).with_columns(face_id=["1~1"], source_id=["1"], exact_group=[-1])
    test = concatenate([known.take([6, 7]), generated]).table
    assert copied_in_training(known, test, train).tolist() == [True, False, True]
    assert known.groups[7] == known.groups[1], "a near copy is no exact one"
