"""The demo faces: what is drawn, who gets which label, and what is planted among them."""

from dataclasses import replace

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, USAGES, Faces
from fer_kedro.vision.action_units import ACTION_UNITS, IDENTITY, PROTOTYPES
from fer_kedro.vision.face_drawing import draw_face
from fer_kedro.vision.face_geometry import NAMES, NEUTRAL, landmarks, rotation
from fer_kedro.vision.face_landmarks import CENTRAL_CURVES, MIDDLE, PAIRED_CURVES, SIDED
from fer_kedro.vision.portrait import CANVAS, Occluder, Person, Shot
from fer_kedro.vision.synthetic import FER2013_COUNTS, draw_demo_faces, sample_intensities


@pytest.fixture(scope="module")
def faces() -> Faces:
    return draw_demo_faces(600)


@pytest.fixture
def person() -> Person:
    return replace(Person.random(np.random.default_rng(1)), bald=False, glasses=False, beard=0.0)


@pytest.fixture
def frontal() -> Shot:
    """A sharp, evenly lit picture of a head that looks straight ahead."""
    shot = Shot.random(np.random.default_rng(0))
    return replace(
        shot,
        view=0.4 * CANVAS * rotation(0.0, 0.0, 0.0),
        centre=np.array([0.5, 0.51]) * CANVAS,
        light=(0.0, 0.0),
        contrast=1.0,
        brightness=0.0,
        grain=np.zeros_like(shot.grain),
        occluder=None,
    )


def original_rows(faces: Faces) -> list[int]:
    """For each row, the first row with the same pixels."""
    first: dict[bytes, int] = {}
    return [first.setdefault(image.tobytes(), row) for row, image in enumerate(faces.images)]


def height(name: str, intensities: dict[int, float]) -> float:
    """How high a landmark stands, in half face widths above its neutral place."""
    row = NAMES.index(name)
    return float(NEUTRAL[row, 1] - landmarks(intensities)[row, 1])


def test_equal_arguments_give_equal_faces(faces: Faces) -> None:
    assert draw_demo_faces(600) == faces


def test_another_seed_gives_other_faces(faces: Faces) -> None:
    other = draw_demo_faces(600, seed=1)

    assert (other.images != faces.images).any(axis=(1, 2)).all()


def test_demo_faces_say_that_they_are_a_demo(faces: Faces) -> None:
    assert faces.provenance.is_demo
    assert faces.class_names == EMOTIONS


def test_images_are_grey_and_have_contrast(faces: Faces) -> None:
    spread = faces.images.std(axis=(1, 2))

    assert faces.images.dtype == np.uint8
    assert faces.images.shape == (600, 48, 48)
    assert 30 < np.median(spread) < 70
    assert 100 < faces.images.mean() < 155


def test_classes_and_usages_have_the_shares_of_fer2013(faces: Faces) -> None:
    counts = np.array([np.bincount(faces.labels[faces.rows(usage)], minlength=7) for usage in USAGES])

    assert np.abs(counts / 600 - FER2013_COUNTS / 35887).max() < 0.005
    assert FER2013_COUNTS.sum(axis=1).tolist() == [28709, 3589, 3589]


@pytest.mark.parametrize("count", [50, 51, 137])
def test_even_few_faces_show_every_emotion_in_every_usage(count: int) -> None:
    few = draw_demo_faces(count)

    cells = {(usage, int(label)) for usage, label in zip(few.table["usage"], few.labels, strict=True)}
    assert len(few) == count
    assert len(cells) == 21


def test_too_few_faces_are_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^49 demo faces are too few .* ask for 50 or more\.$"):
        draw_demo_faces(49)


def test_copies_are_planted_as_often_as_in_fer2013(faces: Faces) -> None:
    n_copies = len(faces) - len(set(original_rows(faces)))

    assert n_copies == round(600 * 1853 / 35887)


def test_some_copies_stand_on_another_side_of_the_split(faces: Faces) -> None:
    usage = faces.table["usage"].to_numpy()

    assert any(usage[row] != usage[first] for row, first in enumerate(original_rows(faces)))


def test_a_copy_has_the_other_label_as_rarely_as_in_fer2013(faces: Faces) -> None:
    conflicts = [row for row, first in enumerate(original_rows(faces)) if faces.labels[row] != faces.labels[first]]

    assert len(conflicts) == 1


def test_blanks_are_planted_in_training_and_one_in_public_test(faces: Faces) -> None:
    blank = faces.images.std(axis=(1, 2)) == 0

    assert faces.table["usage"][blank].tolist() == ["Training", "PublicTest"]


