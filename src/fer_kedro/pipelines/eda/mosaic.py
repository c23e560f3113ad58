"""Many small pictures as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE

GAP = 3
PITCH = SIZE + GAP


def tile(rows: Sequence[npt.NDArray[Any]], columns: int) -> npt.NDArray[np.float64]:
    """Lay rows of 48×48 images out in one picture; gaps and missing images are NaN, hence not drawn.

    Shape (rows · 51 − 3, columns · 51 − 3): the image in row r and column c begins at (51 r, 51 c).
    """
    mosaic = np.full((len(rows) * PITCH - GAP, columns * PITCH - GAP), np.nan)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            top, left = row * PITCH, column * PITCH
            mosaic[top : top + SIZE, left : left + SIZE] = image
    return mosaic


def centres(count: int) -> list[float]:
    """Where along a mosaic the middles of its first `count` images lie, for tick labels."""
    return [place * PITCH + (SIZE - 1) / 2 for place in range(count)]
