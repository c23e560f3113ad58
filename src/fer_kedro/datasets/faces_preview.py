"""A glance at stored faces: one row a class."""

import base64
import io

import numpy as np

from fer_kedro.faces import SIZE, Faces, Images
from fer_kedro.figures import MUTED, class_labels, house_style, mark_source, new_figure

GAP = 4


def draw_preview(faces: Faces, columns: int = 12) -> str:
    """Return a base64 PNG with up to `columns` faces of each class, taken evenly over the rows."""
    with house_style():
        figure = new_figure(0.62 * columns + 1.6, 0.62 * len(faces.class_names) + 0.5)
        axes = figure.subplots()
        axes.imshow(_mosaic(faces, columns), cmap="gray", vmin=0, vmax=255, interpolation="bilinear")
        counts = np.bincount(faces.labels, minlength=len(faces.class_names))
        axes.set_yticks(
            [(SIZE + GAP) * code + SIZE / 2 for code in range(len(counts))],
            [f"{name}  {count:,}" for name, count in zip(class_labels(faces.class_names), counts, strict=True)],
        )
        axes.set_xticks([])
        axes.set_xlabel(" ")  # room for the mark of demo faces
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(f"{len(faces):,} faces", color=MUTED, weight="normal")
        png = io.BytesIO()
        mark_source(figure, faces.provenance).savefig(png, format="png", bbox_inches="tight")
    return base64.b64encode(png.getvalue()).decode()


def _mosaic(faces: Faces, columns: int) -> Images:
    step = SIZE + GAP
    mosaic = np.full((step * len(faces.class_names) - GAP, step * columns - GAP), 255, np.uint8)
    for code in range(len(faces.class_names)):
        rows = np.flatnonzero(faces.labels == code)
        chosen = rows[np.unique(np.linspace(0, len(rows) - 1, columns).astype(int))] if len(rows) else rows
        for place, row in enumerate(chosen):
            mosaic[code * step : code * step + SIZE, place * step : place * step + SIZE] = faces.images[row]
    return mosaic
