"""Balancing: the same number of faces in every class, by undersampling and by generated faces."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import TRAINING, USAGES, Faces, Indices, concatenate
from fer_kedro.protocols.copies import generated_table
from fer_kedro.variation import Augmentation, Balancing
from fer_kedro.vision.augmentation import augment


@dataclass(frozen=True, eq=False)
class Balanced:
    """`kept`: ascending row numbers of the faces that stay; `generated`: faces made from some of them."""

    kept: Indices
    generated: Faces


def balance(faces: Faces, rows: Indices, balancing: Balancing) -> Balanced:
    """Bring every class to the target: undersample those above it, generate faces for those below it.

    Classes above lose faces at random, without replacement. Classes below keep all and gain augmented copies
    of faces drawn at random, with replacement (`hejslet_vetterstein` §3).

    Parameters
    ----------
    faces
        All faces; only those at `rows` are read.
    rows
        The training faces, none blank.
    balancing
        Target, seed and augmentation.

    Raises
    ------
    InputError
        If a class has no face among `rows`.
    """
    if faces.table["blank"].to_numpy()[rows].any():
        raise ValueError("Blank faces can't be sources of generated ones: leave them out of the rows to balance.")
    labels = faces.labels[rows]
    counts = np.bincount(labels, minlength=len(faces.class_names))
    target = int(counts.min()) if balancing.target == "smallest" else balancing.target
    parts = [_balance_class(faces, rows[labels == code], code, target, balancing) for code in range(len(counts))]
    return Balanced(
        kept=np.sort(np.concatenate([part.kept for part in parts])),
        generated=concatenate([part.generated for part in parts]),
    )


def balanced_faces(faces: Faces, balanced: Balanced) -> Faces:
    """Kept faces in their old order, then generated faces class by class."""
    return concatenate([faces.take(balanced.kept), balanced.generated])


def _balance_class(faces: Faces, rows: Indices, code: int, target: int, balancing: Balancing) -> Balanced:
    if not len(rows):
        raise InputError(
            f"Class '{faces.class_names[code]}' has no training face to generate others from; "
            "give data that has every class, or use a recipe without balancing."
        )
    rng = np.random.default_rng((balancing.seed, code, 1))
    kept = rng.choice(rows, target, replace=False) if len(rows) > target else rows
    sources = rng.choice(rows, target - len(kept))
    first_id = code * target
    return Balanced(kept, _generate(faces, sources, first_id, balancing.augmentation, rng))


def _generate(faces: Faces, sources: Indices, first_id: int, chain: Augmentation, rng: np.random.Generator) -> Faces:
    """Augment the faces at `sources`."""
    number = pd.Series(sources).groupby(sources).cumcount().to_numpy() + 1
    # Negative numbers belong to no face that was read.
    table = generated_table(faces, sources, number, -1 - first_id - np.arange(len(sources)))
    table = table.assign(usage=pd.Categorical([TRAINING] * len(table), categories=list(USAGES)))
    return replace(faces, images=augment(faces.images[sources], chain, rng), table=table)
