"""Splits keep copies apart, and planted leaks are found and refused."""

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, concatenate
from fer_kedro.protocols.audit import audit_leaks, refuse_leaks
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
