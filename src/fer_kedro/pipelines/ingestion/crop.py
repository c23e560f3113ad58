"""Crop raw faces to what a detector finds, and account for those that it loses."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces, Provenance, content_digest
from fer_kedro.strict import Strict
from fer_kedro.vision.face_detection import Boxes, FaceDetector, crop_face, find_faces, mtcnn_detector, yunet_detector

NO_USAGE = "none yet"
UPSCALE = {"mtcnn": 1, "yunet": 4}


class FaceCropParameters(Strict):
    """Whether and how faces are cropped; off by default, since FER-2013 is cropped already.

    Attributes
    ----------
    detector
        `mtcnn` as in `liang_et_al` (needs its package), `yunet` as the fast choice (needs its file), or `none`.
    min_confidence
        From which confidence on a detection counts; 0.8 is the default of the package `mtcnn`.
    margin
        What is added to a face's box on every side, as a share of its longer side.
    upscale
        How many times as wide and high the detector sees the 48 pixels; unset, 1 for `mtcnn` and 4 for `yunet`. Of
        FER-2013, MTCNN lost 16.5 % as it is and 16.9 % four times as wide; YuNet 41 % (of 600 faces) and 4.3 %.
    yunet_model
        YuNet's file, from the folder in which the command is run.
    """

    detector: Literal["none", "mtcnn", "yunet"] = "none"
    min_confidence: float = Field(0.8, gt=0, lt=1)
    margin: float = Field(0.0, ge=0, le=1)
    upscale: int | None = Field(None, ge=1, le=8)
    yunet_model: Path | None = None

    @model_validator(mode="after")
    def _yunet_has_its_file(self) -> Self:
        if self.detector == "yunet" and self.yunet_model is None:
            raise ValueError("the detector 'yunet' needs yunet_model, the path of its ONNX file")
        return self


def crop_faces(raw_faces: Faces, parameters: FaceCropParameters) -> tuple[Faces, pd.DataFrame]:
    """Crop each image to its largest face and leave out those without one; off, the same faces pass through.

    Returns
    -------
    tuple[Faces, pd.DataFrame]
        The faces, with the identifiers that they had, and `account_for_crop` of them. The provenance of cropped faces
        has another digest and names the detector, so their results are never ranked with those of the faces that were
        read.

    Raises
    ------
    InputError
        If no face is found in any image, or the detector can't be loaded.
    """
    if parameters.detector == "none":
        return raw_faces, account_for_crop(raw_faces, np.ones(len(raw_faces), bool))
    boxes = find_faces(raw_faces.images, _detector(parameters), parameters.upscale or UPSCALE[parameters.detector])
    return crop_to_boxes(raw_faces, boxes, parameters)


def crop_to_boxes(raw_faces: Faces, boxes: Boxes, parameters: FaceCropParameters) -> tuple[Faces, pd.DataFrame]:
    """Crop each image to its box and leave out those whose box is NaN; see `crop_faces`."""
    kept = ~np.isnan(boxes[:, 0])
    if not kept.any():
        raise InputError(
            f"The face detector '{parameters.detector}' found no face in any of the {len(kept)} images; lower "
            "face_crop.min_confidence, raise face_crop.upscale, or set face_crop.detector to none."
        )
    faces, pairs = raw_faces.take(kept), zip(raw_faces.images[kept], boxes[kept], strict=True)
    cropped = replace(faces, images=np.stack([crop_face(image, box, parameters.margin) for image, box in pairs]))
    return replace(cropped, provenance=_provenance(cropped, parameters)), account_for_crop(raw_faces, kept)


def account_for_crop(raw_faces: Faces, kept: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Count by usage and class what the detector kept and lost: the account that `liang_et_al` does not give.

    Parameters
    ----------
    raw_faces
        What was read.
    kept
        Whether a face was found, shape (n,).

    Returns
    -------
    pd.DataFrame
        One row for each `usage` and `emotion`, with `read`, `kept`, `lost` and `share_lost` (0 where none was read).
        Faces whose usage is decided only later stand in a usage of their own.
    """
    undecided = raw_faces.table["usage"].isna().any()
    usage = raw_faces.table["usage"].astype("str").fillna(NO_USAGE)
    counted = pd.DataFrame(
        {
            "usage": pd.Categorical(usage, [*USAGES, NO_USAGE] if undecided else USAGES),
            "emotion": pd.Categorical(np.asarray(raw_faces.class_names)[raw_faces.labels], raw_faces.class_names),
            "read": 1,
            "kept": kept.astype(int),
            "lost": (~kept).astype(int),
        }
    )
    account = counted.groupby(["usage", "emotion"], observed=False).sum().reset_index()
    return account.assign(share_lost=(account["lost"] / account["read"].clip(lower=1)).round(4))


def _detector(parameters: FaceCropParameters) -> FaceDetector:
    if parameters.yunet_model is not None and parameters.detector == "yunet":
        return yunet_detector(parameters.yunet_model, parameters.min_confidence)
    return mtcnn_detector(parameters.min_confidence)


def _provenance(cropped: Faces, parameters: FaceCropParameters) -> Provenance:
    """Say where cropped faces come from; demo faces stay demo faces."""
    before = cropped.provenance
    made_from = f"{before.digest}/{parameters.model_dump_json(exclude={'yunet_model'})}"
    return replace(
        before,
        source=before.source if before.is_demo else f"{before.source}, cropped by {parameters.detector}",
        digest=content_digest(cropped.images, cropped.table),
        made_by=hashlib.sha256(made_from.encode()).hexdigest()[:16],
    )
