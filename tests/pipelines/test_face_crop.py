"""Cropping is off unless asked for, keeps every face's name, and accounts for each face that it loses."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.validation.type_extractor import TypeExtractor
from project_copy import PROJECT
from pydantic import ValidationError

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, USAGES, Faces, Provenance
from fer_kedro.pipelines.ingestion import create_pipeline
from fer_kedro.pipelines.ingestion.crop import FaceCropParameters, account_for_crop, crop_faces, crop_to_boxes
from fer_kedro.vision.synthetic import draw_demo_faces

LOST = [0, 1, 8, 20, 41]
MTCNN = FaceCropParameters(detector="mtcnn", margin=0.1)


@pytest.fixture(scope="module")
def raw() -> Faces:
    """Six drawn faces of each class, two for each usage; five of them show noise instead."""
    images = draw_demo_faces(count=50, seed=3).images[:42].copy()
    images[LOST] = np.random.default_rng(0).integers(0, 256, (5, 48, 48), dtype=np.uint8)
    names = [f"face {row}" for row in range(42)]
    return Faces.build(images, np.arange(42) % 7, np.repeat(USAGES, 14), face_id=names, source="test")


@pytest.fixture
def boxes() -> np.ndarray:
    """What a detector would find: the middle 24 pixels, but for the noise."""
    found = np.tile(np.array([12, 12, 24, 24, 0.9], np.float32), (42, 1))
    found[LOST] = np.nan
    return found


def test_cropping_is_off_by_default() -> None:
    stored = yaml.safe_load((PROJECT / "conf" / "base" / "parameters_ingestion.yml").read_text())["face_crop"]
    assert FaceCropParameters.model_validate(stored) == FaceCropParameters()
    assert FaceCropParameters().detector == "none"


def test_off_the_very_same_faces_pass_through_and_none_is_lost(raw: Faces) -> None:
    faces, account = crop_faces(raw, FaceCropParameters())
    assert faces is raw
    assert account["kept"].tolist() == account["read"].tolist() == [2] * 21
    assert not account[["lost", "share_lost"]].to_numpy().any()


def test_kept_faces_keep_names_labels_usage_and_order(raw: Faces, boxes: np.ndarray) -> None:
    faces, _ = crop_to_boxes(raw, boxes, MTCNN)
    columns = ["face_id", "emotion", "usage", "source_id"]
    expected = raw.table.drop(index=LOST).reset_index(drop=True)
    pd.testing.assert_frame_equal(faces.table[columns], expected[columns])


def test_pixels_are_those_of_the_box_with_its_margin(raw: Faces) -> None:
    """A box of 24 pixels with its margin is 29 pixels wide, so the half 30 is doubled from what is around it."""
    whole = np.tile(np.array([4, 4, 40, 40, 0.9]), (42, 1))
    faces, _ = crop_to_boxes(raw, whole, MTCNN)
    assert np.array_equal(faces.images, raw.images)
    small, _ = crop_to_boxes(raw, whole, replace_margin(0.0))
    assert not np.array_equal(small.images, raw.images)
    corners = raw.images[:, 4:44:39, 4:44:39].astype(int)
    assert np.abs(small.images[:, ::47, ::47] - corners).max() <= 1


def replace_margin(margin: float) -> FaceCropParameters:
    return MTCNN.model_copy(update={"margin": margin})


def test_cropped_faces_say_that_they_are_other_faces(raw: Faces, boxes: np.ndarray) -> None:
    cropped, read = crop_to_boxes(raw, boxes, MTCNN)[0].provenance, raw.provenance
    assert cropped.source == "test, cropped by mtcnn"
    assert cropped.digest != read.digest
    assert cropped.made_by
    assert cropped == crop_to_boxes(raw, boxes, MTCNN)[0].provenance
    assert cropped.made_by != crop_to_boxes(raw, boxes, replace_margin(0.0))[0].provenance.made_by


def test_cropped_demo_faces_stay_demo_faces(raw: Faces, boxes: np.ndarray) -> None:
    demo = replace(raw, provenance=Provenance("demo", "0"))
    assert crop_to_boxes(demo, boxes, MTCNN)[0].provenance.is_demo


def test_account_adds_up_by_usage_and_class(raw: Faces, boxes: np.ndarray) -> None:
    faces, account = crop_to_boxes(raw, boxes, MTCNN)
    assert (account["read"] == account["kept"] + account["lost"]).all()
    assert account[["read", "kept", "lost"]].sum().tolist() == [42, len(faces), 5]
    lost = account[account["lost"] > 0].set_index(["usage", "emotion"])
    assert lost["lost"].to_dict() == {
        ("Training", "angry"): 1,
        ("Training", "disgust"): 2,
        ("PublicTest", "neutral"): 1,
        ("PrivateTest", "neutral"): 1,
    }
    assert lost["share_lost"].tolist() == [0.5, 1.0, 0.5, 0.5]


def test_account_has_every_class_of_every_usage_once() -> None:
    one = Faces.build(np.zeros((1, 48, 48), np.uint8), [3], ["PublicTest"])
    account = account_for_crop(one, np.array([False]))
    assert account[["usage", "emotion"]].apply(tuple, axis=1).tolist() == [(u, e) for u in USAGES for e in EMOTIONS]
    assert account["share_lost"].tolist() == [0.0] * 10 + [1.0] + [0.0] * 10


def test_faces_without_a_usage_are_accounted_for_too() -> None:
    two = Faces.build(np.zeros((2, 48, 48), np.uint8), [3, 3], [None, "Training"])
    account = account_for_crop(two, np.array([False, True])).set_index(["usage", "emotion"])
    assert account.loc[("none yet", "happy")].tolist() == [1, 0, 1, 1.0]
    assert account["read"].sum() == 2


def test_detector_that_finds_nothing_stops_with_one_sentence(raw: Faces) -> None:
    with pytest.raises(InputError, match=r"^The face detector 'mtcnn' found no face in any of the 42 images; [^.]*"):
        crop_to_boxes(raw, np.full((42, 5), np.nan, np.float32), MTCNN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"detector": "haar"},
        {"min_confidence": 1},
        {"margin": -0.1},
        {"upscale": 0},
        {"detector": "yunet"},
        {"size": 96},
    ],
)
def test_impossible_parameters_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FaceCropParameters.model_validate(wrong)


def test_kedro_can_read_the_parameters_type() -> None:
    found = TypeExtractor({"ingestion": create_pipeline()}).extract_types_from_pipelines()
    assert found["face_crop"] is FaceCropParameters


def test_yunet_loses_the_noise_and_little_else(raw: Faces, yunet_model: Path) -> None:
    yunet = FaceCropParameters(detector="yunet", yunet_model=yunet_model, min_confidence=0.6)
    faces, account = crop_faces(raw, yunet)
    assert not set(faces.table["face_id"]) & {f"face {row}" for row in LOST}
    assert 5 <= account["lost"].sum() <= 12
    assert faces == crop_faces(raw, yunet)[0]
    with pytest.raises(InputError, match="'yunet' found no face in any of the 5 images"):
        crop_faces(raw.take(LOST), yunet)


@pytest.mark.parametrize(("detector", "name"), [("mtcnn", "MTCNN, here"), ("yunet", "YuNet, here")])
def test_page_shows_the_committed_account_of_fer2013(detector: str, name: str) -> None:
    account = json.loads((PROJECT / "docs" / "results" / "face_crop_account.json").read_text())
    found = account[detector]
    assert found["lost"] == sum(sum(classes.values()) for classes in found["lost_by_usage_and_class"].values())
    assert found["share_lost"] == round(found["lost"] / account["faces"], 4)
    cells = [name, f"{found['lost']:,} ({found['share_lost']:.1%})".replace("%", " %")]
    cells += [f"{found['share_lost_by_class'][emotion]:.0%}".replace("%", " %") for emotion in EMOTIONS]
    assert f"| {' | '.join(cells)} |" in (PROJECT / "docs" / "how-to" / "crop-faces.md").read_text()
