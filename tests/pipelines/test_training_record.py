"""What a run record says of the faces that a run was made from."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_recipe import tiny_recipe

from fer_kedro.faces import Faces
from fer_kedro.pipelines.training.nodes import describe
from fer_kedro.protocols.derive import derive_split
from fer_kedro.protocols.prepare import prepare_faces
from fer_kedro.protocols.split import Protocol

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 48, 48), dtype=np.uint8)
LABELS = np.arange(30) % 3
NAMES = ("calm", "cross", "glad")


def recorded(faces: Faces) -> dict[str, object]:
    prepared = prepare_faces(faces, HONEST, None)
    record = describe(
        faces=faces, prepared=prepared, protocol=HONEST, recipe=tiny_recipe(), training={}, environment={}
    )
    data: dict[str, object] = record["data"]
    return data


@pytest.mark.parametrize("split", ["official", "own"])
def test_it_says_whose_split_it_is(split: str) -> None:
    usage = ["Training", "PublicTest", "PrivateTest"] * 10
    faces = Faces.build(IMAGES, LABELS, usage, source="images", class_names=NAMES)
    faces = replace(faces, provenance=replace(faces.provenance, split=split))
    assert recorded(faces) == {"source": "images", "digest": faces.provenance.digest, "split": split}


def test_a_derived_split_has_its_seed() -> None:
    faces = derive_split(Faces.build(IMAGES, LABELS, [None] * 30, source="images", class_names=NAMES), 5)
    expected = {"source": "images", "digest": faces.provenance.digest, "split": "derived", "split_seed": 5}
    assert recorded(faces) == expected
