"""A figure as one PNG file, whose bytes a report can embed."""

import base64
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset
from kedro_datasets._typing import ImagePreview

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any  # Matplotlib is imported by those who draw


PREVIEW_RATIO = 1.7
"""Width over height of kedro-viz' page."""


class FigureDataset(AbstractDataset[Figure, bytes]):
    r"""Saves a Matplotlib figure as PNG and loads that PNG's bytes.

    `matplotlib.MatplotlibDataset` refuses to load, so no later node could show the figure.

    Parameters
    ----------
    filepath
        The PNG file.

    Examples
    --------
    >>> import tempfile
    >>> from fer_kedro.figures import new_figure
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     dataset = FigureDataset(filepath=f"{folder}/figure.png")
    ...     dataset.save(new_figure(2, 1))
    ...     dataset.load()[:4]
    b'\x89PNG'
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> bytes:
        """Return the PNG.

        Raises
        ------
        InputError
            If there is none. Kedro wraps it in a `DatasetError` whose cause it is.
        """
        if not self._filepath.exists():
            raise InputError(f"{self._filepath} does not exist; run the pipeline that draws it first.")
        return self._filepath.read_bytes()

    def save(self, data: Figure) -> None:
        """Draw the figure at its own resolution; the file is never seen half-written."""
        with atomic_path(self._filepath) as temporary:
            data.savefig(temporary, format="png")

    def preview(self) -> ImagePreview:
        """Return the PNG in base64 for kedro-viz, which fits pictures by height and cuts the sides of wide ones."""
        return ImagePreview(base64.b64encode(_no_wider(self.load(), PREVIEW_RATIO)).decode())

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


def _no_wider(png: bytes, ratio: float) -> bytes:
    """Continue a picture's upper and lower edge until its width is no more than `ratio` times its height."""
    import cv2
    import numpy as np

    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if picture is None or (missing := math.ceil(picture.shape[1] / ratio) - len(picture)) <= 0:
        return png
    padded = np.pad(picture, ((missing // 2, missing - missing // 2), (0, 0), (0, 0)), mode="edge")
    return bytes(cv2.imencode(".png", padded)[1])
