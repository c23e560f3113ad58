"""Near copies: one photograph cut, scaled, mirrored, brightened or compressed differently.

A perceptual hash proposes pairs, an aligned correlation confirms them, and single linkage gathers them into groups.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.faces import Images
from fer_kedro.threads import thread_count
from fer_kedro.vision.alignment import Alignment, align
from fer_kedro.vision.perceptual_hash import propose_pairs

PAIR_COLUMNS = ("row_a", "row_b", "correlation", "mirrored", "shift", "scale")
MOST_IN_GROUP = 64
"""Distinct images that near copies within one usage may chain together. In FER-2013 no group comes near it."""
Integers = npt.NDArray[np.int64]


def find_near_copies(images: Images, rows: Integers, *, hash_distance: int, min_correlation: float) -> pd.DataFrame:
    """Find the confirmed pairs of near copies among some rows.

    Parameters
    ----------
    images
        uint8, shape (n, 48, 48).
    rows
        Which to compare with each other, ascending; they should be distinct and not blank.
    hash_distance
        How many of the 63 bits of two hashes may differ for a pair to be looked at.
    min_correlation
        From which correlation of the aligned fine detail on (`alignment.align`) a pair is confirmed.

    Returns
    -------
    pd.DataFrame
        One row for each pair, by `row_a` and `row_b`, the lower row first: `correlation`, whether one is
        `mirrored`, the `shift` of the centre in pixels, and the `scale` of the second against the first.
    """
    proposed = propose_pairs(images[rows], hash_distance)
    pairs = pd.DataFrame(
        {"row_a": rows[proposed[:, 0]], "row_b": rows[proposed[:, 1]], "mirrored": proposed[:, 2].astype(bool)}
    )
    pairs = pairs.join(_align_all(images, pairs))
    confirmed = pairs[pairs["correlation"] >= min_correlation].sort_values("correlation", ascending=False)
    # A symmetric face may be confirmed both ways: the better one counts.
    confirmed = confirmed.drop_duplicates(["row_a", "row_b"]).sort_values(["row_a", "row_b"], ignore_index=True)
    return confirmed[list(PAIR_COLUMNS)]


def group_copies(
    exact_group: Integers, pairs: pd.DataFrame, side: npt.ArrayLike = 0, *, most: int = MOST_IN_GROUP
) -> Integers:
    """Gather copies: single linkage, the most alike first, that stops where a group would hold too many.

    Pairs with an image on either side are gathered first and always, so that none of them is parted: nothing leaks
    from one side to the other. Other chains of likeness are cut at their weakest links where the group would hold
    more than `most` distinct images (Kruskal's algorithm with a bound: J. C. Gower and G. J. S. Ross, "Minimum
    spanning trees and single linkage cluster analysis", 1969).

    Parameters
    ----------
    exact_group
        int64, shape (n,): the first row of the image's exact copies, which stay together.
    pairs
        As `find_near_copies` gives them, between first rows.
    side
        Shape (n,): which usage each image stands in.

    Returns
    -------
    Integers
        int64, shape (n,): the lowest row of each image's group.
    """
    sides = np.broadcast_to(side, exact_group.shape)
    lowest = exact_group.copy()
    members = {row: [row] for row in np.unique(exact_group).tolist()}
    seen = pd.Series(sides).groupby(exact_group).agg(frozenset)
    across = [len(seen[a] | seen[b]) > 1 for a, b in zip(pairs["row_a"], pairs["row_b"], strict=True)]
    strongest_first = pairs.assign(across=across).sort_values(["across", "correlation"], ascending=False, kind="stable")
    for row_a, row_b, always in strongest_first[["row_a", "row_b", "across"]].itertuples(index=False):
        kept, gone = sorted((lowest[row_a], lowest[row_b]))
        if kept != gone and (always or len(members[kept]) + len(members[gone]) <= most):
            lowest[members[gone]] = kept
            members[kept] += members.pop(gone)
    return lowest[exact_group]


def _align_all(images: Images, pairs: pd.DataFrame) -> pd.DataFrame:
    def align_pair(row_a: int, row_b: int, mirrored: bool) -> Alignment:
        return align(images[row_a], images[row_b][:, ::-1] if mirrored else images[row_b])

    columns = (pairs[name].tolist() for name in ("row_a", "row_b", "mirrored"))
    with _opencv_on_one_thread(), ThreadPoolExecutor(thread_count()) as pool:
        alignments = list(pool.map(align_pair, *columns))
    return pd.DataFrame(alignments, columns=Alignment._fields, index=pairs.index, dtype=float)


@contextmanager
def _opencv_on_one_thread() -> Iterator[None]:
    """Keep OpenCV from splitting images this small, which triples the work; ours run beside each other instead."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
