"""The sign by which FER-2013 is known where names have been lost: how many faces each emotion and split has."""

from collections.abc import Sequence

import numpy as np

from fer_kedro.faces import USAGES


def has_counts_of_fer2013(splits: Sequence[str | None], labels: Sequence[int]) -> bool:
    """Whether there are exactly as many faces of each emotion in each split as in the complete FER-2013.

    Its two test sets may be one split, as in most copies with folders, or all faces one.

    Parameters
    ----------
    splits
        Which usage each face's folder is named for, if any.
    labels
        Codes of `EMOTIONS`.
    """
    from fer_kedro.vision.synthetic import FER2013_COUNTS as COUNTS

    present, emotions = np.array([split or "" for split in splits]), np.asarray(labels)
    order = [split for split in (*USAGES, "") if split in present]
    found = [np.bincount(emotions[present == split], minlength=COUNTS.shape[1]) for split in order]
    known = (COUNTS, [COUNTS[0], COUNTS[1:].sum(axis=0)], [COUNTS.sum(axis=0)])
    return any(np.array_equal(found, counts) for counts in known)
