"""The leak audit: whether a copy, a source or a generated sibling stands on both sides of a split."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.protocols.protocol import Protocol


class LeakAudit(BaseModel):
    """How many evaluation faces have a sibling (the same group or source) on a side that must not know them.

    A face that is itself on the other side counts too: it is in its own group.
    """

    model_config = ConfigDict(frozen=True)

    test_faces: int
    test_faces_with_sibling_in_training: int
    test_faces_with_sibling_in_validation: int
    validation_faces: int
    validation_faces_with_sibling_in_training: int
    generated_evaluation_faces: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (
            self.test_faces_with_sibling_in_training
            or self.test_faces_with_sibling_in_validation
            or self.validation_faces_with_sibling_in_training
            or self.generated_evaluation_faces
        )

    @property
    def test_share_with_sibling_in_training(self) -> float:
        """Share of the test faces, in [0, 1], that the model was fitted to a sibling of."""
        return self.test_faces_with_sibling_in_training / max(1, self.test_faces)

    @property
    def warning(self) -> str:
        """What is to be said beside an accuracy; nothing of a clean run."""
        if self.clean:
            return ""
        share = self.test_share_with_sibling_in_training
        trained = f"{share:.1%} of the test faces have a sibling in training" if share else ""
        chosen = "the test faces were selected on" if self.selected_on_test else ""
        return "LEAKY: " + (" and ".join(filter(None, [trained, chosen])) or "evaluation faces know each other")

    @property
    def selected_on_test(self) -> bool:
        """Whether every test face is also a validation face, or has a sibling there."""
        return self.test_faces_with_sibling_in_validation == self.test_faces


def audit_leaks(train: Faces, validation: Faces, test: Faces) -> LeakAudit:
    """Count the leaks between three sets of faces, each given as it will be used, generated faces included."""
    return audit_tables(train.table, validation.table, test.table)


def audit_tables(train: pd.DataFrame, validation: pd.DataFrame, test: pd.DataFrame) -> LeakAudit:
    """Count the leaks between the tables of three sets of faces: pixels are not asked."""
    return LeakAudit(
        test_faces=len(test),
        test_faces_with_sibling_in_training=_siblings(test, train),
        test_faces_with_sibling_in_validation=_siblings(test, validation),
        validation_faces=len(validation),
        validation_faces_with_sibling_in_training=_siblings(validation, train),
        generated_evaluation_faces=int(validation["source_id"].notna().sum() + test["source_id"].notna().sum()),
    )


def refuse_leaks(audit: LeakAudit, protocol: Protocol) -> None:
    """Stop a protocol that forbids leaks.

    Raises
    ------
    InputError
        Where the audit found something and the protocol says `on_leak: stop`.
    """
    if protocol.on_leak == "stop" and not audit.clean:
        found = {name: count for name, count in audit.model_dump().items() if "_with_" in name and count}
        raise InputError(
            f"The leak audit of protocol '{protocol.name}' found {found or 'generated evaluation faces'}: "
            "evaluation faces must have no copy, source or generated sibling on another side; repair the split."
        )


def copied_in_training(faces: Faces, test: pd.DataFrame, train: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether an exact copy of each test face, or of the face that it was generated from, was fitted, shape (n,).

    Parameters
    ----------
    faces
        The faces that were read.
    test, train
        Tables of the two sides.
    """
    exact_group = faces.table.set_index("face_id")["exact_group"]
    return np.isin(exact_group.loc[_origins(test)], exact_group.loc[_origins(train)])


def _siblings(evaluation: pd.DataFrame, other: pd.DataFrame) -> int:
    same_group = np.isin(evaluation["group"], other["group"])
    return int((same_group | _origins(evaluation).isin(_origins(other)).to_numpy()).sum())


def _origins(table: pd.DataFrame) -> "pd.Series[str]":
    return table["source_id"].fillna(table["face_id"])
