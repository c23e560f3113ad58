"""Contrast, brightness and noise of many faces at once."""

from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE, Images

BLOCK = 64
"""Faces whose float32 pixels fit in a core's cache together."""
QUANTILES = 2**16
Floats = npt.NDArray[np.float32]


def relight_faces(
    images: Images,
    factor: Floats,
    offset: Floats,
    *,
    noisy: npt.NDArray[np.bool_],
    sigma: float,
    seed: tuple[int, int],
) -> None:
    """Make each pixel `factor`·pixel + `offset` + noise, rounded once and clipped to [0, 255], in place.

    Parameters
    ----------
    images
        uint8, shape (n, 48, 48), contiguous.
    factor, offset
        float32, shape (n,): contrast and brightness of each face.
    noisy
        bool, shape (n,): which faces get Gaussian noise of standard deviation `sigma`, in grey levels.
    seed
        Of the noise. Noise of face i depends on it, on i and on `noisy[:i]`.
    """
    scratch = np.empty((min(BLOCK, len(images)), SIZE, SIZE), dtype=np.float32)
    rng = np.random.default_rng(seed)
    for start in range(0, len(images), BLOCK):
        rows = slice(start, start + BLOCK)
        levels = scratch[: len(images[rows])]
        np.multiply(images[rows], factor[rows, None, None], out=levels)
        levels += offset[rows, None, None]
        chosen = np.flatnonzero(noisy[rows])
        levels[chosen] += _noise(len(chosen), sigma, rng)
        np.rint(levels, out=levels)
        np.clip(levels, 0, 255, out=levels)
        np.copyto(images[rows], levels, casting="unsafe")


def _noise(count: int, sigma: float, rng: np.random.Generator) -> Floats:
    """Draw from 65,536 quantiles of the Gaussian: four times as fast as `standard_normal`, within ±4.3 σ."""
    noise = _normal_quantiles().take(rng.integers(QUANTILES, size=(count, SIZE, SIZE), dtype=np.uint16))
    noise *= np.float32(sigma)
    return noise


@cache
def _normal_quantiles() -> Floats:
    inverse = NormalDist().inv_cdf
    return np.array([inverse((rank + 0.5) / QUANTILES) for rank in range(QUANTILES)], dtype=np.float32)
