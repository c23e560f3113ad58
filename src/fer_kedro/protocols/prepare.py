"""Prepared data: row numbers into the faces plus the generated faces, audited; no copies of pixels."""

import hashlib
from dataclasses import dataclass

import numpy as np

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces, Indices, concatenate
from fer_kedro.protocols.audit import LeakAudit, audit_leaks, refuse_leaks
from fer_kedro.protocols.balance import Balanced, balance
from fer_kedro.protocols.split import Protocol, Split, split_faces
from fer_kedro.variation import Balancing


@dataclass(frozen=True, eq=False)
class Prepared:
    """What one run trains on (`split.train` and `generated`), selects on and scores, and what the audit found."""

    split: Split
    generated: Faces
    audit: LeakAudit

    def training_faces(self, faces: Faces) -> Faces:
        """Return the training set as it is fitted, original faces first."""
        return concatenate([faces.take(self.split.train), self.generated])


def prepare_faces(
    faces: Faces, protocol: Protocol, balancing: Balancing | None, stored: Faces | None = None
) -> Prepared:
    """Split, then balance the training side, then audit.

    Parameters
    ----------
    faces
        Fingerprinted faces.
    protocol
        Who may see whom.
    balancing
        `None` leaves the classes as they are.
    stored
        Balanced faces made before; used instead of balancing again where they were made from the same faces
        in the same way.

    Raises
    ------
    InputError
        Where a usage has no face or there is but one class, or the audit finds a leak that the protocol forbids.
    """
    if missing := [usage for usage in USAGES if not len(faces.rows(usage))]:
        raise InputError(
            f"The data hold no {' and no '.join(missing)} faces, which protocol '{protocol.name}' needs: "
            "give the complete FER-2013, with its three usages, or folders of your own for all three or for none."
        )
    if len(faces.class_names) == 1:
        raise InputError(f"The data hold no class but '{faces.class_names[0]}': give faces of two classes or more.")
    split = split_faces(faces, protocol)
    balanced = _balance(faces, split.train, protocol, balancing, stored)
    split = Split(balanced.kept, split.validation, split.test)
    train = concatenate([faces.take(balanced.kept), balanced.generated])
    audit = audit_leaks(train, faces.take(split.validation), faces.take(split.test))
    refuse_leaks(audit, protocol)
    return Prepared(split, balanced.generated, audit)


def balancing_digest(faces: Faces, protocol: Protocol, balancing: Balancing) -> str:
    """Hash of all that decides what balanced faces look like."""
    parts = [faces.digest(), protocol.model_dump_json(), balancing.model_dump_json()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _balance(
    faces: Faces, rows: Indices, protocol: Protocol, balancing: Balancing | None, stored: Faces | None
) -> Balanced:
    if balancing is None:
        return Balanced(rows, faces.take([]))
    if stored is None or stored.provenance.made_by != balancing_digest(faces, protocol, balancing):
        return balance(faces, rows, balancing)
    original = stored.table["source_id"].isna().to_numpy()
    kept = np.flatnonzero(faces.table["face_id"].isin(stored.table["face_id"][original]))
    return Balanced(kept, stored.take(~original))
