"""The picture of the leak demo: what the order of copying and splitting does to an accuracy."""

from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.evaluation import Scores
from fer_kedro.faces import Provenance
from fer_kedro.figures import ACCENT, INK, MUTED, finish, headline, house_style, new_figure
from fer_kedro.pipelines.reporting.formats import count, percent, signed_interval
from fer_kedro.pipelines.reporting.layout import WIDTH, provenance
from fer_kedro.pipelines.reporting.leak_demo import LeakDemo, Record, audit_words, leak_demo, points, points_interval
from fer_kedro.pipelines.reporting.pairs import Predictions

LEAKY = "#9e2a2b"
HEADLINE = "One network and the same faces, copied before they were split and after"
PERCENT, NOTE = 10, 58  # where words begin, right of the axes
MIDDLE = 0.5  # between the two lines of a panel
LEFT, RIGHT = 5, 12  # points of accuracy: air, and room for the difference


class Line(NamedTuple):
    """One accuracy: what it is of, its scores, its colour, whether the network knows the faces, and a note."""

    label: str
    scores: Scores
    colour: str
    known: bool
    note: str = ""


def draw_leak_demo(committed_records: Mapping[str, Record], committed_predictions: Predictions) -> Figure:
    """Draw both accuracies with their 95 % intervals and their difference, and below the same inside the leaky run.

    A mark is hollow where the network was fitted to copies of the faces. Without both runs the figure says so.
    """
    demo = leak_demo(committed_records, committed_predictions)
    panels = {} if demo is None else _panels(demo)
    figure = new_figure(WIDTH, 0.7 + 1.4 * len(panels))
    with house_style():
        if panels:
            _draw(figure, panels)
        headline(figure, HEADLINE if demo else "The leak demo is not trained yet")
    return finish(figure, provenance(demo.copies_first) if demo else Provenance("", ""))


def _panels(demo: LeakDemo) -> dict[str, tuple[Line, Line]]:
    first, second = demo.orders
    panels = {
        "Both orders": (
            Line("copied, then split", first, LEAKY, known=True, note=audit_words(demo.copies_first)),
            Line("split, then copied", second, ACCENT, known=False, note=audit_words(demo.split_first)),
        )
    }
    if demo.fitted and demo.unseen:
        panels["Inside the first run"] = (
            Line("faces with a copy in training", demo.fitted, LEAKY, known=True),
            Line("faces without one", demo.unseen, LEAKY, known=False),
        )
    return panels


def _draw(figure: Figure, panels: dict[str, tuple[Line, Line]]) -> None:
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (title, lines) in zip(rows, panels.items(), strict=True):
        _panel(axes, lines)
        axes.set_title(title)
    rows[-1].set_xlim(*_limits([line.scores for lines in panels.values() for line in lines]))
    rows[-1].set_xlabel("accuracy, per cent, with its 95 % interval")


def _limits(shown: list[Scores]) -> tuple[float, float]:
    low, high = min(one["accuracy_low"] for one in shown), max(one["accuracy_high"] for one in shown)
    return 100 * low - LEFT, 100 * high + RIGHT


def _panel(axes: Axes, lines: tuple[Line, Line]) -> None:
    for y, line in zip((1, 0), lines, strict=True):
        accuracy, low, high = (100 * line.scores[end] for end in ("accuracy", "accuracy_low", "accuracy_high"))
        axes.vlines(accuracy, min(y, MIDDLE), max(y, MIDDLE), colors=MUTED, lw=1, zorder=2)
        axes.hlines(y, low, high, colors=line.colour, lw=2.2, zorder=3)
        axes.plot(
            accuracy, y, "o", ms=9, mec=line.colour, mew=1.8, mfc="white" if line.known else line.colour, zorder=4
        )
        _words(axes, y, line)
    shares = [100 * line.scores["accuracy"] for line in lines]
    axes.hlines(MIDDLE, min(shares), max(shares), colors=MUTED, lw=1, zorder=2)
    low, high = points_interval(lines[0].scores, lines[1].scores)
    axes.annotate(
        f"{points(lines[0].scores, lines[1].scores)} ({signed_interval(low, high)})", (max(shares), MIDDLE), (8, 0),
        textcoords="offset points", va="center", color=INK, weight="bold",
    )  # fmt: skip
    axes.set_yticks([1, 0], [line.label for line in lines])
    axes.set_ylim(-0.5, 1.5)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)


def _words(axes: Axes, y: float, line: Line) -> None:
    note = ", ".join(filter(None, [f"{count(line.scores['n'])} faces", line.note]))
    for words, place, size, weight in (
        (percent(line.scores["accuracy"]), PERCENT, 10, "bold"),
        (note, NOTE, 9, "normal"),
    ):
        axes.annotate(
            words, (1, y), (place, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", color=line.colour, fontsize=size, weight=weight, annotation_clip=False,
        )  # fmt: skip
