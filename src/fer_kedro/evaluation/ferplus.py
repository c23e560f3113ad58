"""What people agree on: the FER-2013 labels under the votes of FER+."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import PRIVATE_TEST, Faces

VOTED = {
    "angry": "anger", "disgust": "disgust", "fear": "fear", "happy": "happiness",
    "sad": "sadness", "surprise": "surprise", "neutral": "neutral",
}  # fmt: skip
"""What FER+ calls each class of FER-2013."""
NO_CLASS = ["contempt", "unknown", "NF"]

Shares = npt.NDArray[np.float64]


def human_baseline(votes: pd.DataFrame, faces: Faces) -> dict[str, Any]:
    """Score people on PrivateTest: how far ten taggers an image agree with its FER-2013 label.

    Parameters
    ----------
    votes
        The votes of FER+: row i is row i of FER-2013, a column of counts for each of its ten answers, and `Usage`.
    faces
        FER-2013, with `face_id` the row.

    Returns
    -------
    dict
        `random_tagger`: one of a face's taggers, drawn at random, any answer counting. `plurality`: the class with
        most votes of the seven, a tie shared among its classes; faces without a vote for any of the seven are a
        tie of all. Each with `accuracy` in [0, 1] and its 95 % interval `accuracy_low` and `accuracy_high`, a mean
        over faces. Besides, `set`, `n` faces, `without_a_vote` (share of faces that nobody gave their label), and
        the `data` of the faces.

    Raises
    ------
    InputError
        Where votes and faces do not belong together.

    References
    ----------
    E. Barsoum, C. Zhang, C. Canton Ferrer and Z. Zhang, "Training deep networks for facial expression recognition
    with crowd-sourced label distribution", ICMI 2016.
    """
    test = faces.take(faces.rows(PRIVATE_TEST))
    voted = votes.iloc[_rows(votes, test)]
    classes = voted[[VOTED[name] for name in test.class_names]].to_numpy(float)
    own = classes[np.arange(len(test)), test.labels]
    winners = classes == classes.max(axis=1, keepdims=True)
    return {
        "set": PRIVATE_TEST,
        "n": len(test),
        "random_tagger": _mean(own / voted[[*VOTED.values(), *NO_CLASS]].sum(axis=1).to_numpy()),
        "plurality": _mean(winners[np.arange(len(test)), test.labels] / winners.sum(axis=1)),
        "without_a_vote": float((own == 0).mean()),
        "data": {"source": test.provenance.source, "digest": test.provenance.digest},
    }


def _rows(votes: pd.DataFrame, test: Faces) -> npt.NDArray[np.int64]:
    """Rows of the votes that belong to these faces."""
    if missing := {"Usage", *VOTED.values(), *NO_CLASS} - set(votes.columns):
        raise InputError(
            f"The FER+ votes lack {', '.join(sorted(missing))}: give fer2013new.csv of FER+ as it was published."
        )
    rows = pd.to_numeric(test.table["face_id"], errors="coerce").fillna(-1).to_numpy(np.int64)
    known = (rows >= 0) & (rows < len(votes))
    strangers = int((~known | (votes["Usage"].to_numpy()[rows * known] != PRIVATE_TEST)).sum())
    if strangers or not len(test):
        raise InputError(
            f"{strangers} of {len(test)} {PRIVATE_TEST} faces are not {PRIVATE_TEST} rows of the {len(votes)} "
            "FER+ votes: the votes are of FER-2013 under its own split, so ingest that."
        )
    return rows


def _mean(shares: Shares) -> dict[str, float]:
    """Average over faces, with the normal 95 % interval of a mean."""
    mean, z = float(shares.mean()), NormalDist().inv_cdf(0.975)
    margin = z * float(shares.std(ddof=1)) / sqrt(len(shares)) if len(shares) > 1 else 0.0
    return {"accuracy": mean, "accuracy_low": mean - margin, "accuracy_high": mean + margin}
