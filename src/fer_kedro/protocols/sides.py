"""The three sides of a run: row numbers of faces, and faces generated from such."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_kedro.faces import Faces, Indices, concatenate
from fer_kedro.protocols.copies import PlannedCopies
from fer_kedro.protocols.division import Copies
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.protocols.split import split_faces, split_rows


@dataclass(frozen=True, eq=False)
class Side:
    """Faces that are fitted, selected on or scored: originals by row, generated ones, and copies that are planned."""

    rows: Indices
    generated: Faces | None = None
    copies: PlannedCopies | None = None

    def __len__(self) -> int:
        return len(self.rows) + self.generated_count

    @property
    def generated_count(self) -> int:
        """How many of its faces are not original."""
        return len(self.generated or ()) + len(self.copies or ())

    def faces(self, faces: Faces) -> Faces:
        """Return the side as it is used, originals first."""
        made = [self.generated, self.copies.make(faces) if self.copies else None]
        parts = [part for part in (faces.take(self.rows), *made) if part is not None and len(part)]
        return parts[0] if len(parts) == 1 else concatenate(parts or [faces.take([])])

    def table(self, faces: Faces) -> pd.DataFrame:
        """Return the table of these faces, without making copies for it."""
        tables = [
            faces.table.iloc[self.rows],
            *([self.generated.table] if self.generated else []),
            *([self.copies.table(faces)] if self.copies else []),
        ]
        return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True, eq=False)
class Sides:
    """To fit on, to select on, to score once."""

    train: Side
    validation: Side
    test: Side


def divide(faces: Faces, protocol: Protocol) -> Sides:
    """Split, and copy before or after that, as the protocol says.

    Raises
    ------
    InputError
        If a class has too few faces to be divided.
    """
    copies = protocol.copies
    if copies and copies.before_split:
        return _copy_and_split(faces, protocol, copies)
    split = split_faces(faces, protocol)
    train = _side(*_copied(split.train, copies), copies) if copies else Side(split.train)
    return Sides(train, Side(split.validation), Side(split.test))


def _copy_and_split(faces: Faces, protocol: Protocol, copies: Copies) -> Sides:
    sources, numbers = _copied(np.arange(len(faces)), copies)
    split = split_rows(faces, sources, protocol)
    parts = enumerate((split.train, split.validation, split.test))
    return Sides(*(_side(sources[places], numbers[places], copies, stream) for stream, places in parts))


def _copied(rows: Indices, copies: Copies) -> tuple[Indices, Indices]:
    """Name the source of each copy and its number; number 0 is the original, where it is kept."""
    numbers = np.arange(0 if copies.keep_originals else 1, copies.count + 1)
    return np.repeat(rows, len(numbers)), np.tile(numbers, len(rows))


def _side(sources: Indices, numbers: Indices, copies: Copies, stream: int = 0) -> Side:
    made = numbers > 0
    return Side(sources[~made], copies=PlannedCopies(sources[made], numbers[made], copies, stream))
