"""The figure that compares all runs."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import PRIVATE_TEST, Provenance
from fer_kedro.figures import ACCENT, MUTED, finish, house_style, new_figure
from fer_kedro.pipelines.reporting.formats import percent
from fer_kedro.pipelines.reporting.layout import WIDTH, block_name
from fer_kedro.pipelines.reporting.tables import COMPARABLE

REPORTED, LEAKY = "#e09f3e", "#9e2a2b"


def draw_comparison(comparison: pd.DataFrame) -> Figure:
    """Draw each run's accuracy with its 95 % interval, one panel per block of comparable runs.

    Filled: all of PrivateTest; hollow: its faces without a copy in another usage; diamond: what the report
    claims; grey: always naming the commonest class. Runs whose audit found a leak are red.
    """
    blocks = [block for _, block in comparison.groupby(COMPARABLE, sort=False)]
    heights = [0.6 + 0.5 * len(block) for block in blocks]
    figure = new_figure(WIDTH, 1.2 + sum(heights))
    with house_style():
        panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        for axes, block in zip(panels, blocks, strict=True):
            _panel(axes, block)
        panels[-1].set_xlabel(f"accuracy on {PRIVATE_TEST}, per cent, with its 95 % Wilson interval")
        _legend(figure)
    sources = [Provenance(source, "") for source in comparison["data"]]
    return finish(figure, max(sources, key=lambda source: source.is_demo, default=Provenance("", "")))


def _panel(axes: Axes, block: pd.DataFrame) -> None:
    rows = np.arange(len(block))[::-1]
    colours = [ACCENT if clean else LEAKY for clean in block["clean"]]
    for name, offset, faces in (
        ("private", 0.14, colours),
        ("duplicate_free", -0.14, ["white"] * len(block)),
    ):
        share, low, high = (_percent(block[f"{name}_{end}"]) for end in ("accuracy", "low", "high"))
        axes.hlines(rows + offset, low, high, colors=colours, lw=2, zorder=2)
        axes.scatter(share, rows + offset, s=48, c=faces, edgecolors=colours, lw=1.5, zorder=3)
    axes.scatter(_percent(block["reported_accuracy"]), rows, marker="D", s=40, color=REPORTED, zorder=4)
    axes.vlines(_percent(block["majority_accuracy"]), rows - 0.38, rows + 0.38, colors=MUTED, lw=2)
    for row, share, colour in zip(rows, block["private_accuracy"], colours, strict=True):
        axes.text(
            1.01, row, percent(share), transform=axes.get_yaxis_transform(),
            va="center", color=colour, weight="bold",
        )  # fmt: skip
    labels = [run if clean else f"{run} (LEAKY)" for run, clean in zip(block["run"], block["clean"], strict=True)]
    axes.set_yticks(rows, labels)
    axes.set_ylim(-0.6, len(block) - 0.4)
    axes.set_title(block_name(*block[COMPARABLE].iloc[0]))
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)


def _percent(share: "pd.Series[float]") -> "pd.Series[float]":
    return 100 * share.astype(float)


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="o", color=ACCENT, label="all faces"),
        Line2D([], [], marker="o", color=ACCENT, mfc="white", label="faces without copies"),
        Line2D([], [], marker="D", color=REPORTED, ls="", label="reported"),
        Line2D([], [], marker="|", ms=12, mew=2, color=MUTED, ls="", label="commonest class"),
    ]
    figure.legend(handles=handles, ncols=len(handles), loc="outside upper right")
