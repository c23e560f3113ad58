"""Balance the training faces and account for what was done."""

from dataclasses import replace

import numpy as np
import pandas as pd

from fer_kedro.faces import Faces, Indices
from fer_kedro.protocols.balance import Balanced, balance, balanced_faces
from fer_kedro.protocols.prepare import balancing_digest
from fer_kedro.protocols.split import Protocol, split_faces
from fer_kedro.variation import Balancing


def balance_training_faces(faces: Faces, balancing: Balancing, protocol: Protocol) -> tuple[Faces, pd.DataFrame]:
    """Balance the training faces of a protocol.

    Returns
    -------
    tuple[Faces, pd.DataFrame]
        The balanced faces, whose provenance says what they were made by, and `account_for` them.

    Raises
    ------
    InputError
        If a class has no training face.
    """
    rows = split_faces(faces, protocol).train
    balanced = balance(faces, rows, balancing)
    made_by = balancing_digest(faces, protocol, balancing)
    made = replace(balanced_faces(faces, balanced), provenance=replace(faces.provenance, made_by=made_by))
    return made, account_for(faces, rows, balanced)


def account_for(faces: Faces, rows: Indices, balanced: Balanced) -> pd.DataFrame:
    """Count by class: originals available, undersampled away and kept, generated faces, and the total."""

    def count(labels: np.ndarray) -> np.ndarray:
        return np.bincount(labels, minlength=len(faces.class_names))

    originals, kept = count(faces.labels[rows]), count(faces.labels[balanced.kept])
    generated = count(balanced.generated.labels)
    return pd.DataFrame(
        {
            "emotion": list(faces.class_names),
            "originals": originals,
            "undersampled": originals - kept,
            "kept": kept,
            "generated": generated,
            "total": kept + generated,
        }
    )
