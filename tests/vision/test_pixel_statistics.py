import cv2
import numpy as np
import pytest

from fer_kedro.vision.pixel_statistics import brightness, contrast, grey_histogram, mean_and_sd, sharpness

NOISE = np.random.default_rng(0).integers(0, 256, (50, 48, 48), dtype=np.uint8)


def test_brightness_is_each_images_mean():
    np.testing.assert_allclose(brightness(NOISE), NOISE.mean(axis=(1, 2)))


def test_contrast_is_each_images_standard_deviation():
    np.testing.assert_allclose(contrast(NOISE), NOISE.std(axis=(1, 2)))


def test_sharpness_is_the_variance_of_the_laplacian():
    expected = [cv2.Laplacian(image, cv2.CV_64F).var() for image in NOISE]
    np.testing.assert_allclose(sharpness(NOISE), expected)


def test_blurring_lowers_sharpness_but_hardly_brightness():
    blurred = np.stack([cv2.GaussianBlur(image, (5, 5), 1.5) for image in NOISE])
    assert (sharpness(blurred) < sharpness(NOISE) / 10).all()
    np.testing.assert_allclose(brightness(blurred), brightness(NOISE), atol=2)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_constant_image_has_its_level_and_neither_contrast_nor_sharpness(level):
    constant = np.full((1, 48, 48), level, dtype=np.uint8)
    assert (brightness(constant)[0], contrast(constant)[0], sharpness(constant)[0]) == (level, 0, 0)


@pytest.mark.parametrize("measure", [brightness, contrast, sharpness])
def test_no_images_give_no_measures(measure):
    assert measure(NOISE[:0]).shape == (0,)


def test_mean_and_sd_are_those_of_numpy():
    mean, sd = mean_and_sd(NOISE)
    np.testing.assert_allclose(mean, NOISE.mean(axis=0))
    np.testing.assert_allclose(sd, NOISE.std(axis=0))


def test_equal_images_have_no_deviation_at_all():
    mean, sd = mean_and_sd(np.repeat(NOISE[:1], 7, axis=0))
    np.testing.assert_array_equal(mean, NOISE[0])
    np.testing.assert_array_equal(sd, 0)


def test_grey_histogram_counts_every_pixel_over_all_chunks():
    many = np.tile(NOISE, (45, 1, 1))
    np.testing.assert_array_equal(grey_histogram(many), np.bincount(many.ravel(), minlength=256))


def test_grey_histogram_of_nothing_is_zero():
    assert grey_histogram(NOISE[:0]).tolist() == [0] * 256
