"""A split for faces whose source does not decide their usage: grouped, stratified and seeded."""

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces, Indices, content_digest

SHARES = dict(zip(USAGES, (0.8, 0.1, 0.1), strict=True))
Counts = npt.NDArray[np.int64]


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
    group, members = np.unique(faces.groups[rows], return_inverse=True)
    counts = np.zeros((len(group), len(faces.class_names)), np.int64)
    np.add.at(counts, (members, faces.labels[rows]), 1)
    order = _largest_first(counts, _draws(faces, rows, members, seed))
    shares = np.array([SHARES[side] for side in sides])
    placed = _place(counts[order], shares / shares.sum())
    chosen = np.empty_like(placed)
    chosen[order] = placed
    _refuse_missing(faces, counts, chosen, sides)
    return _decided(faces, rows, np.array(sides)[chosen][members], seed)


def _draws(faces: Faces, rows: Indices, members: Indices, seed: int) -> npt.NDArray[np.uint64]:
    """Draw a number for each group: the least among hashes of its faces' pixels, keyed by the seed."""
    key = seed.to_bytes(8, "little")
    hashes = (hashlib.blake2b(faces.images[row], digest_size=8, key=key).digest() for row in rows)
    draws = np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)
    least = np.full(members.max() + 1, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(least, members, draws)
    return least


def _largest_first(counts: Counts, draws: npt.NDArray[np.uint64]) -> Indices:
    return np.lexsort((draws, -counts.sum(axis=1)))


def _place(counts: Counts, shares: npt.NDArray[np.float64]) -> Indices:
    """Choose a side for each group, one after the other, shape (groups,).

    A group goes to the side that its faces leave least full. As soon as a class has no more groups to come than
    sides that lack it, those sides come first.
    """
    wanted = np.maximum(counts.sum(axis=0)[:, None] * shares, 1e-9)
    filled = np.zeros_like(wanted)
    to_come = (counts > 0).sum(axis=0)
    places = np.empty(len(counts), np.intp)
    for number, own in enumerate(counts):
        lacking = (filled == 0) & (own > 0)[:, None]
        urgent = lacking & (to_come <= lacking.sum(axis=1))[:, None]
        fullness = own @ ((filled + own[:, None]) / wanted)
        places[number] = side = np.lexsort((fullness, -urgent.sum(axis=0)))[0]
        filled[:, side] += own
        to_come -= own > 0
    return places


def _refuse_missing(faces: Faces, counts: Counts, chosen: Indices, sides: list[str]) -> None:
    for code, name in enumerate(faces.class_names):
        own = counts[:, code] > 0
        if own.any() and len(np.unique(chosen[own])) < len(sides):
            raise InputError(
                f"Class '{name}' can't be divided over {' and '.join(sides)}: of its faces {counts[:, code].sum()} "
                f"have no usage yet, {own.sum()} where copies count once; give it {len(sides)} different images "
                "or more, or leave the class out."
            )


def _decided(faces: Faces, rows: Indices, usage: npt.NDArray[np.str_], seed: int) -> Faces:
    whole = faces.table["usage"].astype("str").to_numpy(copy=True)
    whole[rows] = usage
    table = faces.table.assign(usage=pd.Categorical(whole, categories=list(USAGES)))
    digest = content_digest(faces.images, table)
    provenance = replace(faces.provenance, digest=digest, split="derived", split_seed=seed)
    return replace(faces, table=table, provenance=provenance)
