"""The house style of every figure: one palette, one font size, and a mark on what comes from demo faces."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from fer_kedro.faces import Provenance

DEMO_MARK, DEMO_COLOUR = "DEMO FACES: synthetic stand-in, not FER-2013", "#9e2a2b"
MARGIN, MARK_INCHES = 0.012, 0.2

INK, MUTED, ACCENT, GRID = "#1f2933", "#7b8794", "#2a6f97", "#e4e7eb"
USAGE_COLOURS = {"Training": "#2a6f97", "PublicTest": "#e09f3e", "PrivateTest": "#9e2a2b"}
EMOTION_COLOURS = {
    "angry": "#c8553d", "disgust": "#588157", "fear": "#6d597a", "happy": "#e0a100",
    "sad": "#3d5a80", "surprise": "#d17a94", "neutral": "#7b8794",
}  # fmt: skip
STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.edgecolor": MUTED, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": False, "grid.color": GRID, "figure.dpi": 120, "savefig.dpi": 120, "legend.frameon": False,
}  # fmt: skip


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) of no window: nodes need no backend and leak no memory."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        return Figure(figsize=(width, height), layout="constrained")


def house_style() -> Any:
    """Context in which axes are drawn: `with house_style(): axes = figure.subplots()`."""
    import matplotlib as mpl

    return mpl.rc_context(STYLE)


def headline(figure: Figure, text: str) -> None:
    """Write the figure's one sentence, left-aligned at the top."""
    figure.suptitle(text, x=MARGIN, ha="left", fontsize=12.5, fontweight="bold")


def class_colour(name: str) -> str:
    """Return the house colour of an emotion, or the accent for a class that the house doesn't know."""
    return EMOTION_COLOURS.get(name, ACCENT)


def strip(axis: Axes) -> None:
    """Take ticks and frame off axes that show pictures."""
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def finish(figure: Figure, provenance: Provenance) -> Figure:
    """Give the figure a margin and, if it shows demo faces, their mark on a strip of its own below."""
    mark = MARK_INCHES if provenance.is_demo else 0.0
    figure.set_figheight(figure.get_figheight() + mark)
    bottom = mark / figure.get_figheight()
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(MARGIN, bottom, 1 - 2 * MARGIN, 1 - bottom), h_pad=0.07)
    return mark_source(figure, provenance)


def mark_source(figure: Figure, provenance: Provenance) -> Figure:
    """Write on the figure that it shows demo faces, where it does, and return it."""
    if provenance.is_demo:
        figure.text(0.995, 0.005, DEMO_MARK, ha="right", va="bottom", fontsize=8, color=DEMO_COLOUR, weight="bold")
    return figure
