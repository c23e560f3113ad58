"""Pairs of images that look alike, proposed by a perceptual hash among all pairs.

The hash is the pHash of C. Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010): the
signs of the low frequencies of the discrete cosine transform, 63 bits. One hash per image survives recompression and
brightness but no shift, so one window of each image is compared with several windows of every other.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE, Images
from fer_kedro.threads import thread_count


class Window(NamedTuple):
    """A square part of an image, in pixels."""

    top: int
    left: int
    width: int


class View(NamedTuple):
    """What one window of each image looks like: cosine coefficients of unit length (n, 64), and their signs."""

    coefficients: npt.NDArray[np.float32]
    hashes: npt.NDArray[np.uint64]


Pairs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

REFERENCE = Window(1, 1, 46)
# Chosen on FER-2013, greedily, by how many of its near copies each window adds.
WINDOWS = (
    REFERENCE,
    Window(0, 0, 48),
    Window(0, 0, 44),
    Window(0, 4, 44),
    Window(6, 3, 42),
    Window(4, 4, 40),
    Window(3, 0, 42),
    Window(3, 6, 42),
)
FREQUENCIES = 8
MIN_COSINE = 0.88
_ROWS_A_TASK = 2048
_HASHES_AT_ONCE = 2**17  # 1 MiB stays in the processor's cache, which is what makes the search fast


def propose_pairs(images: Images, hash_distance: int) -> Pairs:
    """Propose the pairs that may show the same photograph, upright or mirrored.

    A pair is proposed where a window of one differs from the reference window of the other in at most
    `hash_distance` bits and the cosine between their coefficients confirms that they look alike.

    Parameters
    ----------
    images
        uint8, shape (n, 48, 48); they should be distinct and not blank, or they propose needless pairs.
    hash_distance
        Bits of 63.

    Returns
    -------
    Pairs
        int64, shape (pairs, 3), sorted and without repeats: a row, a higher row, and whether one is mirrored
        (0, 1).
    """
    if len(images) < 2:
        return np.empty((0, 3), np.int64)
    reference = look(images, REFERENCE)
    found = []
    for mirrored in (False, True):
        for window in WINDOWS:
            rows = _alike(reference, look(images, window, mirrored=mirrored), hash_distance)
            found.append(np.column_stack([np.sort(rows, axis=1), np.full(len(rows), mirrored)]))
    return np.unique(np.concatenate(found), axis=0)


def look(images: Images, window: Window, *, mirrored: bool = False) -> View:
    """Look at one window of each image, or of its mirror image."""
    down, across = _cosines(window.top, window.width), _cosines(window.left, window.width)
    across = across[:, ::-1] if mirrored else across
    chunks = (images[start : start + _ROWS_A_TASK] for start in range(0, len(images), _ROWS_A_TASK))
    parts = [down @ chunk.astype(np.float32) @ across.T for chunk in chunks]
    coefficients = np.concatenate(parts).reshape(len(images), -1)
    coefficients[:, 0] = 0  # brightness
    coefficients /= np.maximum(np.linalg.norm(coefficients, axis=1, keepdims=True), 1e-6)
    return View(coefficients, np.packbits(coefficients > 0, axis=1).view(np.uint64).ravel())


def _cosines(start: int, width: int) -> Floats:
    """Cosine waves of unit length over `width` pixels from `start` on, zero elsewhere, shape (8, 48)."""
    pixels = np.arange(SIZE) - start
    waves = np.cos(np.pi * np.arange(FREQUENCIES)[:, None] * (pixels + 0.5) / width)
    waves *= (pixels >= 0) & (pixels < width)
    unit: Floats = (waves / np.linalg.norm(waves, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _alike(reference: View, other: View, hash_distance: int) -> Pairs:
    """Rows (i, j), i ≠ j, where `reference` of i and `other` of j are alike."""

    def search(start: int) -> Pairs:
        pairs = _near_hashes(reference.hashes, other.hashes, start, hash_distance)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        ours, theirs = reference.coefficients[pairs[:, 0]], other.coefficients[pairs[:, 1]]
        cosines = np.einsum("ij,ij->i", ours, theirs)
        return np.compress(cosines >= MIN_COSINE, pairs, axis=0)

    with ThreadPoolExecutor(thread_count()) as pool:
        return np.concatenate(list(pool.map(search, range(0, len(reference.hashes), _ROWS_A_TASK))))


def _near_hashes(ours: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64], first: int, distance: int) -> Pairs:
    """Rows (i, j) of hashes at most `distance` bits apart, i from `first` on, one task's worth."""
    last = min(first + _ROWS_A_TASK, len(ours))
    step = max(1, _HASHES_AT_ONCE // len(theirs))
    differing = np.empty((step, len(theirs)), np.uint64)
    found = []
    for row in range(first, last, step):
        some = ours[row : min(row + step, last), None]
        bits = np.bitwise_count(np.bitwise_xor(some, theirs, out=differing[: len(some)]))
        i, j = np.divmod(np.flatnonzero(bits <= distance), len(theirs))
        found.append(np.column_stack([i + row, j]))
    return np.concatenate(found)
