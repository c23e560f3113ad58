"""Prepared data: row numbers into the faces plus the generated faces, audited; no copies of pixels."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces, Indices
from fer_kedro.protocols.audit import LeakAudit, audit_tables, refuse_leaks
from fer_kedro.protocols.balance import Balanced, balance
from fer_kedro.protocols.classes import without_classes
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.protocols.sides import Side, Sides, divide
from fer_kedro.variation import Balancing


@dataclass(frozen=True, eq=False)
class Prepared:
    """What one run trains on, selects on and scores, and what the audit found.

    Attributes
    ----------
    sides
        Of the faces without the dropped classes.
    audit
        The leaks between these sides.
    dropped
        Names of the classes that the run does not know.
    weights
        What the model starts from.
    """

    sides: Sides
    audit: LeakAudit
    dropped: tuple[str, ...] = ()
    weights: str = ""

    def training_faces(self, faces: Faces) -> Faces:
        """Return the training set as it is fitted, original faces first."""
        return self.sides.train.faces(without_classes(faces, self.dropped))

    def validation_faces(self, faces: Faces) -> Faces:
        """Return the validation set."""
        return self.sides.validation.faces(without_classes(faces, self.dropped))

    def test_faces(self, faces: Faces) -> Faces:
        """Return the test set."""
        return self.sides.test.faces(without_classes(faces, self.dropped))


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
        Where a usage has no face or there is but one class, a side is left without faces, or the audit finds a
        leak that the protocol forbids.
    """
    faces = without_classes(faces, protocol.drop_classes)
    _refuse_unusable(faces, protocol, balancing)
    sides = divide(faces, protocol)
    if balancing is not None:
        balanced = _balance(faces, sides.train.rows, protocol, balancing, stored)
        sides = replace(sides, train=Side(balanced.kept, balanced.generated))
    _refuse_empty(sides, protocol)
    audit = audit_tables(*(side.table(faces) for side in (sides.train, sides.validation, sides.test)))
    refuse_leaks(audit, protocol)
    return Prepared(sides, audit, protocol.drop_classes)


def balancing_digest(faces: Faces, protocol: Protocol, balancing: Balancing) -> str:
    """Hash of all that decides what balanced faces look like."""
    parts = [faces.digest(), protocol.model_dump_json(), balancing.model_dump_json()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _refuse_unusable(faces: Faces, protocol: Protocol, balancing: Balancing | None) -> None:
    if missing := [usage for usage in USAGES if usage in protocol.usages and not len(faces.rows(usage))]:
        raise InputError(
            f"The data hold no {' and no '.join(missing)} faces, which protocol '{protocol.name}' needs: "
            "give the complete FER-2013, with its three usages, or folders of your own for all three or for none."
        )
    if len(faces.class_names) == 1:
        raise InputError(f"The data hold no class but '{faces.class_names[0]}': give faces of two classes or more.")
    if protocol.copies and balancing:
        raise InputError(
            f"Protocol '{protocol.name}' makes copies and the recipe balances: balance or copy, but not both."
        )


def _refuse_empty(sides: Sides, protocol: Protocol) -> None:
    named = {"training": sides.train, "validation": sides.validation, "test": sides.test}
    if empty := [name for name, side in named.items() if not len(side)]:
        raise InputError(
            f"Protocol '{protocol.name}' leaves no face for {' and none for '.join(empty)}: "
            "give more faces, or faces that are not all copies of each other."
        )


def _balance(faces: Faces, rows: Indices, protocol: Protocol, balancing: Balancing, stored: Faces | None) -> Balanced:
    if stored is None or stored.provenance.made_by != balancing_digest(faces, protocol, balancing):
        # Blank faces are no source of others, whatever the protocol keeps.
        return balance(faces, rows[~faces.table["blank"].to_numpy()[rows]], balancing)
    original = stored.table["source_id"].isna().to_numpy()
    kept = np.flatnonzero(faces.table["face_id"].isin(stored.table["face_id"][original]))
    return Balanced(kept, stored.take(~original))
