"""Exact copies of one image that carry different labels: noise that nobody needs a model to see."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import SIZE, USAGES, Faces
from fer_kedro.figures import (
    MUTED,
    USAGE_COLOURS,
    class_colours,
    class_labels,
    finish,
    headline,
    house_style,
    new_figure,
)
from fer_kedro.pipelines.eda.parameters import EdaParameters

COLUMNS, CELL_WIDTH, CELL_HEIGHT = 4, 150, 56
LABEL_AT, SQUARES_AT, CHARACTER = SIZE + 5, SIZE + 44, 5


def plot_copies_gallery(faces: Faces, parameters: EdaParameters) -> Figure:
    """Draw exact copies that carry different labels: the face, its labels, and a square for each copy."""
    conflicts = conflicting_copies(faces)
    shown = list(conflicts.groupby("exact_group", sort=False))[: parameters.gallery_groups]
    rows = -(-len(shown) // COLUMNS)
    figure = new_figure(9.5, 0.85 + 0.87 * rows)
    with house_style():
        axis = figure.subplots()
        axis.set(xlim=(0, COLUMNS * CELL_WIDTH), ylim=(max(rows, 1) * CELL_HEIGHT, 0))
        axis.set_aspect("equal", anchor="NW")
        axis.set_axis_off()
        for place, (_, copies) in enumerate(shown):
            _draw_cell(axis, faces, copies, place)
        if shown:
            _draw_legend(axis)
        else:
            axis.text(0, 0, "There is nothing to show.", color=MUTED, va="top")
        headline(figure, _summary(faces, conflicts, len(shown)))
    return finish(figure, faces.provenance)


def conflicting_copies(faces: Faces) -> pd.DataFrame:
    """Table rows of the faces of which an exact copy carries another label.

    Two columns are added, `labels` and `copies`: how many their group has. Groups of most come first.
    """
    groups = faces.table.groupby("exact_group")["emotion"]
    counted = faces.table.assign(labels=groups.transform("nunique"), copies=groups.transform("size"))
    conflicting = counted[counted["labels"] > 1]
    order = ["labels", "copies", "exact_group", "emotion", "usage"]
    return conflicting.sort_values(order, ascending=[False, False, True, True, True], kind="stable")


def _draw_cell(axis: Axes, faces: Faces, copies: pd.DataFrame, place: int) -> None:
    top, left = place // COLUMNS * CELL_HEIGHT, place % COLUMNS * CELL_WIDTH
    extent = (left, left + SIZE, top + SIZE, top)
    axis.imshow(faces.images[copies.index[0]], cmap="gray", vmin=0, vmax=255, extent=extent)
    codes, labels = sorted(set(copies["emotion"])), class_labels(faces.class_names)
    squares_at = max(SQUARES_AT, LABEL_AT + CHARACTER * max(map(len, labels)))
    pitch = SIZE / max(len(codes), 4)
    for line, code in enumerate(codes):
        height = top + pitch * (line + 0.5)
        label = axis.text(left + LABEL_AT, height, labels[code], fontsize=8, fontweight="bold", va="center")
        label.set_color(class_colours(faces.class_names)[faces.class_names[code]])
        room = CELL_WIDTH - squares_at - 6
        _draw_squares(axis, left + squares_at, room, height, copies.loc[copies["emotion"] == code, "usage"])


def _draw_squares(axis: Axes, left: float, room: float, height: float, usages: pd.Series[str]) -> None:
    step = min(7.0, room / len(usages))
    places = [left + step * number for number in range(len(usages))]
    axis.scatter(places, [height] * len(usages), 16, [USAGE_COLOURS[usage] for usage in usages], marker="s")


def _draw_legend(axis: Axes) -> None:
    for usage in USAGES:
        axis.scatter([], [], 16, USAGE_COLOURS[usage], marker="s", label=f"a copy in {usage}")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=len(USAGES), fontsize=8.5)


def _summary(faces: Faces, conflicts: pd.DataFrame, shown: int) -> str:
    sizes = faces.table["exact_group"].value_counts()
    groups, found = int((sizes > 1).sum()), conflicts["exact_group"].nunique()
    if not groups:
        return "No face has an exact copy"
    if not found:
        return f"None of the {groups:,} groups of exact copies carries different labels"
    text = f"{found:,} of {groups:,} groups of exact copies carry different labels ({len(conflicts):,} faces)"
    return text if shown == found else f"{text}; {shown} shown"
