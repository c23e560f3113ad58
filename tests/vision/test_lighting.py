"""Grey levels become factor·level + offset + noise, rounded once and clipped."""

import numpy as np

from fer_kedro.faces import Images
from fer_kedro.vision.lighting import relight_faces


def relight(images: Images, factor: float, offset: float, sigma: float = 0, seed: int = 0) -> Images:
    lit = images.copy()
    count = len(images)
    relight_faces(
        lit,
        np.full(count, factor, dtype=np.float32),
        np.full(count, offset, dtype=np.float32),
        noisy=np.arange(count) % 2 == 0,
        sigma=sigma,
        seed=(seed, 0),
    )
    return lit


def grey(level: int, count: int = 1) -> Images:
    return np.full((count, 48, 48), level, dtype=np.uint8)


def test_levels_are_scaled_shifted_and_rounded() -> None:
    assert np.unique(relight(grey(101), 1.1, -8)) == [103]
    assert np.unique(relight(grey(100, 130), 0.9, 0.6)).tolist() == [91]


def test_levels_are_clipped_at_black_and_white() -> None:
    assert np.unique(relight(grey(250), 1.1, 8)) == [255]
    assert np.unique(relight(grey(3), 0.9, -8)) == [0]


def test_noise_is_gaussian_on_the_chosen_faces_only() -> None:
    lit = relight(grey(128, 100), 1, 0, sigma=3).astype(float) - 128
    noise = lit[::2]
    assert not lit[1::2].any()
    assert abs(noise.mean()) < 0.05
    # Rounding adds a variance of 1/12.
    assert abs(noise.var() - (9 + 1 / 12)) < 0.15
    assert abs((np.abs(noise) <= 3).mean() - 0.7566) < 0.01


def test_noise_depends_on_the_seed_and_not_on_the_faces_that_follow() -> None:
    many = relight(grey(128, 100), 1, 0, sigma=3)
    assert np.array_equal(relight(grey(128, 70), 1, 0, sigma=3), many[:70])
    assert not np.array_equal(relight(grey(128, 100), 1, 0, sigma=3, seed=1), many)
    assert not np.array_equal(many[0], many[64])
