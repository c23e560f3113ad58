"""What matters: how much of the scores' variance each parameter explains."""

import pandas as pd
import plotly.graph_objects as go

from fer_kedro.faces import Faces
from fer_kedro.figures import ACCENT
from fer_kedro.pipelines.kfold_search.configurations import scored_trials
from fer_kedro.pipelines.kfold_search.plotly_style import lay_out, sentence
from fer_kedro.pipelines.kfold_search.shown_study import scored_study, shown_names
from fer_kedro.search.decisions import Search

TITLE = "Which parameters matter"


def plot_importance(trials: pd.DataFrame, search: Search, faces: Faces) -> go.Figure:
    """Draw how much of the accuracy's variance between configurations each parameter explains alone.

    By fANOVA (F. Hutter, H. Hoos and K. Leyton-Brown, ICML 2014), which knows only parameters that every configuration
    has; on the folds that all of them ran, since pruned ones would else be compared by other faces than the rest.
    """
    from optuna.importance import FanovaImportanceEvaluator
    from optuna.visualization import plot_param_importances

    scores, names = _on_shared_folds(scored_trials(trials), search), shown_names(search)
    shared = [names[name] for name, dimension in search.space.items() if not dimension.when]
    if reason := _reason_against(scores, shared):
        return sentence(TITLE, reason, faces.provenance)
    study, evaluator = scored_study(scores, search), FanovaImportanceEvaluator(seed=0)
    figure = plot_param_importances(study, evaluator=evaluator, params=shared)
    shares = figure.data[0].x
    figure.data[0].update(marker_color=ACCENT, text=[f"{100 * share:.0f}\u00a0%" for share in shares])
    figure.data[0].update(hoverinfo="skip", hovertemplate=None)
    figure.update_xaxes(visible=False, range=[0, 1.12 * max(shares)])
    figure.update_yaxes(title=None, ticksuffix="  ", showgrid=False)
    left_out = [name for name in names.values() if name not in shared]
    return lay_out(figure, TITLE, _subtitle(scores, search, left_out), faces.provenance, height=150 + 44 * len(shares))


def _on_shared_folds(trials: pd.DataFrame, search: Search) -> pd.DataFrame:
    folds = trials[[f"fold_{fold}" for fold in range(1, search.folds.count + 1)]].dropna(axis="columns")
    return trials.assign(mean=folds.mean(axis="columns"), folds_run=folds.shape[1]).dropna(subset="mean")


def _reason_against(scores: pd.DataFrame, shared: list[str]) -> str:
    """Say why parameters can't be weighed; nothing where they can."""
    if len(scores) < 2:
        return f"Importance needs two configurations with a score, and found {len(scores)}."
    if scores["mean"].nunique() < 2:
        return f"All {len(scores)} configurations have the same accuracy, so no parameter matters."
    return "" if len(shared) > 1 else "Fewer than two parameters are in every configuration: there is nothing to weigh."


def _subtitle(scores: pd.DataFrame, search: Search, left_out: list[str]) -> str:
    count = scores["folds_run"].iloc[0]
    folds = "" if count == search.folds.count else f" on the {'fold' if count == 1 else f'{count} folds'} that all ran"
    told = f"Share of the accuracy's variance that each explains alone: fANOVA, {len(scores)} configurations{folds}"
    return told + (f"<br>Not every configuration has {' or '.join(left_out)}" if left_out else "")
