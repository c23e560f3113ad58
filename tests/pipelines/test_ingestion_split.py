"""Ingestion divides the faces whose source says nothing of their usage, and says so."""

import logging

import cv2
import numpy as np
import pytest

from fer_kedro.faces import USAGES, Faces
from fer_kedro.pipelines.ingestion.nodes import IngestionParameters, account_for, fingerprint
from fer_kedro.protocols.audit import audit_leaks
from fer_kedro.protocols.split import Protocol, split_faces
from fer_kedro.vision.near_copies import MOST_IN_GROUP

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
SHOTS = MOST_IN_GROUP + 6
"""Frames of one photograph: more than a group within one usage may hold."""


def photograph(rng: np.random.Generator) -> np.ndarray:
    blurred = cv2.GaussianBlur(rng.normal(size=(48, 48)), (0, 0), 2)
    return 128 + 30 * blurred / blurred.std()


@pytest.fixture
def raw() -> Faces:
    """200 faces of three classes without a usage: first 70 frames of one photograph, ever brighter; two are equal."""
    rng = np.random.default_rng(0)
    shots = photograph(rng) + np.linspace(-20, 20, SHOTS)[:, None, None]
    others = np.stack([photograph(rng) for _ in range(200 - SHOTS)])
    images = np.concatenate([shots, others]).clip(0, 255).astype(np.uint8)
    images[199] = images[198]
    labels = np.arange(200) % 3
    return Faces.build(images, labels, [None] * 200, source="images", class_names=("a", "b", "c"), split="own")


def test_every_face_gets_a_usage_and_no_confirmed_pair_stands_on_two_sides(raw: Faces) -> None:
    faces, pairs = fingerprint(raw, IngestionParameters())
    usage = faces.table.set_index("face_id")["usage"].astype("str")
    assert len(pairs) > SHOTS
    assert (usage[pairs["face_id_a"]].to_numpy() == usage[pairs["face_id_b"]].to_numpy()).all()
    assert set(usage) == set(USAGES)
    assert usage["198"] == usage["199"]
    assert account_for(faces)["copies_elsewhere"].sum() == 0


def test_the_honest_protocol_finds_nothing_to_drop(raw: Faces) -> None:
    faces, _ = fingerprint(raw, IngestionParameters())
    split = split_faces(faces, HONEST)
    assert len(split.train) + len(split.validation) + len(split.test) == 200
    assert audit_leaks(*(faces.take(rows) for rows in (split.train, split.validation, split.test))).clean


def test_copies_of_decided_faces_are_divided_like_the_others(raw: Faces) -> None:
    usage = ["Training" if row % 2 else None for row in range(200)]
    half = Faces.build(raw.images, raw.labels, usage, class_names=raw.class_names)
    faces, _ = fingerprint(half, IngestionParameters())
    assert (faces.table["usage"].to_numpy()[1::2] == "Training").all()
    assert set(faces.table["usage"][::2]) == {"PublicTest", "PrivateTest"}
    split = split_faces(faces, HONEST)
    assert audit_leaks(*(faces.take(rows) for rows in (split.train, split.validation, split.test))).clean


def test_the_log_says_who_split_and_what_it_cannot_be_compared_with(
    raw: Faces, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        fingerprint(raw, IngestionParameters(split_seed=7))
    assert "200 of 200 faces have no usage: they were divided by us, with seed 7, into 16" in caplog.text
    assert "not comparable with those on FER-2013's official one" in caplog.text


def test_a_split_that_the_source_decides_is_left_alone_and_unmentioned(
    raw: Faces, caplog: pytest.LogCaptureFixture
) -> None:
    usage = [USAGES[row % 3] for row in range(200)]
    decided = Faces.build(raw.images, raw.labels, usage, class_names=raw.class_names, split="own")
    faces, _ = fingerprint(decided, IngestionParameters(split_seed=7))
    assert faces.table["usage"].tolist() == usage
    assert faces.provenance == decided.provenance
    assert not caplog.records


def test_the_seed_is_a_parameter_and_part_of_the_digest(raw: Faces) -> None:
    first, again, other = (fingerprint(raw, IngestionParameters(split_seed=seed))[0] for seed in (0, 0, 1))
    assert first == again
    assert first.provenance == again.provenance
    assert first.provenance.digest != other.provenance.digest
    assert (other.provenance.source, other.provenance.split_seed) == ("images", 1)
