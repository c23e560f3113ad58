"""The figures of one run."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.evaluation import Scores, class_names, confusion, score, scored_rows, scored_set
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
    new_figure,
)
from fer_kedro.pipelines.reporting.formats import percent
from fer_kedro.pipelines.reporting.layout import WIDTH, provenance, test_name

KEPT = "#e09f3e"
DEEP = "#0b3954"


def draw_confusion_matrix(predictions: pd.DataFrame, run_record: dict[str, Any]) -> Figure:
    """Draw the counts of the scored faces, and beside them each true class's shares in per cent."""
    matrix, names = confusion(predictions, scored_set(predictions)), class_names(predictions)
    shares = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure = new_figure(WIDTH, 5.3)
    with house_style():
        left, right = figure.subplots(1, 2)
        _heatmap(left, matrix, names, "Faces")
        _heatmap(right, shares, names, "Per cent of the true class")
        right.set_ylabel("")
        n, accuracy = matrix.sum(), np.trace(matrix) / matrix.sum()
        scored = f"{n:,} faces of {test_name(run_record)}"
        headline(figure, f"{run_record['run']}: {scored}, accuracy {percent(accuracy)}")
    return finish(figure, provenance(run_record))


def draw_training_curves(history: pd.DataFrame, run_record: dict[str, Any]) -> Figure:
    """Draw loss and accuracy by epoch, the kept epoch marked, and the learning rate where it changes."""
    changes = history["learning_rate"].nunique() > 1
    figure = new_figure(WIDTH, 4.9 if changes else 3.9)
    with house_style():
        panels = figure.subplots(1 + changes, 2, sharex=True, squeeze=False, height_ratios=[4, 1][: 1 + changes])
        for axes, name in zip(panels[0], ("loss", "accuracy"), strict=True):
            _curves(axes, history, name, run_record["best_epoch"])
        for axes in panels[1:].ravel():
            axes.step(history["epoch"], history["learning_rate"], where="mid", color=MUTED)
            axes.set_yscale("log")
        for axes in panels[-1]:
            axes.set_xlabel("epoch")
        if changes:
            panels[1, 0].set_ylabel("learning\nrate")
        panels[0, 0].legend(loc="best")
        headline(figure, f"{run_record['run']}: epoch {run_record['best_epoch']} of {len(history)} kept")
    return finish(figure, provenance(run_record))


def draw_per_class_f1(predictions: pd.DataFrame, run_record: dict[str, Any]) -> Figure:
    """Draw each class's F1 on the scored faces, best first, between its precision and its recall."""
    scores = score(scored_rows(predictions))
    figure = new_figure(6.6, 1.7 + 0.44 * len(scores["per_class"]))
    with house_style():
        axes = figure.subplots()
        _dumbbells(axes, scores)
        axes.set_xlabel(f"score on {test_name(run_record)} (dotted: macro F1)")
        axes.axvline(scores["macro_f1"], color=MUTED, lw=1.2, ls=":", zorder=0)
        headline(figure, f"{run_record['run']}\nmacro F1 {scores['macro_f1']:.3f}")
    return finish(figure, provenance(run_record))


def _heatmap(axes: Axes, values: npt.NDArray[Any], names: tuple[str, ...], title: str) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("house", ["#ffffff", "#9cc5dd", ACCENT, DEEP])
    top = max(values.max(), 1)
    axes.imshow(values, cmap=shades, vmin=0, vmax=top)
    for (row, column), value in np.ndenumerate(values):
        axes.text(
            column, row, f"{value:,.0f}", ha="center", va="center", fontsize=min(9, 120 / len(names)),
            color="white" if value > 0.55 * top else INK, weight="bold" if row == column else "normal",
        )  # fmt: skip
    labels = class_labels(names)
    axes.set_xticks(range(len(names)), labels, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), labels)
    axes.set(title=title, xlabel="predicted", ylabel="true")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.hlines(np.arange(len(names) - 1) + 0.5, -0.5, len(names) - 0.5, color="white", lw=1)
    axes.vlines(np.arange(len(names) - 1) + 0.5, -0.5, len(names) - 0.5, color="white", lw=1)


def _curves(axes: Axes, history: pd.DataFrame, name: str, best: int) -> None:
    from matplotlib.ticker import MaxNLocator

    marker = "o" if len(history) < 3 else None
    axes.plot(history["epoch"], history[name], color=MUTED, lw=1.6, marker=marker, label="training")
    axes.plot(history["epoch"], history[f"val_{name}"], color=ACCENT, lw=2, marker=marker, label="validation")
    kept = history.loc[history["epoch"] == best, f"val_{name}"]
    axes.axvline(best, color=KEPT, lw=1.2, ls=":", zorder=0)
    axes.plot([best] * len(kept), kept, "o", color=KEPT, ms=7, zorder=3, label="kept epoch")
    axes.set_title(f"{name.capitalize()}, {' '.join(f'{value:.3f}' for value in kept)} on validation")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y")


def _dumbbells(axes: Axes, scores: Scores) -> None:
    from matplotlib.lines import Line2D

    classes = sorted(scores["per_class"].items(), key=lambda item: item[1]["f1"])
    colours = class_colours(list(scores["per_class"]))
    marks = {"precision": ("s", 6, "white"), "recall": ("D", 6, "white"), "f1": ("o", 9, None)}
    for row, (name, one) in enumerate(classes):
        colour = colours[name]
        axes.plot([one["precision"], one["recall"]], [row, row], color=GRID, lw=5, zorder=1)
        for value, (marker, size, face) in zip(
            (one["precision"], one["recall"], one["f1"]), marks.values(), strict=True
        ):
            axes.plot(value, row, marker, color=colour, ms=size, mfc=face or colour, clip_on=False, zorder=3)
        axes.text(1.02, row, f"{one['f1']:.2f}", va="center", transform=axes.get_yaxis_transform())
    labels = class_labels([name for name, _ in classes])
    counted = [f"{label} ({one['support']:,})" for label, (_, one) in zip(labels, classes, strict=True)]
    axes.set_yticks(range(len(classes)), counted)
    legend = [
        Line2D(
            [],
            [],
            marker=marker,
            ms=size,
            mfc=face or MUTED,
            color=MUTED,
            ls="",
            label=label.replace("f1", "F1"),
        )
        for label, (marker, size, face) in marks.items()
    ]
    axes.legend(handles=legend, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    axes.set(xlim=(0, 1), ylim=(-0.6, len(classes) - 0.4))
    axes.grid(axis="x")
