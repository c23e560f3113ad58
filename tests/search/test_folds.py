"""Folds of the training faces: copies together, generated faces with their sources, evaluation faces in none."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold
from stand_in_search import a_search, some_faces

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, Faces
from fer_kedro.search.decisions import Search
from fer_kedro.search.folds import FoldedFaces, fold_faces
from fer_kedro.variation import Balancing

AS_REPORTED = {
    "name": "as_reported",
    "on_leak": "record",
    "drop_training_copies": False,
    "drop_validation_copies": False,
    "drop_blanks": False,
}


def search(folds: dict[str, Any] | None = None, **protocol: Any) -> Search:
    return a_search(folds={"count": 4, "seed": 3} | (folds or {}), protocol={"name": "honest"} | protocol)


@pytest.fixture
def faces() -> Faces:
    """120 training faces: rows 0 to 39 are ten groups of four copies, of one class each; row 50 is blank."""
    made = some_faces(120)
    group, emotion, blank = made.groups.copy(), made.labels.copy(), np.zeros(len(made), bool)
    group[:40] = 1000 + np.arange(40) // 4
    emotion[:40] = (np.arange(40) // 4) % 3
    blank[50] = True
    return made.with_columns(group=group, emotion=emotion, blank=blank)


def keep_blanks(folds: dict[str, Any] | None = None) -> Search:
    return search(folds, drop_blanks=False)


def ids(faces: Faces) -> list[str]:
    return faces.table["face_id"].tolist()


def sides(data: FoldedFaces, balancing: Balancing | None = None) -> list[tuple[Faces, Faces]]:
    return [data.sides(fold, balancing) for fold in range(len(data.folds))]


def test_every_training_face_is_scored_once_and_fitted_in_all_other_folds(faces: Faces) -> None:
    data = fold_faces(faces, keep_blanks())
    assert sorted(face for _, scored in sides(data) for face in ids(scored)) == sorted(map(str, range(120)))
    for fitted, scored in sides(data):
        assert sorted([*ids(fitted), *ids(scored)]) == sorted(map(str, range(120)))


@pytest.mark.parametrize("by", ["group", "face"])
def test_evaluation_faces_are_in_no_fold(faces: Faces, by: str) -> None:
    data = fold_faces(faces, search({"by": by}, **AS_REPORTED))
    assert set(data.faces.table["usage"]) == {"Training"}
    used = [face for pair in sides(data, Balancing(target=30)) for side in pair for face in ids(side)]
    assert not set(used) & set(map(str, range(120, 132)))


def test_copies_stay_in_one_fold_and_each_class_is_spread_evenly(faces: Faces) -> None:
    data = fold_faces(faces, keep_blanks())
    for fitted, scored in sides(data):
        assert not set(fitted.groups) & set(scored.groups)
        assert np.bincount(scored.labels, minlength=3).min() >= 8
        assert np.bincount(scored.labels, minlength=3).max() <= 12
    assert all(fold.audit.clean for fold in data.folds)


def test_rows_ascend_and_depend_on_the_seed_alone(faces: Faces) -> None:
    first, again, other = (fold_faces(faces, keep_blanks({"seed": seed})) for seed in (0, 0, 1))
    for fold, same in zip(first.folds, again.folds, strict=True):
        assert np.array_equal(fold.validation, same.validation)
        assert (np.diff(fold.validation) > 0).all()
        assert (np.diff(fold.train) > 0).all()
    assert any(not np.array_equal(a.validation, b.validation) for a, b in zip(first.folds, other.folds, strict=True))


def test_the_protocol_says_which_training_faces_there_are(faces: Faces) -> None:
    group = faces.groups.copy()
    group[[60, 125]] = 2000  # a copy of a PrivateTest face
    copied = faces.with_columns(group=group)
    assert "60" not in ids(fold_faces(copied, search()).faces)
    assert "50" not in ids(fold_faces(copied, search()).faces)
    assert {"50", "60"} < set(ids(fold_faces(copied, search(**AS_REPORTED)).faces))
    without = fold_faces(copied, search(**AS_REPORTED, drop_classes=["cross"]))
    assert without.faces.class_names == ("calm", "glad")
    assert len(without.faces) == np.isin(copied.labels[:120], [0, 2]).sum()


def test_plain_folds_are_scikit_learns(faces: Faces) -> None:
    data = fold_faces(faces, search({"by": "face", "seed": 1}, **AS_REPORTED))
    plain = KFold(4, shuffle=True, random_state=1).split(np.arange(120))
    for fold, (train, validation) in zip(data.folds, plain, strict=True):
        assert fold.validation.tolist() == sorted(validation)
        assert fold.train.tolist() == sorted(train)


def test_plain_folds_part_copies_and_the_audit_counts_them(faces: Faces) -> None:
    data = fold_faces(faces, search({"by": "face"}, **AS_REPORTED))
    for fold, (fitted, scored) in zip(data.folds, sides(data), strict=True):
        leaked = np.isin(scored.groups, fitted.groups).sum()
        assert fold.audit.validation_faces_with_sibling_in_training == leaked > 0
        assert fold.audit.validation_faces == len(scored) == 30


def test_a_leak_between_folds_stops_an_honest_search(faces: Faces) -> None:
    with pytest.raises(InputError, match=r"'honest' found \{'validation_faces_with_sibling_in_training': [1-9]"):
        fold_faces(faces, search({"by": "face"}))


def test_plain_folds_without_copies_pass_under_an_honest_protocol() -> None:
    data = fold_faces(some_faces(), search({"by": "face"}))
    assert all(fold.audit.clean for fold in data.folds)


def test_generated_faces_come_from_the_folds_training_part_alone(faces: Faces) -> None:
    data = fold_faces(faces, keep_blanks())
    for (plain, _), (fitted, scored) in zip(sides(data), sides(data, Balancing(target=45)), strict=True):
        generated = fitted.table["source_id"].notna().to_numpy()
        assert np.bincount(fitted.labels).tolist() == [45] * 3
        assert generated.sum() > 10
        assert set(fitted.table["source_id"][generated]) <= set(ids(plain))
        assert not set(fitted.groups) & set(scored.groups)
        assert not {"50"} & {*fitted.table["source_id"][generated]}, "a blank face is no source"


def test_scored_faces_are_original_and_unchanged_whatever_the_balancing(faces: Faces) -> None:
    data = fold_faces(faces, keep_blanks())
    for balancing in (None, Balancing(target=9), Balancing(target=45), Balancing(target="smallest")):
        for fold, (_, scored) in enumerate(sides(data, balancing)):
            assert scored.table["source_id"].isna().all()
            assert scored == data.faces.take(data.folds[fold].validation)


def test_undersampling_brings_every_class_down_to_the_smallest_of_the_fold(faces: Faces) -> None:
    data = fold_faces(faces.take(np.r_[0:110, 120:132]), keep_blanks())
    for (plain, _), (fitted, _) in zip(sides(data), sides(data, Balancing(target="smallest")), strict=True):
        smallest = np.bincount(plain.labels[~plain.table["blank"]]).min()
        assert np.bincount(fitted.labels).tolist() == [smallest] * 3
        assert fitted.table["source_id"].isna().all()
        assert set(ids(fitted)) < set(ids(plain))


@pytest.mark.parametrize("by", ["group", "face"])
def test_a_class_of_fewer_groups_than_folds_is_named(faces: Faces, by: str) -> None:
    rows = np.arange(len(faces))
    few = faces.with_columns(group=np.where((faces.labels == 2) & (rows < 120), 3000 + rows % 3, faces.groups))
    with pytest.raises(InputError) as refused:
        fold_faces(few, search({"by": by}, **AS_REPORTED))
    assert str(refused.value) == (
        "Class 'glad' has 3 different training faces, fewer than the 4 folds: take fewer folds, a larger share of the "
        "faces, or more data."
    )


def test_a_share_takes_whole_groups_and_each_class_alike(faces: Faces) -> None:
    whole = fold_faces(faces, keep_blanks()).faces
    part = fold_faces(faces, keep_blanks({"share": 0.5})).faces
    assert 55 <= len(part) <= 65
    assert np.abs(np.bincount(part.labels) / np.bincount(whole.labels) - 0.5).max() < 0.1
    for group in set(part.groups):
        assert (part.groups == group).sum() == (whole.groups == group).sum()
    other = fold_faces(faces, keep_blanks({"share": 0.5, "seed": 4})).faces
    assert set(ids(part)) != set(ids(other))


def test_too_small_a_share_is_refused_in_one_sentence(faces: Faces) -> None:
    with pytest.raises(InputError, match="fewer than the 4 folds: take fewer folds, a larger share"):
        fold_faces(faces, keep_blanks({"share": 0.05}))


def test_the_digest_knows_the_faces_and_how_they_are_divided(faces: Faces) -> None:
    digest = fold_faces(faces, keep_blanks()).digest()
    assert fold_faces(faces, keep_blanks()).digest() == digest
    others = [
        fold_faces(faces, keep_blanks({"seed": 4})),
        fold_faces(faces, keep_blanks({"count": 3})),
        fold_faces(faces, search()),
        fold_faces(faces.with_columns(emotion=faces.labels[::-1].copy()), keep_blanks({"count": 2})),
    ]
    assert len({digest, *(other.digest() for other in others)}) == 5


@pytest.mark.real_data
def test_the_reports_folds_hold_its_28273_faces(real_parquet: Any) -> None:
    """choudhary_patel_zhou §3: the training images without disgust; pixels change nothing but copies."""
    rows = pd.read_parquet(real_parquet, columns=["emotion", "usage", "image"])
    distinct = pd.factorize(rows["image"])[0]
    images = np.zeros((len(rows), 48, 48), np.uint8)
    faces = Faces.build(images, rows["emotion"], rows["usage"], source="fer2013").with_columns(group=distinct)
    data = fold_faces(faces, search({"count": 5, "by": "face", "seed": 1}, **AS_REPORTED, drop_classes=["disgust"]))
    assert len(data.faces) == 28_273
    assert [len(fold.validation) for fold in data.folds] == [5655, 5655, 5655, 5654, 5654]
    assert data.faces.class_names == tuple(name for name in EMOTIONS if name != "disgust")
    assert all(fold.audit.validation_faces_with_sibling_in_training > 200 for fold in data.folds)
