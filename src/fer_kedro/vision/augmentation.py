"""The function that makes faces vary as an augmentation chain says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from fer_kedro.faces import SIZE, Images
from fer_kedro.threads import thread_count
from fer_kedro.variation import Augmentation
from fer_kedro.vision.affine import Doubles, Maps, Mask, source_maps, warp_faces
from fer_kedro.vision.lighting import BLOCK, Floats, relight_faces

CHUNK = 16 * BLOCK
"""Faces that a thread takes at a time; a single chunk stays in the caller's thread."""
MAX_THREADS = 4
DRAWS = 9
"""Uniform numbers per face, drawn whether used or not: an option switched off changes none of the others."""


@dataclass(frozen=True)
class _Variation:
    """What was drawn for n faces: masks (n,), maps (n, 2, 3), factors and offsets of grey levels (n,)."""

    flipped: Mask
    maps: Maps
    factor: Floats
    offset: Floats
    noisy: Mask
    noise_seed: int


def augment(
    images: Images, chain: Augmentation, rng: np.random.Generator | int, *, threads: int | None = None
) -> Images:
    """Vary faces at random.

    Rotation, flip, zoom and shift are one combined warp: pixels are interpolated once, not at every step.

    Parameters
    ----------
    images
        uint8, shape (n, 48, 48).
    chain
        How they may vary.
    rng
        Generator or seed. Image i of the result depends on it, on i and on `images[i]` alone: neither on how
        many images follow nor on the number of threads.
    threads
        Defaults to those that this process computes with, at most four. Few images stay in the caller's thread.

    Returns
    -------
    Images
        uint8, shape (n, 48, 48), in new memory.
    """
    variation = _draw(chain, len(images), np.random.default_rng(rng))
    varied = np.empty(images.shape, dtype=np.uint8)

    def fill(start: int) -> None:
        rows = slice(start, start + CHUNK)
        _move(images[rows], chain, variation, rows, varied[rows])
        if chain.relights:
            _relight(varied[rows], chain, variation, rows)

    starts = range(0, len(images), CHUNK)
    threads = min(thread_count(), MAX_THREADS) if threads is None else threads
    if threads == 1 or len(starts) < 2:
        for start in starts:
            fill(start)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, starts))
    return varied


def _draw(chain: Augmentation, count: int, rng: np.random.Generator) -> _Variation:
    noise_seed = int(rng.integers(2**63))
    draws = rng.random((count, DRAWS)).T
    rotation, flip, zoom, shift_x, shift_y, contrast, brightness_factor, brightness, noise = draws
    flipped = flip < chain.flip
    maps = source_maps(
        angle=np.deg2rad(chain.rotation) * (2 * rotation - 1),
        flipped=flipped,
        zoomed=np.floor(SIZE * _between(chain.zoom, zoom)),
        shift=SIZE * chain.shift * (2 * np.stack([shift_x, shift_y]) - 1),
    )
    factor = _between(chain.contrast, contrast) * _between(chain.brightness_factor, brightness_factor)
    offset = chain.brightness * (2 * brightness - 1)
    noisy = noise < chain.noise.probability
    return _Variation(flipped, maps, factor.astype(np.float32), offset.astype(np.float32), noisy, noise_seed)


def _between(limits: tuple[float, float], draw: Doubles) -> Doubles:
    low, high = limits
    return low + draw * (high - low)


def _move(images: Images, chain: Augmentation, variation: _Variation, rows: slice, moved: Images) -> None:
    if chain.warps:
        warp_faces(images, variation.maps[rows], moved)
    else:
        flipped = variation.flipped[rows]
        moved[:] = images
        moved[flipped] = images[flipped, :, ::-1]


def _relight(images: Images, chain: Augmentation, variation: _Variation, rows: slice) -> None:
    relight_faces(
        images,
        variation.factor[rows],
        variation.offset[rows],
        noisy=variation.noisy[rows],
        sigma=chain.noise.sigma,
        seed=(variation.noise_seed, rows.start),
    )
