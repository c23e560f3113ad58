"""The tables of the exploratory analysis; the figures stand in modules of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fer_kedro.faces import Faces
from fer_kedro.vision.pixel_statistics import brightness, contrast, sharpness

QUALITIES = ("brightness", "contrast", "sharpness")
ALL = "all"


def measure_faces(faces: Faces) -> pd.DataFrame:
    """Measure each face: `face_id`, `emotion` (its name), `usage`, `brightness`, `contrast`, `sharpness`."""
    return pd.DataFrame(
        {
            "face_id": faces.table["face_id"],
            "emotion": pd.Categorical(np.asarray(faces.class_names)[faces.labels], faces.class_names),
            "usage": faces.table["usage"],
            "brightness": brightness(faces.images),
            "contrast": contrast(faces.images),
            "sharpness": sharpness(faces.images),
        }
    )


def summarise_pixels(face_quality: pd.DataFrame) -> pd.DataFrame:
    """Summarise the measured faces, one row for each class (and `all`) of each usage that has faces.

    Columns: `usage`, `emotion`, `faces`; `mean` and `sd` over all pixels of the row's faces; and, over faces,
    the median and the interquartile range (`_iqr`) of each quality. In grey levels of 0–255, rounded.
    """
    everyone = face_quality.assign(emotion=ALL)
    rows = pd.concat([face_quality.astype({"emotion": "str"}), everyone], ignore_index=True)
    order = [*face_quality["emotion"].cat.categories, ALL]
    rows["emotion"] = pd.Categorical(rows["emotion"], order)
    groups = rows.groupby(["usage", "emotion"], observed=True)
    summary = pd.DataFrame({"faces": groups.size(), "mean": groups["brightness"].mean()})
    summary["sd"] = np.sqrt(groups["contrast"].agg(_mean_square) + groups["brightness"].var(ddof=0))
    for quality in QUALITIES:
        quartiles = groups[quality].quantile(np.array([0.25, 0.5, 0.75])).unstack()
        summary[quality] = quartiles[0.5]
        summary[f"{quality}_iqr"] = quartiles[0.75] - quartiles[0.25]
    return summary.round({"sharpness": 0, "sharpness_iqr": 0}).round(1).reset_index()


def _mean_square(values: pd.Series[float]) -> float:
    return float((values**2).mean())
