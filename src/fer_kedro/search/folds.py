"""Training faces divided into folds: copies together, or plainly as a report did it, and audited."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, Indices
from fer_kedro.protocols.audit import LeakAudit, audit_tables, refuse_leaks
from fer_kedro.protocols.balance import balance, balanced_faces
from fer_kedro.protocols.groups import divide_groups
from fer_kedro.protocols.prepare import prepare_faces
from fer_kedro.search.decisions import Folds, Search
from fer_kedro.variation import Balancing


@dataclass(frozen=True, eq=False)
class Fold:
    """Ascending row numbers of the faces that are fitted and of those that are scored, and the leaks between them."""

    train: Indices
    validation: Indices
    audit: LeakAudit


@dataclass(frozen=True, eq=False)
class FoldedFaces:
    """The faces of a search and its folds of them: what every worker holds once.

    Attributes
    ----------
    faces
        The training side of the search's protocol, original faces only.
    """

    faces: Faces
    folds: tuple[Fold, ...]

    def sides(self, fold: int, balancing: Balancing | None) -> tuple[Faces, Faces]:
        """Return what is fitted and what is scored in a fold (from 0).

        Balancing sees the fitted faces alone, and adds generated ones to them alone.
        """
        train, validation = self.folds[fold].train, self.folds[fold].validation
        if balancing is None:
            return self.faces.take(train), self.faces.take(validation)
        sources = train[~self.faces.table["blank"].to_numpy()[train]]
        fitted = balanced_faces(self.faces, balance(self.faces, sources, balancing))
        return fitted, self.faces.take(validation)

    def digest(self) -> str:
        """Hash of the faces and of how they are divided."""
        hashed = hashlib.sha256(self.faces.digest().encode())
        for fold in self.folds:
            hashed.update(f"{len(fold.validation)}:".encode() + fold.validation.astype("<i8").tobytes())
        return hashed.hexdigest()[:16]


def fold_faces(faces: Faces, search: Search) -> FoldedFaces:
    """Take the training side of a search's protocol, and divide it into folds.

    Faces for selection and for scoring, PublicTest and PrivateTest, are in no fold.

    Raises
    ------
    InputError
        Where the faces don't suit the protocol, a class has fewer groups than there are folds, or the audit finds a
        leak between folds that the protocol forbids.
    """
    prepared = prepare_faces(faces, search.protocol, None)
    training = prepared.training_faces(faces)
    if search.folds.share < 1:
        shares = np.array([search.folds.share, 1 - search.folds.share])
        rows = np.arange(len(training))
        training = training.take(divide_groups(training, rows, shares, search.folds.seed) == 0)
    folds = tuple(_audited(training, validation) for validation in _validation_rows(training, search.folds))
    for fold in folds:
        refuse_leaks(fold.audit, search.protocol)
    return FoldedFaces(training, folds)


def _audited(faces: Faces, validation: Indices) -> Fold:
    train = np.setdiff1d(np.arange(len(faces)), validation)
    table = faces.table
    return Fold(train, validation, audit_tables(table.iloc[train], table.iloc[validation], table.iloc[[]]))


def _validation_rows(faces: Faces, folds: Folds) -> list[Indices]:
    """Ascending rows that each fold scores."""
    from sklearn.model_selection import KFold, StratifiedGroupKFold

    _refuse_too_many(faces, folds)
    if folds.by == "face":
        plain = KFold(folds.count, shuffle=True, random_state=folds.seed)
        return [np.sort(validation) for _, validation in plain.split(faces.labels)]
    grouped = StratifiedGroupKFold(folds.count, shuffle=True, random_state=folds.seed)
    return [np.sort(validation) for _, validation in grouped.split(faces.labels, faces.labels, faces.groups)]


def _refuse_too_many(faces: Faces, folds: Folds) -> None:
    for code, name in enumerate(faces.class_names):
        own: npt.NDArray[np.int64] = np.unique(faces.groups[faces.labels == code])
        if len(own) < folds.count:
            raise InputError(
                f"Class '{name}' has {len(own)} different training faces, fewer than the {folds.count} folds: "
                "take fewer folds, a larger share of the faces, or more data."
            )
