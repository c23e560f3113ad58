"""The chain as data, and the promises of `augment`: seeded, place by place, whatever the threads."""

import numpy as np
import pytest
from pydantic import ValidationError

from fer_kedro.faces import Images
from fer_kedro.variation import HEJSLET_CHAIN, Augmentation, Noise
from fer_kedro.vision.augmentation import augment


def random_faces(count: int) -> Images:
    return np.random.default_rng(1).integers(0, 256, (count, 48, 48), dtype=np.uint8)


def grey_faces(level: int, count: int = 300) -> Images:
    return np.full((count, 48, 48), level, dtype=np.uint8)


def levels(images: Images) -> np.ndarray:
    """The one grey level of each face that has only one."""
    assert (images == images[:, :1, :1]).all()
    return images[:, 0, 0].astype(float)


def test_chain_of_defaults_changes_nothing_and_shares_no_memory() -> None:
    images = random_faces(5)
    same = augment(images, Augmentation(), 0)
    assert np.array_equal(same, images)
    assert not np.shares_memory(same, images)


def test_same_seed_gives_the_same_faces_and_another_seed_others() -> None:
    images = random_faces(20)
    first = augment(images, HEJSLET_CHAIN, 3)
    assert np.array_equal(augment(images, HEJSLET_CHAIN, 3), first)
    assert np.array_equal(augment(images, HEJSLET_CHAIN, np.random.default_rng(3)), first)
    assert not np.array_equal(augment(images, HEJSLET_CHAIN, 4), first)


def test_number_of_threads_does_not_change_the_faces() -> None:
    images = random_faces(2500)
    alone = augment(images, HEJSLET_CHAIN, 0, threads=1)
    assert np.array_equal(augment(images, HEJSLET_CHAIN, 0, threads=3), alone)
    assert np.array_equal(augment(images, HEJSLET_CHAIN, 0), alone)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1100])
def test_face_depends_on_its_place_and_not_on_those_that_follow(count: int) -> None:
    images = random_faces(1200)
    assert np.array_equal(augment(images[:count], HEJSLET_CHAIN, 0), augment(images, HEJSLET_CHAIN, 0)[:count])


def test_equal_faces_at_different_places_vary_differently() -> None:
    varied = augment(np.repeat(random_faces(1), 100, axis=0), HEJSLET_CHAIN, 0)
    assert len(np.unique(varied.reshape(100, -1), axis=0)) == 100


def test_no_faces_and_read_only_faces_are_fine() -> None:
    images = random_faces(3)
    images.flags.writeable = False
    assert augment(images, HEJSLET_CHAIN, 0).shape == (3, 48, 48)
    assert augment(images[:0], HEJSLET_CHAIN, 0).shape == (0, 48, 48)


@pytest.mark.parametrize("rotation", [0, 1e-9])
def test_flip_mirrors_its_share_of_the_faces_exactly_with_and_without_a_warp(rotation: float) -> None:
    images = random_faces(400)
    varied = augment(images, Augmentation(flip=0.25, rotation=rotation), 0)
    same = (varied == images).all(axis=(1, 2))
    mirrored = (varied == images[:, :, ::-1]).all(axis=(1, 2))
    assert (same ^ mirrored).all()
    assert 70 <= mirrored.sum() <= 130


def test_brightness_is_added_within_its_range() -> None:
    change = levels(augment(grey_faces(100), Augmentation(brightness=8), 0)) - 100
    assert change.min() < -6 and change.max() > 6 and np.abs(change).max() <= 8


@pytest.mark.parametrize("option", ["contrast", "brightness_factor"])
def test_factors_multiply_within_their_range(option: str) -> None:
    factors = levels(augment(grey_faces(200), Augmentation(**{option: (0.9, 1.1)}), 0)) / 200
    assert 0.9 <= factors.min() < 0.92 and 1.08 < factors.max() <= 1.1


def test_noise_falls_on_its_share_of_the_faces() -> None:
    varied = augment(grey_faces(128, 500), Augmentation(noise=Noise(sigma=3, probability=0.3)), 0)
    noisy = varied.std(axis=(1, 2)) > 0
    assert 120 <= noisy.sum() <= 180
    assert abs(varied[noisy].std() - 3) < 0.1


def test_zoom_and_shift_keep_the_face_near_the_middle() -> None:
    dot = np.zeros((300, 48, 48), dtype=np.uint8)
    dot[:, 22:26, 22:26] = 255
    x = np.arange(48)
    for chain, reach in ((Augmentation(zoom=(0.95, 1.08)), 0.5), (Augmentation(shift=0.1), 4.8)):
        varied = augment(dot, chain, 0).astype(float)
        centre = (varied.sum(axis=1) @ x) / varied.sum(axis=(1, 2)) - 23.5
        assert 0.8 * reach < np.abs(centre).max() < reach + 0.2


def test_option_switched_off_leaves_the_others_draws_alone() -> None:
    images = random_faces(50)
    silent = HEJSLET_CHAIN.model_copy(update={"noise": Noise()})
    loud, quiet = augment(images, HEJSLET_CHAIN, 0), augment(images, silent, 0)
    equal = (loud == quiet).all(axis=(1, 2))
    assert 25 <= equal.sum() <= 45


def test_chain_of_the_report() -> None:
    assert HEJSLET_CHAIN.model_dump(include={"rotation", "flip", "zoom", "contrast", "brightness"}) == {
        "rotation": 15,
        "flip": 0.5,
        "zoom": (0.95, 1.08),
        "contrast": (0.9, 1.1),
        "brightness": 8,
    }
    assert HEJSLET_CHAIN.noise == Noise(sigma=3, probability=0.3)


def test_chain_reads_what_yaml_gives() -> None:
    chain = Augmentation.model_validate({"zoom": [0.9, 1.1], "noise": {"sigma": 3, "probability": 1}})
    assert (chain.zoom, chain.noise.sigma) == ((0.9, 1.1), 3)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("contrast", [1.1, 0.9], r"a range is \[low, high\] with 0 < low ≤ high, not \[1.1, 0.9\]"),
        ("contrast", [0, 1], "0 < low"),
        ("zoom", [1.2, 0.8], "0 < low"),
        ("zoom", [0.1, 1], "greater than or equal to 0.75"),
        ("rotation", -1, "greater than or equal to 0"),
        ("rotation", 90, "less than or equal to 45"),
        ("flip", 2, "less than or equal to 1"),
        ("shift", 0.5, "less than or equal to 0.25"),
        ("brightness", float("nan"), "finite"),
        ("noise", {"sigma": -1}, "greater than or equal to 0"),
        ("rotate", 15, "Extra inputs are not permitted"),
    ],
)
def test_impossible_chain_is_refused_with_its_reason(option: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refusal:
        Augmentation.model_validate({option: value})
    assert refusal.value.errors()[0]["loc"][0] == option
