"""The house style of Plotly figures of a search."""

from textwrap import wrap

import plotly.graph_objects as go

from fer_kedro.faces import Provenance
from fer_kedro.figures import DEMO_COLOUR, DEMO_MARK, INK, MUTED

BOTTOM, MARK = 44, 30
"""Pixels below a figure: together hardly more than the 72 that kedro-viz leaves there, so that it shows the mark."""
GRID = "rgba(123, 135, 148, 0.2)"
"""Seen on white and on the dark ground that kedro-viz gives a figure."""
HIGHLIGHT = "#e09f3e"
SCALE = [[0, "#d5dee6"], [1, "#1b4965"]]
"""Of colours that stay visible on white."""
PER_CENT_AXIS = {"title": "mean accuracy", "ticksuffix": "\u00a0%"}
"""Of accuracies that are in per cent already."""


def lay_out(figure: go.Figure, title: str, subtitle: str, provenance: Provenance, height: int = 430) -> go.Figure:
    """Give a figure its title, its subtitle, the house's fonts and colours, and the mark of demo faces if it shows any.

    Texts are markup: names in them must be escaped.
    """
    # Set anew, since Optuna gives a place to its own, and kedro-viz would lay one that has a place over the plot.
    figure.layout.title = {"text": f"<b>{title}</b><br><sup>{subtitle}</sup>", "font": {"size": 17}, "x": 0.02}
    figure.update_layout(
        template="plotly_white",
        font={"family": "DejaVu Sans, Verdana, sans-serif", "color": INK, "size": 12},
        margin={"l": 20, "r": 20, "t": 100, "b": BOTTOM + (MARK if provenance.is_demo else 0)},
        height=height + (MARK if provenance.is_demo else 0),
    )
    figure.update_xaxes(automargin=True, gridcolor=GRID, linecolor=MUTED, zeroline=False)
    figure.update_yaxes(automargin=True, gridcolor=GRID, linecolor=MUTED, zeroline=False)
    if provenance.is_demo:
        _mark(figure)
    return figure


def sentence(title: str, text: str, provenance: Provenance) -> go.Figure:
    """Return a figure that says why there is nothing to draw."""
    figure = go.Figure()
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text="<br>".join(wrap(text, 70)), xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False,
        font={"size": 14, "color": MUTED},
    )  # fmt: skip
    return lay_out(figure, title, "", provenance, height=300)


def no_score(title: str, provenance: Provenance) -> go.Figure:
    """Return the figure of a search that scored nothing."""
    return sentence(title, "No configuration was scored on all folds, so there is nothing to draw.", provenance)


def _mark(figure: go.Figure) -> None:
    figure.add_annotation(
        text=f"<b>{DEMO_MARK}</b>", xref="paper", yref="paper", x=1, y=0, xanchor="right", yanchor="bottom",
        yshift=4 - BOTTOM - MARK, showarrow=False, font={"size": 11, "color": DEMO_COLOUR},
    )  # fmt: skip
