"""One training run, node by node, under a shared protocol and under one of a report's own."""

from typing import Any

import numpy as np
import pytest
from tiny_recipe import tiny_recipe

from fer_kedro.errors import InputError
from fer_kedro.evaluation import class_names, run_record
from fer_kedro.faces import Faces
from fer_kedro.pipelines.training.nodes import describe, fit, predict, prepare
from fer_kedro.protocols.division import Holdout
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe

NAMES = ("calm", "cross", "glad")
HONEST = Protocol(name="honest")
KEPT: dict[str, Any] = {"on_leak": "record", "drop_training_copies": False, "drop_validation_copies": False}
AS_REPORTED = Protocol(name="as_reported", **KEPT, validation="test", test=("PublicTest", "PrivateTest"))
COPIES_FIRST = Protocol.model_validate(
    KEPT
    | {
        "name": "copies_first",
        "drop_classes": ["cross"],
        "resplit": {"by": "face"},
        "copies": {"count": 5, "augmentation": {"rotation": 10}, "before_split": True},
    }
)


def recipe(**decisions: Any) -> Recipe:
    training = {"epochs": 1, "batch_size": 16, "precision": "float32", "seed": 3}
    return tiny_recipe(training=training, **decisions)


@pytest.fixture(scope="module")
def faces() -> Faces:
    """60 Training, 15 PublicTest and 15 PrivateTest faces of three classes; row 80 is a copy of row 0."""
    images = np.random.default_rng(0).integers(0, 256, (90, 48, 48), dtype=np.uint8)
    usage = ["Training"] * 60 + ["PublicTest"] * 15 + ["PrivateTest"] * 15
    faces = Faces.build(images, np.arange(90) % 3, usage, class_names=NAMES)
    group = np.arange(90)
    group[80] = 0
    return faces.with_columns(exact_group=group, group=group)


def run(faces: Faces, protocol: Protocol, tiny: Recipe) -> tuple[Any, dict[str, Any]]:
    """Predictions and record of a whole run."""
    prepared = prepare(faces, faces.take([]), protocol, tiny)
    model, _, training = fit(faces, prepared, tiny)
    predictions = predict(model, faces, prepared, tiny, protocol)
    facts = describe(
        faces=faces, prepared=prepared, protocol=protocol, recipe=tiny, training=training, environment={"threads": 1}
    )
    return predictions, run_record(predictions, facts)


def test_under_a_shared_protocol_every_evaluation_face_is_predicted(faces: Faces) -> None:
    predictions, record = run(faces, HONEST, recipe())
    assert predictions["face_id"].tolist() == [str(row) for row in range(60, 90)]
    assert predictions["part"].tolist() == ["validation"] * 15 + ["test"] * 15
    assert {name: scores["all"]["n"] for name, scores in record["scores"].items()} == {
        "PublicTest": 15,
        "PrivateTest": 15,
    }
    assert record["scores"]["PrivateTest"]["duplicate_free"]["n"] == 14
    assert (record["validation_set"], record["test_set"]) == ("PublicTest", "PrivateTest")
    assert (record["run"], record["training_faces"], record["seed"], record["weights"]) == (
        "honest.tiny",
        59,
        3,
        "none",
    )


def test_public_test_faces_that_were_trained_on_are_not_predicted(faces: Faces) -> None:
    protocol = Protocol(name="pooled", **KEPT, training=("Training", "PublicTest"), validation=Holdout(share=0.4))
    predictions, record = run(faces, protocol, recipe())
    held_out = prepare(faces, faces.take([]), protocol, recipe()).sides.validation.rows
    public = [row for row in range(60, 75) if row in held_out]
    assert 0 < len(public) < 15
    assert predictions["face_id"].tolist() == [str(row) for row in (*public, *range(75, 90))]
    assert record["scores"]["PublicTest"]["all"]["n"] == len(public)


def test_a_test_folder_is_scored_as_one_set(faces: Faces) -> None:
    predictions, record = run(faces, AS_REPORTED, recipe())
    assert predictions["part"].unique().tolist() == ["test"]
    assert predictions["face_id"].tolist() == [str(row) for row in range(60, 90)]
    assert {name: scores["all"]["n"] for name, scores in record["scores"].items()} == {"test": 30}
    assert record["scores"]["test"]["duplicate_free"]["n"] == 29
    assert record["validation_set"] == "the test set itself"
    assert record["leak_audit"]["test_faces_with_sibling_in_validation"] == 30


def test_copies_and_dropped_classes_reach_model_predictions_and_scores(faces: Faces) -> None:
    predictions, record = run(faces, COPIES_FIRST, recipe())
    assert class_names(predictions) == ("calm", "glad")
    assert len(predictions) == 60
    read = faces.table.set_index("face_id")["emotion"].loc[predictions["source_id"]]
    assert (predictions["emotion"] * 2).tolist() == read.tolist()
    assert list(record["scores"]["test"]["all"]["per_class"]) == ["calm", "glad"]
    assert record["training_faces"] == record["generated_faces"] == 180
    assert record["test_set"] == "20 % of all copies"
    leaked = record["leak_audit"]["test_faces_with_sibling_in_training"]
    assert record["scores"]["test"].get("duplicate_free", {"n": 0})["n"] == 60 - leaked


def test_missing_weights_stop_a_run_before_its_faces_are_divided(faces: Faces) -> None:
    missing = recipe(model={"family": "vgg16", "weights": "nowhere.h5"})
    with pytest.raises(InputError, match=r"nowhere\.h5"):
        prepare(faces.take([]), faces.take([]), HONEST, missing)
