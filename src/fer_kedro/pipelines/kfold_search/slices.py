"""Where the good values are, one parameter at a time."""

import ast
import math
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

from fer_kedro.faces import Faces
from fer_kedro.figures import ACCENT
from fer_kedro.pipelines.kfold_search.configurations import scored_trials
from fer_kedro.pipelines.kfold_search.plotly_style import PER_CENT_AXIS, SCALE, lay_out, no_score
from fer_kedro.pipelines.kfold_search.shown_study import scored_study, shown_names
from fer_kedro.search.decisions import Search
from fer_kedro.search.space import Dimension

TITLE = "Accuracy by parameter"
PANELS, PANEL_PIXELS = 3, 220
"""So many share the page's width; more of them have so many pixels each."""


def plot_slices(trials: pd.DataFrame, search: Search, faces: Faces) -> go.Figure:
    """Draw the mean accuracy of each configuration, over the folds that it ran, against each of its parameters."""
    from optuna.visualization import plot_slice

    if scored_trials(trials).empty:
        return no_score(TITLE, faces.provenance)
    figure = plot_slice(scored_study(trials, search))
    figure.data = [trace for trace in figure.data if trace.x]
    _colour(figure, learns=search.sampler == "tpe")
    dimensions = {name: search.space[path] for path, name in shown_names(search).items()}
    figure.for_each_xaxis(lambda axis: _show_all(axis, dimensions[axis.title.text]))
    figure.layout.yaxis.update(PER_CENT_AXIS)
    count = len(search.space)
    figure.update_layout(width=count * PANEL_PIXELS if count > PANELS else None, showlegend=False)
    return lay_out(figure, TITLE, "A dot is a configuration, by the mean of the folds that it ran", faces.provenance)


def _colour(figure: go.Figure, learns: bool) -> None:
    """Colour by the trial's number where the later ones know of the earlier ones."""
    figure.update_traces(hovertemplate="%{x}: %{y:.1f}\u00a0%<extra></extra>")
    figure.update_traces(marker={"size": 8, "opacity": 0.8, "line": {"width": 0.5, "color": "white"}})
    if learns:
        figure.update_traces(marker={"colorscale": SCALE, "colorbar": {"title": "trial", "outlinewidth": 0}})
    else:
        figure.update_traces(marker={"color": ACCENT, "showscale": False})


def _show_all(axis: go.layout.XAxis, dimension: Dimension) -> None:
    """Show the whole of what was searched, with ticks that can be read."""
    if dimension.choices is not None:
        written = list(axis.categoryarray)
        # Optuna puts words into quotes.
        words = [str(ast.literal_eval(label)) if label[:1] in "'\"" else label for label in written]
        lines = ["<br>".join(wrap(word, 10, break_long_words=False)) for word in words]
        axis.update(tickvals=written, ticktext=lines, tickangle=0, range=[-0.5, len(written) - 0.5])
        return
    low, high = dimension.range
    if dimension.log:
        digits = (1,) if high >= 100 * low else (1, 2, 5)
        ticks = [digit * 10.0**power for power in range(-12, 12) for digit in digits]
        axis.update(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
        low, high = math.log10(low), math.log10(high)
    margin = 0.08 * (high - low) or 0.5
    axis.update(range=[low - margin, high + margin])
