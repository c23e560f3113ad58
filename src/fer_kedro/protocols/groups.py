"""Groups of copies divided over sides: whole, stratified and seeded."""

import hashlib

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Faces, Indices

Counts = npt.NDArray[np.int64]


def divide_groups(faces: Faces, rows: Indices, shares: npt.NDArray[np.float64], seed: int) -> Indices:
    """Choose a side for each of these rows, groups whole and each class in these shares, as near as that allows.

    Larger groups are placed first; equally large ones in an order drawn from the seed and their pixels alone,
    whatever the order and the names of the files. Each goes where its classes are filled least.

    Parameters
    ----------
    faces, rows
        Faces whose `group` gathers copies, and which of them are divided; one may be named more than once.
    shares
        Of each side, summing to 1.
    seed
        Decides between equals.

    Returns
    -------
    Indices
        A number of a side for each row.
    """
    group, members = np.unique(faces.groups[rows], return_inverse=True)
    counts = np.zeros((len(group), len(faces.class_names)), np.int64)
    np.add.at(counts, (members, faces.labels[rows]), 1)
    order = _largest_first(counts, _draws(faces, rows, members, seed))
    chosen = np.empty(len(group), np.intp)
    chosen[order] = _place(counts[order], shares)
    return chosen[members]


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
