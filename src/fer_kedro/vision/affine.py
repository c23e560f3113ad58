"""Affine warps of many faces at once."""

import cv2
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE, Images

BLOCK = 64
"""Faces whose float32 coordinates fit in a core's cache together."""
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Maps = npt.NDArray[np.float32]


def source_maps(angle: Doubles, flipped: Mask, zoomed: Doubles, shift: Doubles) -> Maps:
    """Affine maps from the result's pixels to the source's, undoing the steps from the last to the first.

    Parameters
    ----------
    angle
        Shape (n,), radians: first step, the rotation of `cv2.getRotationMatrix2D((24, 24), angle, 1)`.
    flipped
        Shape (n,): second step, left and right exchanged.
    zoomed
        Shape (n,): third step, a resize to so many pixels, in which pixel x stood at (x + ½)·48/zoomed − ½,
        then a crop or pad about the centre.
    shift
        Shape (2, n), pixels to the right and down: last step.

    Returns
    -------
    Maps
        float32, shape (n, 2, 3): from a pixel (x, y, 1) of the result to its place in the source.
    """
    scale = SIZE / zoomed
    x, y = scale * ((zoomed - SIZE) // 2 + 0.5 - shift) - 0.5
    mirrored = np.where(flipped, -scale, scale)
    x = np.where(flipped, SIZE - 1 - x, x) - SIZE / 2
    y = y - SIZE / 2
    cos, sin = np.cos(angle), np.sin(angle)
    rows = [
        [cos * mirrored, -sin * scale, cos * x - sin * y + SIZE / 2],
        [sin * mirrored, cos * scale, sin * x + cos * y + SIZE / 2],
    ]
    return np.array(rows, dtype=np.float32).transpose(2, 0, 1)


def warp_faces(images: Images, maps: Maps, warped: Images) -> None:
    """Warp each face by its own affine map: bilinear, filled by reflection at the border (reflect-101).

    To within rounding it is `cv2.warpAffine(face, map, (48, 48), flags=WARP_INVERSE_MAP, …)` of every face.
    Here 64 faces are one tall image and one `cv2.remap`, which takes Python's lock a few times where 64 calls
    would fight for it: threads scale.

    Parameters
    ----------
    images
        uint8, shape (n, 48, 48).
    maps
        float32, shape (n, 2, 3), as `source_maps` gives them. No coordinate may leave [−94, 94], where one
        reflection at each border would not do.
    warped
        uint8, shape (n, 48, 48), contiguous: takes the result.
    """
    scratch = np.empty((2, min(BLOCK, len(images)), SIZE, SIZE), dtype=np.float32)
    for start in range(0, len(images), BLOCK):
        block = slice(start, start + BLOCK)
        _warp_block(images[block], maps[block], warped[block], scratch[:, : len(images[block])])


def _warp_block(images: Images, maps: Maps, warped: Images, places: Maps) -> None:
    pixel = np.arange(SIZE, dtype=np.float32)
    along_x = maps[:, :, 0, None] * pixel
    along_y = maps[:, :, 1, None] * pixel + maps[:, :, 2, None]
    np.add(along_x.swapaxes(0, 1)[:, :, None, :], along_y.swapaxes(0, 1)[:, :, :, None], out=places)
    _reflect(places)
    x, y = places
    y += np.arange(0, SIZE * len(images), SIZE, dtype=np.float32)[:, None, None]
    tall = (-1, SIZE)
    cv2.remap(
        images.reshape(tall), x.reshape(tall), y.reshape(tall), cv2.INTER_LINEAR,
        dst=warped.reshape(tall), borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def _reflect(places: Maps) -> None:
    """Fold coordinates of [−94, 94] into [0, 47]."""
    last = np.float32(SIZE - 1)
    for _ in range(2):
        np.abs(places, out=places)
        np.subtract(last, places, out=places)
