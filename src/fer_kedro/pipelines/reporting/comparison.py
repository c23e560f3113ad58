"""The figure that compares all runs."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import Provenance
from fer_kedro.figures import ACCENT, GRID, INK, MUTED, finish, house_style, new_figure
from fer_kedro.pipelines.reporting.formats import percent
from fer_kedro.pipelines.reporting.layout import WIDTH
from fer_kedro.pipelines.reporting.recipe_cells import leak_words
from fer_kedro.pipelines.reporting.recipe_table import (
    AS_REPORTED,
    HONEST,
    SAME_FACES,
    SHARED_SPLIT,
    over_seeds,
    recipe_table,
)

LINE_INCHES, GAP = 0.19, 0.7
REPORTED = "#e09f3e"
MARKS = {HONEST: ("o", ACCENT), AS_REPORTED: ("s", "#9e2a2b"), SHARED_SPLIT: ("^", "#588157")}
OTHER = ("D", "#6d597a")


def draw_comparison(comparison: pd.DataFrame) -> Figure:
    """Draw each run's accuracy with its 95 % interval, recipe by recipe, a panel for each block of the recipes' table.

    A line is a run, a mark its mean over seeds, the dots its seeds; the mark tells the protocol, and is hollow where
    the audit found a leak. The tick is the honest accuracy on faces without copies.
    """
    table, runs = recipe_table(comparison), over_seeds(comparison)
    blocks = [(str(title), _recipes(rows, runs)) for title, rows in table.groupby("block", sort=False)]
    heights = [sum(len(lines) + GAP for _, lines in recipes) for _, recipes in blocks]
    figure = new_figure(WIDTH, 1.0 + sum(0.5 + LINE_INCHES * height for height in heights))
    with house_style():
        panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (title, recipes), height in zip(panels, blocks, heights, strict=True):
            _panel(axes, recipes, height)
            axes.set_title(title)
        panels[-1].set_xlabel("accuracy, per cent, with its 95 % interval")
        _legend(figure, {run["protocol"] for _, recipes in blocks for _, lines in recipes for run in lines})
    sources = [Provenance(source, "") for source in comparison["data"]]
    return finish(figure, max(sources, key=lambda source: source.is_demo, default=Provenance("", "")))


Recipe = tuple[dict[Any, Any], list[dict[Any, Any]]]


def _recipes(rows: pd.DataFrame, runs: pd.DataFrame) -> list[Recipe]:
    """Pair each recipe's row with its runs, in the order of the columns of the table."""
    places = {protocol: place for place, protocol in enumerate((AS_REPORTED, HONEST, SHARED_SPLIT))}
    ordered = runs.sort_values("protocol", key=lambda names: names.map(places), kind="stable")
    by_recipe = {key: lines.to_dict("records") for key, lines in ordered.groupby([*SAME_FACES, "recipe"])}
    return [(row, by_recipe[row["data"], row["data_set"], row["recipe"]]) for row in rows.to_dict("records")]


def _panel(axes: Axes, recipes: list[Recipe], height: float) -> None:
    top = height
    centres: list[float] = []
    for row, runs in recipes:
        bottom = top - len(runs) - GAP
        for line, run in enumerate(runs):
            _line(axes, top - GAP / 2 - line - 0.5, run, recipes[0][0]["classes"])
        if pd.notna(row["reported"]):
            axes.vlines(100 * row["reported"], bottom + 0.2, top - 0.2, colors=REPORTED, lw=3, zorder=1)
        axes.axhline(bottom, color=GRID, lw=1, zorder=0)
        centres.append((top + bottom) / 2)
        top = bottom
    if pd.notna(majority := recipes[0][0]["majority_accuracy"]):
        axes.axvline(100 * majority, color=MUTED, lw=1.2, ls=":", zorder=0)
    axes.set_yticks(centres, [str(row["recipe"]) for row, _ in recipes])
    axes.set_ylim(0, height)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)


def _line(axes: Axes, y: float, run: dict[Any, Any], classes: float) -> None:
    marker, colour = MARKS.get(run["protocol"], OTHER)
    axes.hlines(y, 100 * run["low"], 100 * run["high"], colors=colour, lw=1.6, zorder=2)
    axes.plot([100 * share for share in run["accuracies"]], [y] * run["seeds"], ".", ms=4, color=colour, zorder=2)
    face = colour if run["clean"] else "white"
    axes.plot(100 * run["accuracy"], y, marker, ms=6, mec=colour, mew=1.4, mfc=face, zorder=3)
    if run["protocol"] == HONEST:
        axes.plot(100 * run["duplicate_free_accuracy"], y, "|", color=INK, ms=9, mew=1.4, zorder=4)
    words = [percent(run["accuracy"]), leak_words(run), "" if run["protocol"] in MARKS else run["protocol"]]
    if run["classes"] != classes:
        words.append(f"{run['classes']} classes")
    axes.text(
        1.01, y, ", ".join(filter(None, words)), transform=axes.get_yaxis_transform(), va="center",
        color=colour, fontsize=8, weight="bold" if run["protocol"] == HONEST else "normal",
    )  # fmt: skip


def _legend(figure: Figure, protocols: set[str]) -> None:
    from matplotlib.lines import Line2D

    marks = {name.replace("_", " "): mark for name, mark in MARKS.items() if name in protocols}
    if protocols - set(MARKS):
        marks["other protocol"] = OTHER
    handles = [
        *(Line2D([], [], marker=marker, color=colour, label=name) for name, (marker, colour) in marks.items()),
        Line2D([], [], marker="o", color=MUTED, mfc="white", ls="", label="LEAKY"),
        Line2D([], [], marker="|", ms=9, mew=1.4, color=INK, ls="", label="without copies"),
        Line2D([], [], marker="|", ms=12, mew=3, color=REPORTED, ls="", label="reported"),
        Line2D([], [], color=MUTED, lw=1.2, ls=":", label="commonest class"),
    ]
    figure.legend(handles=handles, ncols=len(handles), loc="outside upper right", columnspacing=1.2, handletextpad=0.4)
