"""Every class gets the target, generated faces name their source, and nothing else is touched."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, TRAINING, USAGES, Faces, Indices
from fer_kedro.protocols.balance import balance, balanced_faces
from fer_kedro.variation import HEJSLET_CHAIN, Augmentation, Balancing

TEN = Balancing(target=10)


def faces_of(counts: dict[str, int], evaluation: int = 4) -> tuple[Faces, Indices]:
    """Faces with so many Training rows of each class after some evaluation faces, and the Training rows."""
    codes = [EMOTIONS.index(name) for name, count in counts.items() for _ in range(count)]
    emotion = np.concatenate([np.arange(evaluation) % 7, codes])
    usage = ["PublicTest"] * evaluation + [TRAINING] * len(codes)
    images = np.random.default_rng(0).integers(0, 256, (len(emotion), 48, 48), dtype=np.uint8)
    faces = Faces.build(images, emotion, usage)
    grouped = faces.with_columns(group=faces.groups // 2)
    return grouped, grouped.rows(TRAINING)


@pytest.fixture
def imbalanced() -> tuple[Faces, Indices]:
    return faces_of({"angry": 3, "disgust": 1, "fear": 10, "happy": 30, "sad": 12, "surprise": 9, "neutral": 5})


def test_every_class_has_the_target_afterwards(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    for target in (1, 10, 25):
        made = balanced_faces(faces, balance(faces, rows, Balancing(target=target)))
        assert np.bincount(made.labels).tolist() == [target] * 7


def test_classes_below_keep_every_face_and_classes_above_lose_only_the_surplus(
    imbalanced: tuple[Faces, Indices],
) -> None:
    faces, rows = imbalanced
    kept = balance(faces, rows, TEN).kept
    assert np.bincount(faces.labels[kept]).tolist() == [3, 1, 10, 10, 10, 9, 5]
    assert len(np.unique(kept)) == len(kept)
    assert (np.diff(kept) > 0).all()


def test_only_classes_below_the_target_get_generated_faces(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    assert np.bincount(balance(faces, rows, TEN).generated.labels, minlength=7).tolist() == [
        7,
        9,
        0,
        0,
        0,
        1,
        5,
    ]


def test_generated_faces_name_a_training_face_of_their_class_and_group(
    imbalanced: tuple[Faces, Indices],
) -> None:
    faces, rows = imbalanced
    generated = balance(faces, rows, TEN).generated
    source = faces.table.set_index("face_id").loc[generated.table["source_id"]].reset_index()
    assert set(generated.table["source_id"]) <= set(faces.table["face_id"].iloc[rows])
    assert (generated.table["emotion"] == source["emotion"]).all()
    assert (generated.table["group"] == source["group"]).all()
    assert (generated.table["usage"] == TRAINING).all()
    assert not generated.table["blank"].any()


def test_generated_faces_are_numbered_by_source_and_are_nobodys_copies(
    imbalanced: tuple[Faces, Indices],
) -> None:
    faces, rows = imbalanced
    made = balanced_faces(faces, balance(faces, rows, TEN))
    disgust = made.take(made.labels == EMOTIONS.index("disgust")).table["face_id"]
    assert disgust.tolist() == [disgust[0]] + [f"{disgust[0]}~{number}" for number in range(1, 10)]
    assert made.table["face_id"].is_unique
    assert made.table["exact_group"].is_unique


def test_balanced_faces_keep_types_classes_and_provenance(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    made = balanced_faces(faces, balance(faces, rows, TEN))
    assert made.table.dtypes.to_dict() == faces.table.dtypes.to_dict()
    assert list(made.table["usage"].cat.categories) == list(USAGES)
    assert (made.class_names, made.provenance) == (faces.class_names, faces.provenance)


def test_evaluation_faces_never_appear(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    made = balanced_faces(faces, balance(faces, rows, Balancing(target=40)))
    evaluation = set(faces.table["face_id"]) - set(faces.table["face_id"].iloc[rows])
    assert evaluation.isdisjoint(made.table["face_id"])
    assert evaluation.isdisjoint(made.table["source_id"].dropna())
    assert (made.table["usage"] == TRAINING).all()


def test_generated_face_is_made_from_the_pixels_of_its_source(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    exact = Balancing(target=10, augmentation=Augmentation(flip=1))
    generated = balance(faces, rows, exact).generated
    sources = faces.images[generated.table["source_id"].astype(int)]
    assert np.array_equal(generated.images, sources[:, :, ::-1])


def test_same_seed_gives_equal_faces_and_another_seed_others(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    first, again = balance(faces, rows, TEN), balance(faces, rows, TEN)
    other = balance(faces, rows, Balancing(target=10, seed=1))
    assert first.kept.tolist() == again.kept.tolist() and first.generated == again.generated
    assert first.kept.tolist() != other.kept.tolist() and first.generated != other.generated


def test_class_gets_the_same_whatever_the_other_classes_have(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    angry = EMOTIONS.index("angry")
    fewer = rows[(faces.labels[rows] != EMOTIONS.index("happy")) | (rows % 2 == 0)]
    one, two = (balance(faces, some, TEN).generated for some in (rows, fewer))
    assert one.take(one.labels == angry) == two.take(two.labels == angry)


def test_class_without_training_faces_is_named() -> None:
    faces, rows = faces_of({"angry": 2, "happy": 2}, evaluation=7)
    with pytest.raises(InputError, match="Class 'disgust' has no training face to generate others from; give"):
        balance(faces, rows, TEN)


def test_blank_faces_are_refused_as_sources(imbalanced: tuple[Faces, Indices]) -> None:
    faces, rows = imbalanced
    with pytest.raises(ValueError, match="Blank faces"):
        balance(faces.with_columns(blank=np.arange(len(faces)) == rows[0]), rows, TEN)


def test_defaults_are_the_reports_and_nonsense_is_refused() -> None:
    assert Balancing() == Balancing(target=5000, seed=0, augmentation=HEJSLET_CHAIN)
    for wrong in ({"target": 0}, {"seed": -1}, {"goal": 10}):
        with pytest.raises(ValidationError):
            Balancing.model_validate(wrong)


@pytest.mark.real_data
def test_real_training_faces_become_35000(real_parquet: Path) -> None:
    faces = RawFacesDataset(filepath=str(real_parquet)).load()
    training = faces.rows(TRAINING)
    rows = training[faces.images[training].std(axis=(1, 2)) >= 1]
    balanced = balance(faces, rows, Balancing())
    assert (len(training), len(rows)) == (28_709, 28_697)
    assert np.bincount(faces.labels[balanced.kept]).tolist() == [3988, 436, 4097, 5000, 4829, 3170, 4963]
    assert np.bincount(balanced_faces(faces, balanced).labels).tolist() == [5000] * 7
