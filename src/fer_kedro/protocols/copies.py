"""Augmented copies of faces: planned as row numbers, made when they are asked for."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.faces import Faces, Indices
from fer_kedro.protocols.division import Copies
from fer_kedro.vision.augmentation import augment


@dataclass(frozen=True, eq=False)
class PlannedCopies:
    """Which faces are copied, how and from which seed; five copies of every face of FER-2013 would fill 400 MB.

    Attributes
    ----------
    sources
        Row numbers of the faces that the copies are made from.
    numbers
        Which of its source's copies each one is, from 1.
    copies
        How they are made.
    stream
        Another one draws other variations.
    """

    sources: Indices
    numbers: Indices
    copies: Copies
    stream: int = 0

    def __len__(self) -> int:
        return len(self.sources)

    def table(self, faces: Faces) -> pd.DataFrame:
        """Return the copies' table."""
        # Negative numbers belong to no face that was read.
        return generated_table(faces, self.sources, self.numbers, -1 - self.numbers * len(faces) - self.sources)

    def make(self, faces: Faces) -> Faces:
        """Make the copies: the same ones every time."""
        rng = np.random.default_rng((self.copies.seed, self.stream))
        images = augment(faces.images[self.sources], self.copies.augmentation, rng)
        return replace(faces, images=images, table=self.table(faces))


def generated_table(
    faces: Faces, sources: Indices, numbers: npt.NDArray[np.integer], exact_group: npt.NDArray[np.integer]
) -> pd.DataFrame:
    """Return the table of faces generated from those at `sources`; the k-th made from face `x` is called `x~k`."""
    origin = faces.table.iloc[sources].reset_index(drop=True)
    return origin.assign(
        face_id=origin["face_id"] + "~" + pd.Series(numbers).astype("str"),
        source_id=origin["face_id"],
        exact_group=exact_group,
    )
