"""What balancing did, as figures: how many faces, and what generated faces look like."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import SIZE, Faces, Images
from fer_kedro.figures import (
    ACCENT,
    GRID,
    INK,
    MUTED,
    class_colours,
    class_labels,
    finish,
    headline,
    house_style,
    label_inches,
    new_figure,
)
from fer_kedro.variation import Balancing
from fer_kedro.vision.augmentation import augment

PARTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("kept", "originals kept", {"color": ACCENT}),
    ("generated", "generated from them", {"color": "#e09f3e"}),
    ("undersampled", "originals left out", {"color": GRID, "edgecolor": MUTED, "linestyle": ":"}),
)
EXAMPLES, GAP, PITCH = 8, 10, SIZE + 3


def plot_class_balance(balancing_account: pd.DataFrame, balanced_faces: Faces) -> Figure:
    """Draw a bar for each class: originals kept, faces generated, and originals left out."""
    account = balancing_account.sort_values("originals", kind="stable")
    figure = new_figure(9.5, 1.68 + 0.36 * len(account))
    with house_style():
        axes = figure.subplots()
        axes.set(xlabel="faces", xlim=(0, 1.06 * account[["originals", "total"]].to_numpy().max()))
        _draw_parts(axes, account)
        axes.axvline(account["total"].max(), color=INK, linewidth=0.9)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
        headline(figure, _balance_in_words(account))
    return finish(figure, balanced_faces.provenance)


def plot_balancing_examples(balanced_faces: Faces, balancing: Balancing) -> Figure:
    """Draw an original face of each class beside eight faces generated from it."""
    rng = np.random.default_rng(balancing.seed)
    originals = balanced_faces.take(balanced_faces.table["source_id"].isna())
    codes = np.unique(originals.labels)
    rows = [rng.choice(np.flatnonzero(originals.labels == code)) for code in codes]
    sources = originals.images[rows]
    generated = augment(np.repeat(sources, EXAMPLES, axis=0), balancing.augmentation, rng)
    figure = new_figure(7.6 + label_inches(class_labels(balanced_faces.class_names)), 0.7 + 0.84 * len(rows))
    with house_style():
        axes = figure.subplots()
        _draw_grid(axes, sources, generated.reshape(-1, EXAMPLES, SIZE, SIZE))
        _label_grid(axes, [balanced_faces.class_names[code] for code in codes], balanced_faces.class_names)
        headline(figure, "What balancing makes of a face")
    return finish(figure, balanced_faces.provenance)


def _draw_parts(axes: Axes, account: pd.DataFrame) -> None:
    left = np.zeros(len(account))
    axes.set_yticks(range(len(account)), class_labels(account["emotion"].tolist()))
    for part, label, style in PARTS:
        axes.barh(range(len(account)), account[part], left=left, height=0.7, label=label, **style)
        _write_counts(axes, account[part], left, ink="white" if part == "kept" else INK)
        left += account[part].to_numpy()


def _write_counts(axes: Axes, counts: "pd.Series[int]", left: np.ndarray, ink: str) -> None:
    """Write each count into its bar, or to the right of a bar that is too short and the last of its row."""
    short = axes.get_xlim()[1] * 0.05
    for row, (count, start) in enumerate(zip(counts, left, strict=True)):
        if count > short:
            axes.text(start + count / 2, row, f"{count:,}", color=ink, fontsize=9, ha="center", va="center")
        elif count and start > short:
            axes.text(start + count + short / 6, row, f"{count:,}", color=MUTED, fontsize=9, va="center")


def _balance_in_words(account: pd.DataFrame) -> str:
    generated, total = account["generated"].sum(), account["total"].sum()
    share = min(100 * generated / total, 100 if generated == total else 99)
    return f"{account['total'].max():,} faces of every class: {generated:,} of {total:,} ({share:.0f} %) are generated"


def _draw_grid(axes: Axes, sources: Images, generated: Images) -> None:
    for row, (source, varied) in enumerate(zip(sources, generated, strict=True)):
        top = row * PITCH
        for column, image in enumerate([source, *varied]):
            left = column * PITCH + (GAP if column else 0)
            axes.imshow(image, cmap="gray", vmin=0, vmax=255, extent=(left, left + SIZE, top + SIZE, top))
    width = (EXAMPLES + 1) * PITCH + GAP - (PITCH - SIZE)
    axes.set(xlim=(0, width), ylim=(len(sources) * PITCH, 0), aspect="equal")


def _label_grid(axes: Axes, names: list[str], class_names: tuple[str, ...]) -> None:
    colours = class_colours(class_names)
    axes.set_yticks([row * PITCH + SIZE / 2 for row in range(len(names))], class_labels(names))
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set(color=colours[name], fontweight="bold")
    axes.set_xticks([SIZE / 2, GAP + PITCH * (EXAMPLES + 1.0) / 2 + SIZE / 2], ["original", "generated from it"])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
