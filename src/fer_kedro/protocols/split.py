"""Which faces a protocol trains on, selects on and scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST, TRAINING, Faces, Indices
from fer_kedro.strict import Strict


class Protocol(Strict):
    """A data protocol: what leaves which side, and what happens when a leak is found.

    Attributes
    ----------
    name
        Short name; the first half of a run's name.
    drop_training_copies
        Training loses the faces whose copies stand in PublicTest or PrivateTest.
    drop_validation_copies
        The validation set (PublicTest) loses the faces whose copies stand in PrivateTest.
    on_leak
        Whether a leak that the audit finds stops the run or is recorded in its row.
    """

    name: str
    drop_training_copies: bool
    drop_validation_copies: bool
    on_leak: Literal["stop", "record"]


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers into one `Faces`: to fit on, to select on, to score once."""

    train: Indices
    validation: Indices
    test: Indices


def split_faces(faces: Faces, protocol: Protocol) -> Split:
    """Split by usage: train on Training, select on PublicTest, score PrivateTest.

    Blank faces leave Training, never an evaluation set. Copies are those of `group`, near copies included.
    """
    train, validation, test = (faces.rows(usage) for usage in (TRAINING, PUBLIC_TEST, PRIVATE_TEST))
    groups = faces.groups
    train = train[~faces.table["blank"].to_numpy()[train]]
    if protocol.drop_training_copies:
        train = train[~np.isin(groups[train], groups[np.concatenate([validation, test])])]
    if protocol.drop_validation_copies:
        validation = validation[~np.isin(groups[validation], groups[test])]
    return Split(train, validation, test)
