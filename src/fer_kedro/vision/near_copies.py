"""Near copies: one photograph cut, scaled, mirrored, brightened or compressed differently.

A perceptual hash proposes pairs, an aligned correlation confirms them, and leaders gather them into groups.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.faces import Images
from fer_kedro.vision.alignment import Alignment, align
from fer_kedro.vision.perceptual_hash import propose_pairs

PAIR_COLUMNS = ("row_a", "row_b", "correlation", "mirrored", "shift", "scale")
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


def group_copies(exact_group: Integers, pairs: pd.DataFrame, precedence: npt.ArrayLike = 0) -> Integers:
    """Gather copies around leaders.

    One after the other, an image joins the first leader whose near copy it is, or becomes a leader. Nobody joins a
    follower: where A and C are alike only by way of B, C stays apart (leader clustering: J. A. Hartigan,
    "Clustering Algorithms", 1975, chapter 3).

    Parameters
    ----------
    exact_group
        int64, shape (n,); exact copies stay together.
    pairs
        As `find_near_copies` gives them.
    precedence
        Shape (n,): the lowest come first; among equals the order is that of the rows.

    Returns
    -------
    Integers
        int64, shape (n,): the lowest row of each image's group.
    """
    rows = np.arange(len(exact_group))
    turn = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(turn, exact_group, np.broadcast_to(precedence, rows.shape))
    order = np.lexsort((rows, turn))
    place = np.argsort(order)
    leader = _follow(np.sort(place[pairs[["row_a", "row_b"]].to_numpy()], axis=1), len(rows))
    leading_row = order[leader[place[exact_group]]]
    _, lowest, inverse = np.unique(leading_row, return_index=True, return_inverse=True)
    return lowest[inverse].astype(np.int64)


def _follow(pairs: Integers, count: int) -> Integers:
    """Leader of each place, from pairs of an earlier and a later place."""
    leader = np.arange(count)
    for earlier, later in pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].tolist():
        if leader[earlier] == earlier and leader[later] == later:
            leader[later] = earlier
    return leader


def _align_all(images: Images, pairs: pd.DataFrame) -> pd.DataFrame:
    def align_pair(row_a: int, row_b: int, mirrored: bool) -> Alignment:
        return align(images[row_a], images[row_b][:, ::-1] if mirrored else images[row_b])

    columns = (pairs[name].tolist() for name in ("row_a", "row_b", "mirrored"))
    with _opencv_on_one_thread(), ThreadPoolExecutor(os.cpu_count()) as pool:
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
