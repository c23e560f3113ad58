"""Which parameters go together in good configurations."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_kedro.faces import Faces
from fer_kedro.figures import INK
from fer_kedro.pipelines.kfold_search.configurations import complete_trials, scored_trials
from fer_kedro.pipelines.kfold_search.plotly_style import HIGHLIGHT, SCALE, lay_out, no_score
from fer_kedro.pipelines.kfold_search.shown_study import scored_study
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import PRUNED

TITLE = "Configurations side by side"
SUBTITLE = "A line is a configuration, by the mean of the folds that it ran: the best is orange, pruned ones are dotted"


def plot_parallel_coordinates(trials: pd.DataFrame, search: Search, faces: Faces) -> go.Figure:
    """Draw each configuration as a line through its parameters: the darker the better, pruned ones dotted."""
    from optuna.visualization import plot_parallel_coordinate

    complete = complete_trials(trials)
    if complete.empty:
        return no_score(TITLE, faces.provenance)
    figure = plot_parallel_coordinate(scored_study(trials, search), target_name="accuracy, %")
    *lines, bar = figure.data
    _draw_lines(lines, scored_trials(trials), best=complete["number"].iloc[0])
    # What is drawn last lies above the others.
    figure.data = [bar, *sorted(lines, key=lambda line: (line.line.width, line.y[0]))]
    bar.marker.update(colorscale=SCALE, colorbar={"ticksuffix": "\u00a0%", "outlinewidth": 0, "title": "accuracy"})
    figure.update_annotations(bgcolor="rgba(255,255,255,0.8)", borderpad=1, font_color=INK)
    lay_out(figure, TITLE, SUBTITLE, faces.provenance)
    return figure.update_xaxes(showline=False)


def _draw_lines(lines: list[go.Scatter], scored: pd.DataFrame, best: int) -> None:
    from plotly.colors import sample_colorscale

    means = scored["mean"].to_numpy()
    places = (means - means.min()) / max(np.ptp(means), 1e-12)
    for line in lines:
        # Optuna has an order of its own, but each line begins at its score.
        begins = float(line.y[0])
        trial = scored.iloc[int(np.abs(places - begins).argmin())]
        dash = "dot" if trial["state"] == PRUNED else "solid"
        line.update(line={"color": sample_colorscale(SCALE, [begins])[0], "width": 1.8, "dash": dash}, opacity=0.8)
        if trial["number"] == best:
            line.update(line={"color": HIGHLIGHT, "width": 3.5}, opacity=1)
