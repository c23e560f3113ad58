"""Ingestion knows every copy and blank, counts them, and drops nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro.validation.type_extractor import TypeExtractor
from pydantic import ValidationError

from fer_kedro.faces import Faces, Provenance
from fer_kedro.pipelines.ingestion import create_pipeline
from fer_kedro.pipelines.ingestion.crop import FaceCropParameters
from fer_kedro.pipelines.ingestion.nodes import IngestionParameters, account_for, fingerprint, summarise_copies
from fer_kedro.protocols.split import Protocol, split_faces

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
USAGE = ["Training"] * 6 + ["PublicTest"] * 3 + ["PrivateTest"] * 3
EMOTION = [0, 3, 3, 1, 4, 5, 3, 4, 2, 3, 0, 6]


@pytest.fixture
def raw() -> Faces:
    """Twelve faces with copies planted.

    Rows 1 and 2 (Training, happy), 6 (PublicTest, happy) and 9 (PrivateTest, happy) are one image; 0 (angry, Training)
    and 8 (fear, PublicTest) are another; 11 (PrivateTest) is 4 (Training), mirrored and brighter; 5 and 7 are blank.
    """
    rng = np.random.default_rng(0)
    images = np.stack([(128 + spots(rng, 2, 40)).clip(0, 255) for _ in EMOTION]).astype(np.uint8)
    images[[2, 6, 9]], images[8] = images[1], images[0]
    images[11] = np.clip(images[4].astype(int) + 20, 0, 255)[:, ::-1]
    images[5], images[7] = 255, 0
    return Faces.build(images, EMOTION, USAGE, source="test")


def spots(rng: np.random.Generator, size: float, deviation: float) -> np.ndarray:
    blurred = cv2.GaussianBlur(rng.normal(size=(48, 48)), (0, 0), size)
    return deviation * blurred / blurred.std()


@pytest.fixture
def faces(raw: Faces) -> Faces:
    return fingerprint(raw, IngestionParameters())[0]


def row_of(account: pd.DataFrame, usage: str, emotion: str) -> dict[str, int]:
    return account.set_index(["usage", "emotion"]).loc[(usage, emotion)].to_dict()


def test_copies_and_blanks_are_found(faces: Faces) -> None:
    assert faces.table["exact_group"].tolist() == [0, 1, 1, 3, 4, 5, 1, 7, 0, 1, 10, 11]
    assert faces.table["group"].tolist() == [0, 1, 1, 3, 4, 5, 1, 7, 0, 1, 10, 4]
    assert np.flatnonzero(faces.table["blank"]).tolist() == [5, 7]


def test_all_else_stays_as_it_was_read(raw: Faces, faces: Faces) -> None:
    assert np.array_equal(raw.images, faces.images)
    columns = ["face_id", "emotion", "usage", "source_id"]
    pd.testing.assert_frame_equal(raw.table[columns], faces.table[columns])
    assert faces.provenance == raw.provenance
    assert raw.table["group"].tolist() == list(range(12))


def test_near_copies_are_named_by_their_faces(raw: Faces) -> None:
    named = replace(raw, table=raw.table.assign(face_id=[f"face {row}" for row in range(12)]))
    _, pairs = fingerprint(named, IngestionParameters())
    assert pairs[["face_id_a", "face_id_b", "mirrored", "same_group"]].to_numpy().tolist() == [
        ["face 4", "face 11", True, True]
    ]
    assert pairs["correlation"].item() > 0.9


@pytest.mark.parametrize("reason", ["switched off", "demo faces"])
def test_without_near_copies_the_groups_are_the_exact_ones(raw: Faces, reason: str) -> None:
    if reason == "demo faces":
        raw = replace(raw, provenance=Provenance("demo", "0"))
    faces, pairs = fingerprint(raw, IngestionParameters(near_copies=reason == "demo faces"))
    assert faces.table["group"].tolist() == faces.table["exact_group"].tolist()
    assert pairs.empty
    assert summarise_copies(faces, pairs)["near_copy_pairs"] == 0


def test_blank_faces_are_copies_only_if_equal(raw: Faces) -> None:
    images = raw.images.copy()
    images[3], images[10] = 255, 254
    faces, _ = fingerprint(replace(raw, images=images), IngestionParameters())
    assert faces.table["group"].tolist() == [0, 1, 1, 3, 4, 3, 1, 7, 0, 1, 10, 4]


@pytest.mark.parametrize("scored", [0, 1, 2])
def test_chain_of_copies_of_a_scored_face_leaves_none_in_training(scored: int) -> None:
    """Of three frames each is like the next, and the first is not like the last: a leak by way of the middle one."""
    rng = np.random.default_rng(1)
    shades, details = spots(rng, 5, 40), np.repeat(spots(rng, 1, 10)[None], 3, axis=0)
    details[0, :16], details[2, -16:] = spots(rng, 1, 10)[:16], spots(rng, 1, 10)[-16:]
    frames = (128 + shades + details).clip(0, 255).astype(np.uint8)
    others = rng.integers(0, 256, (2, 48, 48), dtype=np.uint8)
    usage = ["Training", "Training", "Training", "Training", "PublicTest"]
    usage[scored] = "PrivateTest"
    raw = Faces.build(np.concatenate([frames, others]), [0] * 5, usage)
    faces, pairs = fingerprint(raw, IngestionParameters(min_correlation=0.7))
    assert pairs["face_id_a"].tolist() == ["0", "1"]
    assert pairs["face_id_b"].tolist() == ["1", "2"]
    assert pairs["same_group"].all()
    assert split_faces(faces, HONEST).train.tolist() == [3]


def test_account_counts_every_face_by_usage_and_class(faces: Faces) -> None:
    account = account_for(faces)
    assert len(account) == 3 * 7
    assert account["read"].sum() == 12
    assert row_of(account, "Training", "happy") == {
        "read": 2,
        "blank": 0,
        "exact_copies": 2,
        "near_copies": 0,
        "conflicting_labels": 0,
        "exact_copies_elsewhere": 2,
        "copies_elsewhere": 2,
    }
    assert row_of(account, "PublicTest", "fear")["conflicting_labels"] == 1
    assert row_of(account, "Training", "surprise")["blank"] == 1
    assert row_of(account, "PrivateTest", "surprise") == dict.fromkeys(account.columns[2:], 0)


def test_account_tells_near_copies_from_exact_ones(faces: Faces) -> None:
    sad = row_of(account_for(faces), "Training", "sad")
    assert (sad["exact_copies"], sad["near_copies"]) == (0, 1)
    assert (sad["exact_copies_elsewhere"], sad["copies_elsewhere"]) == (0, 1)


def test_summary_counts_copies_of_the_whole_set(raw: Faces) -> None:
    assert summarise_copies(*fingerprint(raw, IngestionParameters())) == {
        "images": 12,
        "distinct_images": 8,
        "groups_of_exact_copies": 2,
        "conflicting_groups": 1,
        "conflicting_images": 2,
        "private_with_training_copy": 1,
        "public_with_training_copy": 2,
        "private_with_training_or_public_copy": 1,
        "blank_images": 2,
        "near_copy_pairs": 1,
        "near_copy_pairs_mirrored": 1,
        "near_copy_pairs_across_groups": 0,
        "near_copy_groups": 1,
        "private_with_group_in_training": 2,
        "public_with_group_in_training": 2,
        "groups": 7,
        "largest_group": 4,
    }


@pytest.mark.parametrize("wrong", [{"hash_distance": 64}, {"min_correlation": 0}, {"near_copy": True}])
def test_impossible_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        IngestionParameters.model_validate(wrong)


def test_same_faces_have_the_same_fingerprints(raw: Faces, faces: Faces) -> None:
    assert fingerprint(raw, IngestionParameters())[0] == faces


def test_pipeline_is_wired_as_its_readme_says(raw: Faces) -> None:
    pipeline = create_pipeline()
    reports = {"near_copies", "ingestion_account", "copies_summary", "face_crop_account"}
    assert pipeline.all_outputs() == {"cropped_faces", "faces", *reports}
    entries = {
        "raw_faces": MemoryDataset(raw),
        "params:face_crop": MemoryDataset(FaceCropParameters()),
        "params:ingestion": MemoryDataset(IngestionParameters()),
    }
    results = SequentialRunner().run(pipeline, DataCatalog(entries))
    faces, pairs = fingerprint(raw, IngestionParameters())
    assert results["copies_summary"].load() == summarise_copies(faces, pairs)
    pd.testing.assert_frame_equal(results["ingestion_account"].load(), account_for(faces))


def test_kedro_can_read_the_parameters_type() -> None:
    found = TypeExtractor({"ingestion": create_pipeline()}).extract_types_from_pipelines()
    assert found["ingestion"] is IngestionParameters
