"""What a run trains on: split, balanced, audited; stored balanced faces serve only where they fit."""

from dataclasses import replace

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.pipelines.balancing.nodes import balance_training_faces
from fer_kedro.protocols.division import Copies, Holdout, Resplit
from fer_kedro.protocols.prepare import prepare_faces
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.variation import Augmentation, Balancing

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
    assert 30 not in prepared.sides.train.rows
    assert prepared.audit.clean


def test_without_balancing_every_honest_training_face_is_used(faces: Faces) -> None:
    prepared = prepare_faces(faces, HONEST, None)
    assert prepared.sides.train.generated_count == 0
    assert prepared.sides.train.rows.tolist() == [row for row in range(140) if row != 30]


def test_stored_balanced_faces_give_what_balancing_anew_gives(faces: Faces) -> None:
    stored, _ = balance_training_faces(faces, BALANCING, HONEST)
    anew, read = (prepare_faces(faces, HONEST, BALANCING, stored=given) for given in (None, stored))
    assert read.training_faces(faces) == anew.training_faces(faces)
    assert np.array_equal(read.sides.train.rows, anew.sides.train.rows)


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


AS_REPORTED = HONEST.model_copy(
    update={"name": "as_reported", "on_leak": "record", "drop_training_copies": False, "drop_validation_copies": False}
)
COPIES = Copies(count=3, augmentation=Augmentation(flip=1), before_split=True)
PLANTED = {
    "copy-in-training": ({"drop_training_copies": False}, "test_faces_with_sibling_in_training': 1"),
    "selected-on-the-test-set": (
        {"validation": "test", "drop_validation_copies": False},
        "test_faces_with_sibling_in_validation': 14",
    ),
    "holdout-beside-its-copies": (
        {"validation": Holdout(by="file_order"), "drop_training_copies": False, "drop_validation_copies": False},
        "validation_faces_with_sibling_in_training': 1",
    ),
    "copies-made-before-the-split": (
        {"resplit": Resplit(by="face"), "copies": COPIES, "drop_training_copies": False},
        "test_faces_with_sibling_in_training': ",
    ),
    "generated-evaluation-faces": ({"resplit": Resplit(by="group"), "copies": COPIES}, "generated evaluation faces"),
}


@pytest.fixture
def leaky(faces: Faces) -> Faces:
    """The same faces, of which two that go to a holdout and to the rest of Training are copies too."""
    group = faces.groups.copy()
    group[100] = group[137]
    return faces.with_columns(group=group)


@pytest.mark.parametrize("name", PLANTED)
def test_each_kind_of_leak_is_found_and_stops_an_honest_run(leaky: Faces, name: str) -> None:
    decisions, complaint = PLANTED[name]
    with pytest.raises(InputError, match=f"leak audit of protocol 'honest' found.*{complaint}"):
        prepare_faces(leaky, HONEST.model_copy(update=decisions), None)


@pytest.mark.parametrize("name", PLANTED)
def test_each_kind_of_leak_is_recorded_where_the_protocol_says_so(leaky: Faces, name: str) -> None:
    found = prepare_faces(leaky, HONEST.model_copy(update=PLANTED[name][0] | {"on_leak": "record"}), None).audit
    assert not found.clean


def test_splitting_by_group_before_copying_is_clean_under_honest_rules(leaky: Faces) -> None:
    copies = COPIES.model_copy(update={"before_split": False})
    prepared = prepare_faces(leaky, HONEST.model_copy(update={"resplit": Resplit(), "copies": copies}), None)
    assert prepared.audit.clean
    assert len(prepared.training_faces(leaky)) == len(prepared.sides.train) == prepared.sides.train.generated_count


def test_selecting_on_the_test_set_gives_the_same_faces_twice(faces: Faces) -> None:
    folder = {"validation": "test", "test": ("PublicTest", "PrivateTest")}
    prepared = prepare_faces(faces, AS_REPORTED.model_copy(update=folder), None)
    assert prepared.validation_faces(faces) == prepared.test_faces(faces) == faces.take(np.arange(140, 168))


def test_a_dropped_class_is_on_no_side_and_not_balanced(faces: Faces) -> None:
    protocol = AS_REPORTED.model_copy(update={"drop_classes": ("disgust",)})
    prepared = prepare_faces(faces, protocol, BALANCING)
    sides = [prepared.training_faces(faces), prepared.validation_faces(faces), prepared.test_faces(faces)]
    for side in sides:
        assert side.class_names == ("angry", "fear", "happy", "sad", "surprise", "neutral")
        read = faces.table.set_index("face_id")["emotion"].loc[side.table["source_id"].fillna(side.table["face_id"])]
        assert [side.class_names[code] for code in side.labels] == [faces.class_names[code] for code in read]
    assert np.bincount(sides[0].labels).tolist() == [9] * 6
    assert [len(side) for side in sides[1:]] == [12, 12]


def test_balancing_leaves_blank_faces_out_even_where_the_protocol_keeps_them(faces: Faces) -> None:
    blank = faces.with_columns(blank=np.arange(168) == 50)
    kept = AS_REPORTED.model_copy(update={"drop_blanks": False})
    assert 50 in prepare_faces(blank, kept, None).sides.train.rows
    assert 50 not in prepare_faces(blank, kept, Balancing(target=40)).sides.train.rows


def test_copying_and_balancing_together_are_refused(faces: Faces) -> None:
    protocol = AS_REPORTED.model_copy(update={"resplit": Resplit(), "copies": COPIES})
    with pytest.raises(InputError, match="Protocol 'as_reported' makes copies and the recipe balances"):
        prepare_faces(faces, protocol, BALANCING)


def test_a_side_without_faces_is_named(faces: Faces) -> None:
    alike = faces.with_columns(group=np.where(np.arange(168) < 154, 0, faces.groups))
    with pytest.raises(InputError, match="Protocol 'honest' leaves no face for training: give more faces"):
        prepare_faces(alike, HONEST, None)


def test_a_usage_that_the_protocol_does_not_name_may_be_missing(faces: Faces) -> None:
    protocol = AS_REPORTED.model_copy(update={"validation": Holdout()})
    without_public = faces.take(np.flatnonzero(faces.table["usage"] != "PublicTest"))
    assert len(prepare_faces(without_public, protocol, None).sides.validation) == 28
