"""What a run trains on: split, balanced, audited; stored balanced faces serve only where they fit."""

from dataclasses import replace

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.pipelines.balancing.nodes import balance_training_faces
from fer_kedro.protocols.prepare import prepare_faces
from fer_kedro.protocols.split import Protocol
from fer_kedro.variation import Balancing

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
CARELESS = HONEST.model_copy(update={"drop_training_copies": False})
BALANCING = Balancing(target=9)


@pytest.fixture
def faces() -> Faces:
    """140 Training, 14 PublicTest and 14 PrivateTest faces; a Training face is a copy of a PrivateTest face."""
    images = np.random.default_rng(0).integers(0, 256, (168, 48, 48), dtype=np.uint8)
    labels = np.arange(168) % 7
    labels[:21] = 3  # a class above the target
    made = Faces.build(images, labels, ["Training"] * 140 + ["PublicTest"] * 14 + ["PrivateTest"] * 14)
    group = made.groups.copy()
    group[160] = group[30]
    return made.with_columns(group=group)


def test_balanced_training_set_has_the_target_of_every_class_and_no_copy(faces: Faces) -> None:
    prepared = prepare_faces(faces, HONEST, BALANCING)
    train = prepared.training_faces(faces)
    assert np.bincount(train.labels).tolist() == [9] * 7
    assert 30 not in prepared.split.train
    assert prepared.audit.clean


def test_without_balancing_every_honest_training_face_is_used(faces: Faces) -> None:
    prepared = prepare_faces(faces, HONEST, None)
    assert len(prepared.generated) == 0
    assert prepared.split.train.tolist() == [row for row in range(140) if row != 30]


def test_stored_balanced_faces_give_what_balancing_anew_gives(faces: Faces) -> None:
    stored, _ = balance_training_faces(faces, BALANCING, HONEST)
    anew, read = (prepare_faces(faces, HONEST, BALANCING, stored=given) for given in (None, stored))
    assert read.training_faces(faces) == anew.training_faces(faces)
    assert np.array_equal(read.split.train, anew.split.train)


@pytest.mark.parametrize("other", [{"target": 5}, {"seed": 1}])
def test_stored_faces_of_another_balancing_are_not_used(faces: Faces, other: dict[str, int]) -> None:
    stored, _ = balance_training_faces(faces, Balancing(**{"target": 9, **other}), HONEST)
    assert prepare_faces(faces, HONEST, BALANCING, stored).training_faces(faces) == prepare_faces(
        faces, HONEST, BALANCING
    ).training_faces(faces)


def test_stored_faces_made_from_other_faces_are_not_used(faces: Faces) -> None:
    others = replace(faces, images=faces.images[:, ::-1])
    stored, _ = balance_training_faces(others, BALANCING, HONEST)
    assert prepare_faces(faces, HONEST, BALANCING, stored).training_faces(faces) == prepare_faces(
        faces, HONEST, BALANCING
    ).training_faces(faces)


def test_protocol_that_keeps_copies_is_stopped(faces: Faces) -> None:
    with pytest.raises(InputError, match="test_faces_with_sibling_in_training': 1"):
        prepare_faces(faces, CARELESS, None)


def test_a_single_class_is_refused(faces: Faces) -> None:
    alone = replace(faces.take(faces.labels == 3), class_names=("glad",)).with_columns(emotion=np.int8(0))
    with pytest.raises(InputError, match="no class but 'glad'"):
        prepare_faces(alone, HONEST, None)


def test_data_without_a_usage_are_refused(faces: Faces) -> None:
    with pytest.raises(InputError, match="no PrivateTest faces"):
        prepare_faces(faces.take(np.arange(150)), HONEST, None)
