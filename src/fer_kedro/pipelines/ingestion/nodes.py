"""Find copies and blanks among raw faces, divide those without a usage, and account for them all."""

import logging

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST, TRAINING, Faces
from fer_kedro.protocols.derive import derive_split, undecided
from fer_kedro.strict import Strict
from fer_kedro.vision.fingerprints import exact_groups, is_blank
from fer_kedro.vision.near_copies import find_near_copies, group_copies

logger = logging.getLogger(__name__)

Mask = npt.NDArray[np.bool_]


class IngestionParameters(Strict):
    """How copies are found, and how faces without a usage are divided.

    Attributes
    ----------
    near_copies
        Whether to look for near copies too. Demo faces are drawn with the same strokes, so they are not asked.
    hash_distance
        How many of the 63 bits of two perceptual hashes may differ for a pair to be looked at.
    min_correlation
        From which correlation of the aligned fine detail on two faces are one photograph. Of the 105 pairs of
        FER-2013 between 0.80 and 0.85 all were looked at: one photograph each, but for a few of one sitting; between
        0.75 and 0.80 about a tenth show different people or moments.
    split_seed
        What the usage of faces is drawn with whose source does not decide it (see `derive_split`).
    """

    near_copies: bool = True
    hash_distance: int = Field(14, ge=0, le=63)
    min_correlation: float = Field(0.8, gt=0, le=1)
    split_seed: int = Field(0, ge=0, lt=2**63)


def fingerprint(raw_faces: Faces, parameters: IngestionParameters) -> tuple[Faces, pd.DataFrame]:
    """Fill in `exact_group`, `group` and `blank`, and the usage where it is missing; all else stays as it is.

    Near copies that stand in several usages always share a group: what a protocol drops by group leaves no confirmed
    copy of an evaluation face behind. Faces without a usage are divided by `derive_split`, which parts none of them
    from a copy that has none either, however long the chain of likeness between them.

    Returns
    -------
    tuple[Faces, pd.DataFrame]
        The faces, and one row for each confirmed pair of near copies: `face_id_a`, `face_id_b`,
        `correlation`, `mirrored`, `shift` (pixels), `scale`, and whether both stand in the `same_group`.
        Exact copies are represented by the first of them.

    Raises
    ------
    InputError
        If a class has too few faces without a usage to divide them.
    """
    exact, blank = exact_groups(raw_faces.images), is_blank(raw_faces.images)
    compared = (exact == np.arange(len(exact))) & ~blank & _may_have_near_copies(raw_faces, parameters)
    pairs = find_near_copies(
        raw_faces.images,
        np.flatnonzero(compared),
        hash_distance=parameters.hash_distance,
        min_correlation=parameters.min_correlation,
    )
    divided = _divide(raw_faces, exact, pairs, parameters.split_seed)
    group = group_copies(exact, pairs, divided.table["usage"].cat.codes)
    faces = divided.with_columns(exact_group=exact, group=group, blank=blank)
    return faces, _named_pairs(faces, pairs)


def account_for(faces: Faces) -> pd.DataFrame:
    """Count by usage and class what was read, and what a protocol may have to leave out.

    Ingestion itself drops nothing: every row that was read is one of `faces`.

    Returns
    -------
    pd.DataFrame
        One row for each `usage` and `emotion`. `read`: faces; `blank`: those that show nothing;
        `exact_copies`: those that some other face equals; `near_copies`: those with a near copy in their
        group; `conflicting_labels`: those that a face of another class equals; `exact_copies_elsewhere` and
        `copies_elsewhere`: those of which an exact copy, or any copy of their group, stands in another usage.
    """
    table, emotion = faces.table, faces.labels
    exact, group, usage = table["exact_group"].to_numpy(), faces.groups, table["usage"].astype("str")
    counted = pd.DataFrame(
        {
            "usage": table["usage"],
            "emotion": pd.Categorical(np.asarray(faces.class_names)[emotion], faces.class_names),
            "read": True,
            "blank": table["blank"],
            "exact_copies": table["exact_group"].duplicated(keep=False),
            "near_copies": _several(group, exact),
            "conflicting_labels": _several(exact, emotion),
            "exact_copies_elsewhere": _several(exact, usage),
            "copies_elsewhere": _several(group, usage),
        }
    )
    return counted.groupby(["usage", "emotion"], observed=False).sum().reset_index()


