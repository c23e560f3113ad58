"""What ingestion finds in the real FER-2013, exactly."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_kedro.faces import EMOTIONS, Faces
from fer_kedro.pipelines.ingestion.nodes import IngestionParameters, account_for, fingerprint, summarise_copies

pytestmark = pytest.mark.real_data

READ = {
    "Training": [3995, 436, 4097, 7215, 4830, 3171, 4965],
    "PublicTest": [467, 56, 496, 895, 653, 415, 607],
    "PrivateTest": [491, 55, 528, 879, 594, 416, 626],
}


@pytest.fixture(scope="module")
def raw(real_parquet: Path) -> Faces:
    rows = pd.read_parquet(real_parquet)
    pictures = (cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE) for image in rows["image"])
    return Faces.build(np.stack(list(pictures)), rows["emotion"], rows["usage"], source="fer2013")


@pytest.fixture(scope="module")
def faces(raw: Faces) -> Iterator[Faces]:
    yield fingerprint(raw, IngestionParameters(near_copies=False))[0]


def test_every_row_is_accounted_for_by_usage_and_class(faces: Faces) -> None:
    read = account_for(faces).pivot(index="usage", columns="emotion", values="read")
    assert read[list(EMOTIONS)].T.to_dict("list") == READ
    assert len(faces) == 35_887


def test_exact_copies_conflicts_and_blanks_are_those_of_fer2013(faces: Faces, raw: Faces) -> None:
    _, no_pairs = fingerprint(raw.take(np.arange(0)), IngestionParameters())
    found = summarise_copies(faces, no_pairs)
    assert (
        found.items()
        >= {
            "images": 35_887,
            "distinct_images": 34_034,
            "groups_of_exact_copies": 1_516,
            "conflicting_groups": 57,
            "conflicting_images": 160,
            "private_with_training_copy": 288,
            "public_with_training_copy": 280,
            "private_with_training_or_public_copy": 314,
            "blank_images": 13,
        }.items()
    )


def test_blank_faces_are_twelve_of_training_and_one_of_public_test(faces: Faces) -> None:
    blank = faces.table.index[faces.table["blank"]]
    assert faces.table.loc[blank, "usage"].value_counts().to_dict() == {
        "Training": 12,
        "PublicTest": 1,
        "PrivateTest": 0,
    }
    assert {2171, 30002} <= set(blank)


def test_near_copies_of_the_evaluation_faces_stand_in_small_groups(raw: Faces) -> None:
    """Of both evaluation sets only, which takes seconds; bounds, since other processors round differently."""
    evaluation = raw.take(np.flatnonzero(raw.table["usage"] != "Training"))
    faces, pairs = fingerprint(evaluation, IngestionParameters())
    found = summarise_copies(faces, pairs)
    assert 390 < found["near_copy_pairs"] < 430
    assert found["near_copy_pairs_across_groups"] == 0
    assert found["largest_group"] <= 12
    assert pairs["correlation"].min() >= 0.8
