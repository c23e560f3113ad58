"""Faces without a usage are divided by group and class, by a seed, and whatever their order."""

import numpy as np
import pandas as pd
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces
from fer_kedro.protocols.derive import derive_split

NAMES = ("calm", "cross", "glad")
SIZES = (2400, 400, 60)


def make(sizes: tuple[int, ...] = SIZES, usage: object = None, groups: np.ndarray | None = None) -> Faces:
    """Faces of as many classes as sizes, one class after the other, every image another one."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    images = np.random.default_rng(5).integers(0, 256, (len(labels), 48, 48), dtype=np.uint8)
    usages = usage if isinstance(usage, list) else [usage] * len(labels)
    names = tuple(f"class {code}" for code in range(len(sizes))) if len(sizes) != len(NAMES) else NAMES
    faces = Faces.build(images, labels, usages, class_names=names, split="own")
    return faces if groups is None else faces.with_columns(group=groups)


def usage_of(faces: Faces) -> list[str]:
    return faces.table["usage"].astype("str").tolist()


def counts(faces: Faces) -> np.ndarray:
    """Faces by class (rows) and usage (columns, in the order of `USAGES`)."""
    usage = pd.Categorical(faces.table["usage"], USAGES)
    return pd.crosstab(faces.labels, usage, dropna=False).to_numpy()


def test_each_class_is_divided_80_10_10() -> None:
    assert counts(derive_split(make(), 0)) == pytest.approx(np.outer(SIZES, (0.8, 0.1, 0.1)), abs=1)


def test_where_training_is_decided_the_rest_is_halved() -> None:
    usage = ["Training" if row % 5 else None for row in range(sum(SIZES))]
    faces = make(usage=usage)
    divided = derive_split(faces, 0)
    decided = faces.table["usage"].notna().to_numpy()
    assert set(divided.table["usage"][decided]) == {"Training"}
    assert counts(divided.take(~decided)) == pytest.approx(np.outer(np.array(SIZES) / 5, (0, 0.5, 0.5)), abs=1)


def test_where_no_usage_is_empty_the_rest_is_divided_80_10_10() -> None:
    usage = [*USAGES, *[None] * (sum(SIZES) - 3)]
    divided = derive_split(make(usage=usage), 0)
    assert usage_of(divided)[:3] == list(USAGES)
    assert counts(divided.take(np.arange(3, sum(SIZES)))) == pytest.approx(np.outer(SIZES, (0.8, 0.1, 0.1)), abs=4)


def test_copies_stay_together_and_the_shares_hold() -> None:
    sizes = np.random.default_rng(0).geometric(0.5, 3000)
    groups = np.repeat(np.cumsum(sizes) - sizes, sizes)[: sum(SIZES)]
    divided = derive_split(make(groups=groups), 0)
    assert divided.table.groupby("group")["usage"].nunique().max() == 1
    assert divided.table["group"].nunique() < sum(SIZES) / 1.5
    assert counts(divided) == pytest.approx(np.outer(SIZES, (0.8, 0.1, 0.1)), rel=0.02, abs=2)


def test_a_giant_group_goes_to_training_and_the_others_make_up_for_it() -> None:
    groups = np.arange(200)
    groups[:120] = 0
    divided = derive_split(make((200,), groups=groups), 0)
    assert set(usage_of(divided)[:120]) == {"Training"}
    assert counts(divided).tolist() == [[160, 20, 20]]


@pytest.mark.parametrize("groups", [[0, 1, 2], [0, 1, 1, 3], [0] * 9 + [9] * 9 + [18] * 9, [0] * 50 + [50, 51]])
def test_a_class_of_three_groups_stands_in_every_usage(groups: list[int]) -> None:
    faces = make((len(groups), 500), groups=np.array([*groups, *range(1000, 1500)]))
    assert (counts(derive_split(faces, 0)) > 0).all()


def test_classes_that_share_groups_stand_in_every_usage() -> None:
    """Copies with other labels: every group of class 0 is one of class 1 too."""
    groups = np.array([0, 1, 2, 0, 1, 2, *range(6, 300)])
    assert (counts(derive_split(make((3, 297), groups=groups), 0)) > 0).all()


@pytest.mark.parametrize(
    ("sizes", "groups", "usage", "found"),
    [
        ((1, 99, 20), None, None, "its faces 1 have no usage yet, 1 where copies count once; give it 3 different"),
        ((4, 96, 20), [0, 0, 2, 2], None, "its faces 4 have no usage yet, 2 where copies count once"),
        ((3, 97, 20), [0, 1, 2], "Training", "PublicTest and PrivateTest: of its faces 1 have no usage yet, 1 where"),
    ],
)
def test_too_few_to_divide_is_a_sentence(
    sizes: tuple[int, ...], groups: list[int] | None, usage: str | None, found: str
) -> None:
    whole = np.arange(sum(sizes))
    whole[: len(groups or [])] = groups or []
    usages = [None if row % 2 == 0 and row != 2 else usage for row in whole]
    with pytest.raises(InputError, match=f"^Class 'calm' can't be divided over .*{found}"):
        derive_split(make(sizes, usage=usages, groups=whole), 0)


def test_equal_seeds_give_equal_splits_and_others_another() -> None:
    first, again, other = (derive_split(make(), seed) for seed in (0, 0, 1))
    assert first == again
    assert first.provenance == again.provenance
    assert np.mean(np.array(usage_of(first)) == np.array(usage_of(other))) < 0.8
    assert first.provenance.digest != other.provenance.digest


def test_the_split_does_not_depend_on_the_order_or_names_of_the_faces() -> None:
    faces = make()
    mixed = np.random.default_rng(1).permutation(len(faces))
    renamed = faces.take(mixed).with_columns(face_id=pd.array([f"img{row}" for row in mixed], dtype="str"))
    assert usage_of(derive_split(renamed, 3)) == usage_of(derive_split(faces, 3).take(mixed))


def test_the_provenance_says_who_split_by_which_seed_and_covers_the_usages() -> None:
    divided = derive_split(make(), 4)
    assert (divided.provenance.split, divided.provenance.split_seed) == ("derived", 4)
    rebuilt = Faces.build(divided.images, divided.labels, usage_of(divided))
    assert divided.provenance.digest == rebuilt.provenance.digest


def test_all_else_stays() -> None:
    faces = make()
    divided = derive_split(faces, 0)
    assert divided.images is faces.images or np.array_equal(divided.images, faces.images)
    pd.testing.assert_frame_equal(divided.table.drop(columns="usage"), faces.table.drop(columns="usage"))
    assert divided.class_names == NAMES


def test_decided_faces_are_returned_as_they_are() -> None:
    faces = make(usage=[USAGES[row % 3] for row in range(sum(SIZES))])
    assert derive_split(faces, 0) is faces
    assert faces.provenance.split == "own"
