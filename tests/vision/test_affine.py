"""One combined warp equals the steps that it stands for, done one after the other by OpenCV."""

import cv2
import numpy as np
import pytest

from fer_kedro.faces import Images
from fer_kedro.vision.affine import source_maps, warp_faces


def smooth_faces(count: int) -> Images:
    noise = np.random.default_rng(0).normal(size=(count, 48, 48))
    blurred = np.stack([cv2.GaussianBlur(image, None, 4) for image in noise])
    return np.clip(128 + 600 * blurred, 0, 255).astype(np.uint8)


def sharp_faces(count: int) -> Images:
    return np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)


def warp(images: Images, angle: float = 0, flipped: bool = False, zoomed: int = 48, shift: tuple = (0, 0)) -> Images:
    ones = np.ones(len(images))
    maps = source_maps(np.deg2rad(angle) * ones, np.full(len(images), flipped), zoomed * ones, np.outer(shift, ones))
    warped = np.empty_like(images)
    warp_faces(images, maps, warped)
    return warped


def step_by_step(image: np.ndarray, angle: float, flipped: bool, zoomed: int) -> np.ndarray:
    """The code printed in `hejslet_vetterstein` §3, then crop or pad."""
    rotation = cv2.getRotationMatrix2D((24, 24), angle, 1.0)
    image = cv2.warpAffine(image, rotation, (48, 48), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    image = cv2.flip(image, 1) if flipped else image
    image = cv2.resize(image, (zoomed, zoomed), interpolation=cv2.INTER_LINEAR)
    first = (zoomed - 48) // 2
    if first >= 0:
        return image[first : first + 48, first : first + 48]
    return cv2.copyMakeBorder(image, -first, 48 - zoomed + first, -first, 48 - zoomed + first, cv2.BORDER_REFLECT_101)


@pytest.mark.parametrize("zoomed", [45, 46, 47, 48, 49, 50, 51])
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("angle", [-15, 0, 7.5])
def test_combined_warp_equals_the_steps_to_within_interpolation(angle: float, flipped: bool, zoomed: int) -> None:
    images = smooth_faces(8)
    expected = np.stack([step_by_step(image, angle, flipped, zoomed) for image in images])
    error = np.abs(warp(images, angle, flipped, zoomed).astype(float) - expected)
    # Only at the border do they part: the pad reflects what the rotation made, the combined warp the source.
    assert error.mean() < 2
    assert error[:, 8:-8, 8:-8].max() <= 3


def test_identity_and_flip_are_exact() -> None:
    images = sharp_faces(70)
    assert np.array_equal(warp(images), images)
    assert np.array_equal(warp(images, flipped=True), images[:, :, ::-1])


def test_shift_moves_right_and_down_and_reflects_what_it_uncovers() -> None:
    images = sharp_faces(3)
    moved = warp(images, shift=(5, 2))
    assert np.array_equal(moved[:, 2:, 5:], images[:, :-2, :-5])
    assert np.array_equal(moved[:, 2:, :5], images[:, :-2, 5:0:-1])


def test_furthest_reach_of_any_chain_equals_opencvs_reflection() -> None:
    images = sharp_faces(2)
    count = len(images)
    maps = source_maps(
        np.deg2rad([45.0, -45.0]),
        np.array([False, True]),
        np.full(count, 36.0),
        np.array([[12.0, -12], [-12, -12]]),
    )
    warped = np.empty_like(images)
    warp_faces(images, maps, warped)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for image, affine, mine in zip(images, maps, warped, strict=True):
        expected = cv2.warpAffine(image, affine, (48, 48), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        assert np.abs(mine.astype(int) - expected).max() <= 1


def test_neighbouring_faces_do_not_bleed_into_each_other() -> None:
    images = np.zeros((3, 48, 48), dtype=np.uint8)
    images[1] = 255
    warped = warp(images, angle=11, zoomed=45, shift=(1.3, -2.7))
    assert [image.tolist() for image in warped] == [image.tolist() for image in images]