def summarise_copies(faces: Faces, near_copies: pd.DataFrame) -> dict[str, int]:
    """Count the copies of the whole set; a face has a copy in Training if an equal one stands there.

    Keys that begin with `near_` or end with `_group_in_training` count near copies too.
    """
    exact, group = faces.table["exact_group"].to_numpy(), faces.groups
    conflicting = _several(exact, faces.labels)
    near = _several(group, exact)
    train, public, private = (faces.rows(usage) for usage in (TRAINING, PUBLIC_TEST, PRIVATE_TEST))
    seen_before_private = np.concatenate([train, public])
    counts = {
        "images": len(faces),
        "distinct_images": len(np.unique(exact)),
        "groups_of_exact_copies": len(np.unique(exact[faces.table["exact_group"].duplicated(keep=False)])),
        "conflicting_groups": len(np.unique(exact[conflicting])),
        "conflicting_images": conflicting.sum(),
        "private_with_training_copy": np.isin(exact[private], exact[train]).sum(),
        "public_with_training_copy": np.isin(exact[public], exact[train]).sum(),
        "private_with_training_or_public_copy": np.isin(exact[private], exact[seen_before_private]).sum(),
        "blank_images": faces.table["blank"].sum(),
        "near_copy_pairs": len(near_copies),
        "near_copy_pairs_mirrored": near_copies["mirrored"].sum(),
        "near_copy_pairs_across_groups": (~near_copies["same_group"]).sum(),
        "near_copy_groups": len(np.unique(group[near])),
        "private_with_group_in_training": np.isin(group[private], group[train]).sum(),
        "public_with_group_in_training": np.isin(group[public], group[train]).sum(),
        "groups": len(np.unique(group)),
        "largest_group": np.bincount(group).max(initial=0),
    }
    return {name: int(count) for name, count in counts.items()}


def _divide(faces: Faces, exact: npt.NDArray[np.int64], pairs: pd.DataFrame, seed: int) -> Faces:
    rows = undecided(faces)
    if not len(rows):
        return faces
    together = group_copies(exact, pairs, most=len(exact))
    divided = derive_split(faces.with_columns(group=together), seed)
    counts = divided.table["usage"].iloc[rows].value_counts(sort=False)
    logger.warning(
        "%d of %d faces have no usage: they were divided by us, with seed %d, into %s. "
        "Results on this split are not comparable with those on FER-2013's official one.",
        len(rows),
        len(faces),
        seed,
        " and ".join(f"{count} {usage}" for usage, count in counts.items() if count),
    )
    return divided


def _may_have_near_copies(faces: Faces, parameters: IngestionParameters) -> bool:
    return parameters.near_copies and not faces.provenance.is_demo


def _several(groups: npt.ArrayLike, values: npt.ArrayLike) -> Mask:
    """Whether each row's group holds several different values, bool, shape (n,)."""
    grouped = pd.Series(np.asarray(values)).groupby(np.asarray(groups))
    return (grouped.transform("nunique") > 1).to_numpy()


def _named_pairs(faces: Faces, pairs: pd.DataFrame) -> pd.DataFrame:
    a, b = pairs["row_a"].to_numpy(), pairs["row_b"].to_numpy()
    names = faces.table["face_id"].array
    named = pairs.assign(row_a=names[a], row_b=names[b], same_group=faces.groups[a] == faces.groups[b])
    return named.rename(columns={"row_a": "face_id_a", "row_b": "face_id_b"})
