"""Pixel-identical images share a number, and blank ones are seen."""

import numpy as np
import pytest

from fer_kedro.vision.fingerprints import exact_groups, is_blank


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 48, 48), dtype=np.uint8)


def test_identical_images_have_the_row_of_the_first(images: np.ndarray) -> None:
    images[3], images[5], images[4] = images[0], images[0], images[2]
    assert exact_groups(images).tolist() == [0, 1, 2, 0, 2, 0]
    assert exact_groups(images).dtype == np.int64


def test_one_grey_level_in_one_pixel_makes_another_image(images: np.ndarray) -> None:
    images[1] = images[0]
    images[1, 47, 47] ^= 1
    assert exact_groups(images).tolist() == [0, 1, 2, 3, 4, 5]


def test_images_that_are_a_strided_view_are_compared_by_their_pixels(images: np.ndarray) -> None:
    twice = np.repeat(images, 2, axis=0)
    assert exact_groups(twice[::-1, :, ::-1]).tolist() == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10]


def test_no_images_have_no_groups() -> None:
    assert exact_groups(np.empty((0, 48, 48), np.uint8)).shape == (0,)
    assert is_blank(np.empty((0, 48, 48), np.uint8)).shape == (0,)


def test_blank_is_below_a_deviation_of_one_grey_level(images: np.ndarray) -> None:
    checks = np.indices((48, 48)).sum(axis=0) % 2
    images[1] = 255
    images[2] = 200 + checks  # deviation 0.5
    images[3] = 200 + 2 * checks  # deviation 1
    assert is_blank(images).tolist() == [False, True, True, False, False, False]


def test_a_speck_on_white_is_not_blank(images: np.ndarray) -> None:
    images[0] = 255
    images[0, 20:22, 20:22] = 0
    assert not is_blank(images)[0]
