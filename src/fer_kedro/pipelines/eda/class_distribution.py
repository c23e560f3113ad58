"""How many faces each class has in each usage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import USAGES, Faces
from fer_kedro.figures import MUTED, USAGE_COLOURS, class_labels, finish, headline, house_style, new_figure

NOTE = "Bars: share of the usage. Dashed: all classes equal."


def plot_class_distribution(faces: Faces) -> Figure:
    """Draw each class's share of each usage as a bar with its count (figures 1 and 2 of `goldstein_2025`).

    The bars' lengths are shares in per cent, so that the usages compare whatever their sizes.
    """
    counts = class_counts(faces)
    order = np.argsort(counts.sum(axis=1).to_numpy(), kind="stable")
    figure = new_figure(9.5, 1.48 + 0.36 * len(counts))
    with house_style():
        axes = figure.subplots(1, len(counts.columns), sharex=True, sharey=True, squeeze=False)[0]
        for axis, usage in zip(axes, counts.columns, strict=True):
            _draw_shares(axis, counts[usage].iloc[order], USAGE_COLOURS[usage])
            axis.set_title(f"{usage}: {counts[usage].sum():,} faces")
        axes[0].set(xlim=(0, axes[0].get_xlim()[1] * 1.35), xticks=[])
        axes[0].set_xlabel(NOTE, loc="left", fontsize=9, color=MUTED)
        headline(figure, _imbalance(counts.sum(axis=1)))
    return finish(figure, faces.provenance)


def class_counts(faces: Faces) -> pd.DataFrame:
    """Count faces: classes as rows in the order of their codes, the usages that have faces as columns."""
    names = list(faces.class_names)
    present = {usage: faces.labels[rows] for usage in USAGES if len(rows := faces.rows(usage))}
    return pd.DataFrame(
        {usage: np.bincount(labels, minlength=len(names)) for usage, labels in present.items()}, index=names
    )


def _draw_shares(axis: Axes, counts: pd.Series[int], colour: str) -> None:
    shares = counts / counts.sum() * 100
    bars = axis.barh(range(len(counts)), shares, color=colour, height=0.72)
    labels = [f"{count:,}  ({share:.1f} %)" for count, share in zip(counts, shares, strict=True)]
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axis.bar_label(bars, labels, padding=4, fontsize=8.5, bbox=plate)
    axis.axvline(100 / len(counts), color=MUTED, linestyle="--", linewidth=0.8, zorder=0)
    axis.set_yticks(range(len(counts)), class_labels(list(counts.index)))
    axis.tick_params(axis="y", length=0)
    axis.spines[:].set_visible(False)


def _imbalance(totals: pd.Series[int]) -> str:
    most, least = totals.idxmax(), totals.idxmin()
    if totals.min() == 0:
        return f"Class distribution: there is no {least} at all"
    return f"Class distribution: {most} is {totals.max() / totals.min():.1f} times as common as {least}"
