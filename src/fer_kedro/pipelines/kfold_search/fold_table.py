"""Configurations as the columns of a table that stands beside their scores."""

from typing import Any

from matplotlib.axes import Axes

from fer_kedro.figures import class_labels
from fer_kedro.pipelines.kfold_search.configurations import configuration, short_names
from fer_kedro.search.decisions import Search

POINTS, GAP_INCHES = 9, 0.2


def table_columns(rows: list[dict[Any, Any]], search: Search) -> list[list[str]]:
    """Return each column's head and cells: the trials' numbers, then their parameters."""
    chosen = [configuration(row, search) for row in rows]
    numbers = ["trial", *(str(row["number"]) for row in rows)]
    parameters = [
        class_labels([head, *(_cell(values[name]) if name in values else "–" for values in chosen)])
        for name, head in short_names(search).items()
    ]
    return [numbers, *parameters]


def column_inches(columns: list[list[str]]) -> list[float]:
    """Return how wide each column is, with the gap beside it."""
    return [max(_inches(head, "bold"), *map(_inches, cells)) + GAP_INCHES for head, *cells in columns]


def write_table(axes: Axes, columns: list[list[str]], widths: list[float]) -> None:
    """Write columns into axes, each row at its number and the heads above them."""
    left = 0.0
    for (head, *cells), width in zip(columns, widths, strict=True):
        axes.text(left, -1, head, fontsize=POINTS, fontweight="bold", va="center")
        for place, cell in enumerate(cells):
            axes.text(left, place, cell, fontsize=POINTS, va="center")
        left += width
    axes.set_xlim(0, left)
    axes.set_axis_off()


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _inches(text: str, weight: str = "normal") -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family="DejaVu Sans", size=POINTS, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0]) / 72
