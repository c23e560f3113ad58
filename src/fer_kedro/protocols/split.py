"""Which faces a protocol trains on, selects on and scores."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, Indices
from fer_kedro.protocols.division import Holdout, Resplit
from fer_kedro.protocols.groups import divide_groups
from fer_kedro.protocols.protocol import Protocol

__all__ = ["Protocol", "Split", "split_faces", "split_rows"]

Labels = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Split:
    """Ascending row numbers into one `Faces`: to fit on, to select on, to score once."""

    train: Indices
    validation: Indices
    test: Indices


def split_faces(faces: Faces, protocol: Protocol) -> Split:
    """Split originals as the protocol says, then take from training and validation what it drops there.

    Blank faces leave the training side, never an evaluation set. Copies are those of `group`, near copies included.

    Raises
    ------
    InputError
        If a class has too few faces to be divided.
    """
    return split_rows(faces, np.arange(len(faces)), protocol)


def split_rows(faces: Faces, rows: Indices, protocol: Protocol) -> Split:
    """Split what stands at these rows, repeated ones each for itself; the result holds places in `rows`."""
    split = _resplit(faces, rows, protocol.resplit) if protocol.resplit else _split_usages(faces, protocol)
    train, validation, test = split.train, split.validation, split.test
    groups = faces.groups[rows]
    if protocol.drop_blanks:
        train = train[~faces.table["blank"].to_numpy()[rows[train]]]
    if protocol.drop_training_copies:
        train = train[~np.isin(groups[train], groups[np.concatenate([validation, test])])]
    if protocol.drop_validation_copies:
        validation = validation[~np.isin(groups[validation], groups[test])]
    return Split(train, validation, test)


def _resplit(faces: Faces, rows: Indices, resplit: Resplit) -> Split:
    places = np.arange(len(rows))
    if resplit.by == "group":
        shares = np.array([1 - resplit.validation - resplit.test, resplit.validation, resplit.test])
        side = divide_groups(faces, rows, shares, resplit.seed)
        return Split(*(places[side == number] for number in range(3)))
    labels = faces.labels[rows]
    rest, test = _divide_stratified(labels, places, round(resplit.test * len(rows)), resplit.seed)
    train, validation = _divide_stratified(labels, rest, round(resplit.validation * len(rows)), resplit.seed)
    return Split(train, validation, test)


def _split_usages(faces: Faces, protocol: Protocol) -> Split:
    pool, test = _rows(faces, protocol.training), _rows(faces, protocol.test)
    if isinstance(protocol.validation, Holdout):
        return Split(*_hold_out(faces, pool, protocol.validation), test)
    return Split(pool, test if protocol.validation == "test" else faces.rows(protocol.validation), test)


def _rows(faces: Faces, usages: tuple[str, ...]) -> Indices:
    return np.flatnonzero(faces.table["usage"].isin(usages).to_numpy())


def _hold_out(faces: Faces, pool: Indices, holdout: Holdout) -> tuple[Indices, Indices]:
    if holdout.by == "stratified":
        return _divide_stratified(faces.labels, pool, round(holdout.share * len(pool)), holdout.seed)
    labels, names = faces.labels[pool], faces.table["face_id"].to_numpy()[pool].astype(str)
    classes = (np.flatnonzero(labels == code) for code in range(len(faces.class_names)))
    # What all names begin and end with does not change their order, and a dot comes before every digit.
    held = [own[np.argsort(names[own], kind="stable")][: int(holdout.share * len(own))] for own in classes]
    validation = np.sort(pool[np.concatenate(held)])
    return np.setdiff1d(pool, validation), validation


def _divide_stratified(labels: Labels, rows: Indices, count: int, seed: int) -> tuple[Indices, Indices]:
    """Draw so many of the rows, of each class its share: what remains, and what was drawn."""
    from sklearn.model_selection import train_test_split

    try:
        remaining, drawn = train_test_split(rows, test_size=count, stratify=labels[rows], random_state=seed)
    except ValueError as error:
        raise InputError(
            f"{len(rows)} faces can't be divided class by class ({str(error).rstrip('.')}): "
            "give more faces of every class."
        ) from error
    return np.sort(remaining), np.sort(drawn)
