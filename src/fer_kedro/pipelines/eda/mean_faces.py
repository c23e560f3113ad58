"""The average face of each class, and what sets it apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import SIZE, Faces
from fer_kedro.figures import class_colours, class_labels, finish, headline, house_style, new_figure, strip
from fer_kedro.pipelines.eda.mosaic import centres, tile
from fer_kedro.vision.pixel_statistics import Floats, mean_and_sd

LEAST_COLUMNS, MOST_UPRIGHT = 6, 80
"""Room for so many classes; and so many characters of equally long labels fit beside each other."""


def plot_mean_faces(faces: Faces) -> Figure:
    """Draw each class's mean face, its standard deviation, and how it differs from the average class."""
    means, sds = class_moments(faces)
    differences = means - np.nanmean(means, axis=0)
    reach = float(np.nanmax(np.abs(differences), initial=1))
    columns = max(LEAST_COLUMNS, len(means))
    slanted = columns * max(map(len, class_labels(faces.class_names))) > MOST_UPRIGHT
    figure = new_figure(9.5, 0.75 + 0.9 * slanted + 3 * (7.1 / columns + 0.14))
    with house_style():
        axes = figure.subplots(3, 1)
        _draw_row(axes[0], "mean", means, "gray")
        _draw_row(axes[1], "standard\ndeviation", sds, "viridis")
        _draw_row(axes[2], "mean minus\naverage class", differences, "RdBu_r", reach)
        _name_columns(axes[0], faces.class_names, slanted)
        headline(figure, "Mean face of each class, its spread, and what sets it apart (grey levels)")
    return finish(figure, faces.provenance)


def class_moments(faces: Faces) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each class's pixels, (classes, 48, 48) each; NaN for an empty class."""
    shape = (len(faces.class_names), SIZE, SIZE)
    means, sds = np.full(shape, np.nan), np.full(shape, np.nan)
    for code in np.unique(faces.labels):
        means[code], sds[code] = mean_and_sd(faces.images[faces.labels == code])
    return means, sds


def _draw_row(axis: Axes, label: str, images: Floats, cmap: str, reach: float | None = None) -> None:
    lowest = None if reach is None else -reach
    drawn = axis.imshow(tile([images], max(LEAST_COLUMNS, len(images))), cmap=cmap, vmin=lowest, vmax=reach)
    axis.set(xticks=[], yticks=centres(1), yticklabels=[label])
    strip(axis)
    bar = axis.figure.colorbar(drawn, ax=axis, aspect=10, pad=0.015, fraction=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, length=2)


def _name_columns(axis: Axes, names: tuple[str, ...], slanted: bool) -> None:
    axis.xaxis.tick_top()
    slant: dict[str, Any] = {"rotation": 30, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    axis.set_xticks(centres(len(names)), class_labels(names), **slant)
    for label, colour in zip(axis.get_xticklabels(), class_colours(names).values(), strict=True):
        label.set(color=colour, fontweight="bold")
