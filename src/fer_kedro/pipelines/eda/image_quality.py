"""Whether some classes are darker, flatter or more blurred than others."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import Faces
from fer_kedro.figures import GRID, INK, MUTED, class_colours, class_labels, finish, headline, house_style, new_figure
from fer_kedro.pipelines.eda.nodes import QUALITIES

LABELS = {
    "brightness": "mean grey level",
    "contrast": "standard deviation of grey levels",
    "sharpness": "variance of the Laplacian",
}


def plot_image_quality(face_quality: pd.DataFrame, faces: Faces) -> Figure:
    """Draw brightness, contrast and sharpness of each class as boxes, beside the median of all faces."""
    figure = new_figure(9.5, 1.48 + 0.36 * len(faces.class_names))
    with house_style():
        axes = figure.subplots(1, len(QUALITIES), sharey=True)
        names = faces.class_names
        for axis, quality in zip(axes, QUALITIES, strict=True):
            values = {name: face_quality.loc[face_quality["emotion"] == name, quality] for name in names}
            _draw_boxes(axis, values)
            axis.axvline(face_quality[quality].median(), color=MUTED, linestyle="--", linewidth=0.8, zorder=0)
            axis.set(title=quality.capitalize(), xlabel=LABELS[quality])
        axes[0].set_yticks(range(len(names)), class_labels(names))
        axes[0].invert_yaxis()
        headline(figure, "Image quality by class: quartiles, whiskers at 5 and 95 %, dashed: median of all")
    return finish(figure, faces.provenance)


def _draw_boxes(axis: Axes, values: dict[str, pd.Series[float]]) -> None:
    line = {"color": INK, "linewidth": 0.9}
    drawn = axis.boxplot(
        list(values.values()), positions=range(len(values)), manage_ticks=False, orientation="horizontal",
        whis=(5, 95), showfliers=False, patch_artist=True, widths=0.62, boxprops={"linewidth": 0},
        medianprops={"color": "white", "linewidth": 1.6}, whiskerprops=line, capprops=line,
    )  # fmt: skip
    for colour, box in zip(class_colours(list(values)).values(), drawn["boxes"], strict=True):
        box.set_facecolor(colour)
    axis.grid(axis="x", color=GRID, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.locator_params(axis="x", nbins=6)
    axis.tick_params(axis="x", labelsize=9)
    axis.xaxis.set_major_formatter("{x:,.0f}")
