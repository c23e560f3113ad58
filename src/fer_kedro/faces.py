"""The value that flows: an immutable set of 48×48 grey faces with one table row each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

SIZE = 48
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
TRAINING, PUBLIC_TEST, PRIVATE_TEST = USAGES = ("Training", "PublicTest", "PrivateTest")
COLUMNS = ("face_id", "emotion", "usage", "exact_group", "group", "blank", "source_id")

Images = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]
SplitOrigin = Literal["official", "own", "derived"]
"""Who divided the usages: the challenge, the user (three folders of their own), or this project."""


@dataclass(frozen=True)
class Provenance:
    """Where faces come from.

    Attributes
    ----------
    source
        A short name such as `fer2013` or `demo`.
    digest
        Hash of the pixels, labels and usage that were read.
    made_by
        Hash of what made these faces out of those that were read; empty for the faces themselves.
    split
        `official` for the challenge's own three usages, `own` for a user's three, `derived` where usages were
        divided by this project. Only results on the same split may be ranked together.
    split_seed
        What a derived split was drawn with.
    """

    source: str
    digest: str
    made_by: str = ""
    split: SplitOrigin = "official"
    split_seed: int | None = None

    @property
    def is_demo(self) -> bool:
        """Whether these are the embedded synthetic faces, a stand-in for the real data."""
        return self.source == "demo"


@dataclass(frozen=True, eq=False)
class Faces:
    """Images and their table, row for row.

    Attributes
    ----------
    images
        uint8, shape (n, 48, 48), read-only.
    table
        n rows, a RangeIndex, and the columns `face_id` (str, stable over re-ingestion: the row of the CSV),
        `emotion` (int8, an index into `class_names`), `usage` (Training, PublicTest or PrivateTest; missing where
        neither the source nor ingestion has decided it yet),
        `exact_group` (int64, equal for pixel-identical faces), `group` (int64, equal for exact and near
        copies), `blank` (bool), and `source_id` (str or missing: the `face_id` that a generated face was made from).
    class_names
        The emotion of each code.
    provenance
        Real or demo, and the digest of the content.
    """

    images: Images
    table: pd.DataFrame
    class_names: tuple[str, ...] = EMOTIONS
    provenance: Provenance = field(default_factory=lambda: Provenance("unknown", ""))

    def __post_init__(self) -> None:
        if self.images.shape != (len(self.table), SIZE, SIZE) or self.images.dtype != np.uint8:
            raise ValueError(
                f"Faces want uint8 images of shape ({len(self.table)}, {SIZE}, {SIZE}), "
                f"not {self.images.dtype} of {self.images.shape}."
            )
        if missing := set(COLUMNS) - set(self.table.columns):
            raise ValueError(f"Faces want the columns {sorted(missing)} too.")
        frozen = self.images.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "images", frozen)

    @classmethod
    def build(
        cls,
        images: Images,
        emotion: npt.ArrayLike,
        usage: npt.ArrayLike | Sequence[str | None],
        *,
        face_id: Sequence[str] | None = None,
        source: str = "unknown",
        class_names: tuple[str, ...] = EMOTIONS,
        split: SplitOrigin = "official",
    ) -> Faces:
        """Make faces that nobody has fingerprinted yet: each is its own group, none is blank or generated.

        `face_id` defaults to the row number; the digest covers pixels, labels and usage. A usage of `None` or
        NaN is one that the source does not decide; ingestion divides such faces.

        Raises
        ------
        ValueError
            If a usage is neither known nor missing.
        """
        rows = np.arange(len(images), dtype=np.int64)
        usages = pd.Series(np.asarray(usage, dtype=object), dtype="str")
        if unknown := set(usages.dropna()) - set(USAGES):
            raise ValueError(f"Faces know the usages {', '.join(USAGES)}, not {sorted(unknown)}.")
        table = pd.DataFrame(
            {
                "face_id": pd.array(face_id if face_id is not None else rows.astype(str), dtype="str"),
                "emotion": np.asarray(emotion, dtype=np.int8),
                "usage": pd.Categorical(usages, categories=list(USAGES)),
                "exact_group": rows,
                "group": rows,
                "blank": np.zeros(len(rows), dtype=bool),
                "source_id": pd.array([None] * len(rows), dtype="str"),
            }
        )
        images = np.ascontiguousarray(images)
        return cls(images, table, class_names, Provenance(source, content_digest(images, table), split=split))

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Faces({len(self):,} of {len(self.class_names)} classes, {self.provenance})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Faces) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    @property
    def labels(self) -> npt.NDArray[np.int8]:
        """Emotion codes, int8, shape (n,)."""
        return self.table["emotion"].to_numpy()

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """Copy groups, int64, shape (n,)."""
        return self.table["group"].to_numpy()

    def rows(self, usage: str) -> Indices:
        """Row numbers of one usage."""
        return np.flatnonzero((self.table["usage"] == usage).to_numpy())

    def take(self, rows: npt.ArrayLike) -> Faces:
        """Only these rows (indices or a mask), in this order, with the same provenance."""
        chosen = np.asarray(rows)
        if chosen.dtype != bool:
            chosen = chosen.astype(np.intp)
        return replace(self, images=self.images[chosen], table=self.table.iloc[chosen].reset_index(drop=True))

    def with_columns(self, **columns: Any) -> Faces:
        """Return the same faces with these table columns replaced or added."""
        return replace(self, table=self.table.assign(**columns))

    def digest(self) -> str:
        """Hash of everything that these faces hold: pixels, table and class names."""
        hashed = hashlib.sha256(content_digest(self.images, self.table).encode())
        for column in COLUMNS:
            values = self.table[column].astype("str").fillna("")
            hashed.update(pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes())
        hashed.update("/".join(self.class_names).encode())
        return hashed.hexdigest()[:16]


def concatenate(parts: Sequence[Faces]) -> Faces:
    """Stack faces of the same classes; the provenance is the first part's."""
    first = parts[0]
    if any(part.class_names != first.class_names for part in parts):
        raise ValueError("Faces of different classes can't be stacked.")
    return replace(
        first,
        images=np.concatenate([part.images for part in parts]),
        table=pd.concat([part.table for part in parts], ignore_index=True),
    )


def content_digest(images: Images, table: pd.DataFrame) -> str:
    """Sixteen hex digits over pixels, labels and usage: equal for the same data from any source form."""
    hashed = hashlib.sha256(np.ascontiguousarray(images).data)
    hashed.update(table["emotion"].to_numpy().astype(np.int8).tobytes())
    hashed.update("\n".join(table["usage"].astype("str").fillna("")).encode())
    return hashed.hexdigest()[:16]
