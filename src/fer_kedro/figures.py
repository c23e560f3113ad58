"""The house style of every figure: one palette, one font size, and a mark on what comes from demo faces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from fer_kedro.faces import Provenance

DEMO_MARK, DEMO_COLOUR = "DEMO FACES: synthetic stand-in, not FER-2013", "#9e2a2b"
MARGIN, MARK_INCHES = 0.012, 0.2
LONGEST_LABEL = 18

INK, MUTED, ACCENT, GRID = "#1f2933", "#7b8794", "#2a6f97", "#e4e7eb"
USAGE_COLOURS = {"Training": "#2a6f97", "PublicTest": "#e09f3e", "PrivateTest": "#9e2a2b"}
EMOTION_COLOURS = {
    "angry": "#c8553d", "disgust": "#588157", "fear": "#6d597a", "happy": "#e0a100",
    "sad": "#3d5a80", "surprise": "#d17a94", "neutral": "#7b8794",
}  # fmt: skip
OTHER_COLOURS = ("#2a9d8f", "#8d5b4c", "#90a955", "#b5179e", "#4895ef")
STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.edgecolor": MUTED, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": False, "grid.color": GRID, "figure.dpi": 120, "savefig.dpi": 120, "legend.frameon": False,
    "text.parse_math": False,  # a class may be called "$5 or $10"
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


def class_colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for each class: an emotion's own, or one that none of these emotions has; twelve differ."""
    own = {name: EMOTION_COLOURS[name] for name in names if name in EMOTION_COLOURS}
    free = cycle(colour for colour in (*EMOTION_COLOURS.values(), *OTHER_COLOURS) if colour not in own.values())
    return {name: own.get(name) or next(free) for name in names}


def class_labels(names: Sequence[str]) -> list[str]:
    """Write class names as labels: what is longer than 18 characters ends in an ellipsis."""
    return [name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…" for name in names]


def label_inches(labels: Sequence[str]) -> float:
    """Estimate how wide bold labels are at the left of pictures, at least an inch."""
    return max(1.0, 0.13 * max(map(len, labels), default=0))


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
