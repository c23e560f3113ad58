"""How a search went: the score of each trial, and the best so far."""

import pandas as pd
import plotly.graph_objects as go

from fer_kedro.faces import Faces
from fer_kedro.figures import ACCENT, MUTED
from fer_kedro.pipelines.kfold_search.configurations import complete_trials
from fer_kedro.pipelines.kfold_search.plotly_style import HIGHLIGHT, PER_CENT_AXIS, lay_out, no_score
from fer_kedro.pipelines.kfold_search.shown_study import shown_study
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, FAILED, PRUNED

TITLE = "The course of the search"
FEW = 20
WORDS = {COMPLETE: "complete", PRUNED: "pruned", FAILED: "failed"}


def plot_history(trials: pd.DataFrame, search: Search, faces: Faces) -> go.Figure:
    """Draw the mean accuracy of each trial, complete or pruned, and the best so far."""
    from optuna.visualization import plot_optimization_history

    if complete_trials(trials).empty:
        return no_score(TITLE, faces.provenance)
    drawn = plot_optimization_history(shown_study(trials, search)).data
    scores, best = drawn[0], drawn[1]
    score = "trial %{x}: %{y:.1f}\u00a0%<extra></extra>"
    scores.update(name="complete", marker={"color": ACCENT, "size": 8}, hovertemplate=score)
    best.update(name="best so far", line={"color": HIGHLIGHT, "width": 2, "shape": "hv"}, hoverinfo="skip")
    figure = go.Figure([best, scores, *_pruned(trials[trials["state"] == PRUNED])])
    # A short axis would have ticks at halves, and say each number twice.
    figure.update_xaxes(title="trial", tickformat="d", dtick=1 if len(trials) <= FEW else None)
    figure.update_yaxes(PER_CENT_AXIS)
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"})
    return lay_out(figure, TITLE, _counts(trials), faces.provenance)


def _pruned(pruned: pd.DataFrame) -> list[go.Scatter]:
    if pruned.empty:
        return []
    trace = go.Scatter(
        x=pruned["number"].tolist(),
        y=(100 * pruned["mean"]).tolist(),
        customdata=pruned["folds_run"].tolist(),
        name="pruned, mean of the folds that were run",
        mode="markers",
        marker={"color": MUTED, "size": 7, "symbol": "x-thin-open"},
        hovertemplate="trial %{x}: %{y:.1f}\u00a0%, folds run: %{customdata}<extra></extra>",
    )
    return [trace]


def _counts(trials: pd.DataFrame) -> str:
    states, best = trials["state"].value_counts(), complete_trials(trials).iloc[0]
    told = ", ".join(f"{states[state]} {word}" for state, word in WORDS.items() if state in states)
    return f"{told}; the best is trial {best['number']} with {100 * best['mean']:.1f}\u00a0%"