def test_a_face_is_drawn_from_its_seed_row_and_label_alone() -> None:
    few, more = draw_demo_faces(200), draw_demo_faces(210)
    same_label = np.flatnonzero(few.labels[:150] == more.labels[:150])

    equal = (few.images[same_label] == more.images[same_label]).all(axis=(1, 2))
    assert equal.mean() > 0.8  # the rest are copies or blanks in one of the two


def test_every_emotion_has_its_prototype() -> None:
    assert set(PROTOTYPES) == set(EMOTIONS)
    assert PROTOTYPES["happy"] == (6, 12)
    assert PROTOTYPES["fear"] == (1, 2, 4, 5, 20, 26)
    assert PROTOTYPES["neutral"] == ()
    assert {unit for units in PROTOTYPES.values() for unit in units} <= set(ACTION_UNITS)


def test_sampled_intensities_hold_the_prototype_and_stay_in_range() -> None:
    rng = np.random.default_rng(0)
    for emotion in EMOTIONS:
        drawn = sample_intensities(emotion, rng)
        assert set(PROTOTYPES[emotion]) <= set(drawn)
        assert all(0 <= intensity <= 1 for intensity in drawn.values())


def test_the_prototype_acts_more_strongly_than_stray_units() -> None:
    rng = np.random.default_rng(0)
    drawn = [sample_intensities("happy", rng) for _ in range(200)]

    smile = np.mean([intensities[12] for intensities in drawn])
    sulk = np.mean([intensities.get(15, 0.0) for intensities in drawn])
    assert smile > 0.4
    assert sulk < 0.1


def test_every_name_in_the_tables_begins_a_landmark() -> None:
    known = [*SIDED, *MIDDLE]
    moved = [*(unit.shifts for unit in ACTION_UNITS.values()), *IDENTITY.values()]
    folded = {crease for unit in ACTION_UNITS.values() for crease in unit.creases}

    for start in {start for shifts in moved for start in shifts}:
        assert any(name.startswith(start) for name in known), start
    assert folded <= {*PAIRED_CURVES, *CENTRAL_CURVES}


def test_action_units_move_what_their_names_say() -> None:
    assert height("right brow_inner_low", {1: 1.0}) > 0.1
    assert height("left brow_outer", {2: 1.0}) > 0.1
    assert height("left brow_inner_low", {4: 1.0}) < -0.1
    assert height("right lid_upper", {5: 1.0}) > 0.05
    assert height("right lid_lower", {6: 1.0}) > 0.05
    assert height("left nose_wing", {9: 1.0}) > 0.05
    assert height("left lip_corner", {12: 1.0}) > 0.1
    assert height("left lip_corner", {15: 1.0}) < -0.1
    assert height("chin", {26: 1.0}) < -0.1


def test_expressions_are_symmetric() -> None:
    moved = landmarks({unit: 1.0 for unit in ACTION_UNITS})
    right, left = moved[: len(SIDED)], moved[len(SIDED) : 2 * len(SIDED)]

    np.testing.assert_allclose(left, right * (-1.0, 1.0, 1.0), atol=1e-12)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_zero_intensity_is_neutral(emotion: str, person: Person, frontal: Shot) -> None:
    still = draw_face(person, dict.fromkeys(PROTOTYPES[emotion], 0.0), frontal)

    np.testing.assert_array_equal(still, draw_face(person, {}, frontal))


@pytest.mark.parametrize("emotion", EMOTIONS[:-1])
def test_more_intensity_changes_more_of_the_face(emotion: str, person: Person, frontal: Shot) -> None:
    neutral, slight, full = (
        draw_face(person, dict.fromkeys(PROTOTYPES[emotion], intensity), frontal).astype(float)
        for intensity in (0.0, 0.2, 1.0)
    )

    assert 0 < np.abs(slight - neutral).mean() < np.abs(full - neutral).mean()


def test_full_expressions_differ_from_each_other(person: Person, frontal: Shot) -> None:
    drawn = [draw_face(person, dict.fromkeys(units, 1.0), frontal) for units in PROTOTYPES.values()]

    assert len({image.tobytes() for image in drawn}) == len(EMOTIONS)
    for first, one in enumerate(drawn):
        for other in drawn[first + 1 :]:
            assert np.abs(one.astype(int) - other).mean() > 1.5


def test_another_person_makes_another_face(person: Person, frontal: Shot) -> None:
    other = replace(person, traits=-person.traits)

    assert not np.array_equal(draw_face(person, {}, frontal), draw_face(other, {}, frontal))


def test_an_occluder_covers_its_place(person: Person, frontal: Shot) -> None:
    hand = Occluder(centre=(48.0, 70.0), axes=(24.0, 16.0), angle=0.0, tone=200.0)
    hidden = draw_face(person, {}, replace(frontal, occluder=hand))

    assert (hidden[33:37, 21:27] == 200).all()
    np.testing.assert_array_equal(hidden[:24], draw_face(person, {}, frontal)[:24])
