"""A split for faces whose source does not decide their usage: grouped, stratified and seeded."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces, Indices, content_digest
from fer_kedro.protocols.groups import divide_groups

SHARES = dict(zip(USAGES, (0.8, 0.1, 0.1), strict=True))


def undecided(faces: Faces) -> Indices:
    """Row numbers of the faces that have no usage."""
    return np.flatnonzero(faces.table["usage"].isna().to_numpy())


def derive_split(faces: Faces, seed: int) -> Faces:
    """Divide undecided faces over the usages that the source leaves empty, in proportion 80 to 10 to 10.

    Where nothing is decided these are all three usages; where Training is, PublicTest and PrivateTest get half
    each; where none is empty, all three get their share of the rest. Decided faces stay where they are.
    Undecided faces of one `group` go to the same usage, and each class has its share of each usage, as near as
    its groups allow. A class of at least as many groups as usages stands in every one of them.

    Larger groups are placed first; equally large ones in an order drawn from the seed and their pixels alone,
    whatever the order and the names of the files. Each goes where its classes are filled least.

    Parameters
    ----------
    faces
        Faces whose `group` gathers copies.
    seed
        Another seed gives another split.

    Returns
    -------
    Faces
        The same faces with every usage decided. Their provenance says that the split is derived, by which seed,
        and its digest covers the usages. Faces without an undecided one are returned as they are.

    Raises
    ------
    InputError
        If a class has too few groups to stand in each of these usages.
    """
    rows = undecided(faces)
    if not len(rows):
        return faces
    sides = [usage for usage in USAGES if not len(faces.rows(usage))] or list(USAGES)
    shares = np.array([SHARES[side] for side in sides])
    chosen = divide_groups(faces, rows, shares / shares.sum(), seed)
    _refuse_missing(faces, rows, chosen, sides)
    return _decided(faces, rows, np.array(sides)[chosen], seed)


def _refuse_missing(faces: Faces, rows: Indices, chosen: Indices, sides: list[str]) -> None:
    labels, groups = faces.labels[rows], faces.groups[rows]
    for code, name in enumerate(faces.class_names):
        own = labels == code
        if own.any() and len(np.unique(chosen[own])) < len(sides):
            raise InputError(
                f"Class '{name}' can't be divided over {' and '.join(sides)}: of its faces {own.sum()} "
                f"have no usage yet, {len(np.unique(groups[own]))} where copies count once; give it {len(sides)} "
                "different images or more, or leave the class out."
            )


def _decided(faces: Faces, rows: Indices, usage: npt.NDArray[np.str_], seed: int) -> Faces:
    whole = faces.table["usage"].astype("str").to_numpy(copy=True)
    whole[rows] = usage
    table = faces.table.assign(usage=pd.Categorical(whole, categories=list(USAGES)))
    digest = content_digest(faces.images, table)
    provenance = replace(faces.provenance, digest=digest, split="derived", split_seed=seed)
    return replace(faces, table=table, provenance=provenance)
