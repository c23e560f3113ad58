"""Pixel-identical copies and blank images."""

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Images
from fer_kedro.vision.pixel_statistics import contrast

BLANK_BELOW = 1.0


def exact_groups(images: Images) -> npt.NDArray[np.int64]:
    """Give pixel-identical images the same number: the row of the first of them.

    Parameters
    ----------
    images
        uint8, shape (n, height, width).

    Returns
    -------
    npt.NDArray[np.int64]
        int64, shape (n,). An image that no other equals has its own row.
    """
    first_rows: dict[bytes, int] = {}
    groups = (first_rows.setdefault(image.tobytes(), row) for row, image in enumerate(images))
    return np.fromiter(groups, dtype=np.int64, count=len(images))


def is_blank(images: Images) -> npt.NDArray[np.bool_]:
    """Whether an image shows nothing: the standard deviation of its pixels is below one grey level.

    Parameters
    ----------
    images
        uint8, shape (n, height, width).

    Returns
    -------
    npt.NDArray[np.bool_]
        bool, shape (n,).
    """
    return contrast(images) < BLANK_BELOW
