"""Each configuration's accuracy on every fold, beside what the report says of it."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import Faces
from fer_kedro.figures import ACCENT, DEMO_COLOUR, GRID, MUTED, finish, headline, house_style, new_figure
from fer_kedro.pipelines.kfold_search.configurations import complete_trials, configuration, reported_mean
from fer_kedro.pipelines.kfold_search.fold_table import column_inches, table_columns, write_table
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, FAILED, PRUNED

MOST = 40
ROW_INCHES, PANEL_INCHES, OUTCOME_INCHES = 0.25, 5, 1.6
REPORTED = "#e09f3e"


def plot_folds(trials: pd.DataFrame, search: Search, faces: Faces) -> Figure:
    """Draw each configuration's folds as dots with their mean ± standard deviation: the best on top, forty at most."""
    rows = _ordered(trials).head(MOST).to_dict("records")
    columns = table_columns(rows, search)
    widths = column_inches(columns)
    table_inches = sum(widths)
    figure = new_figure(table_inches + PANEL_INCHES + OUTCOME_INCHES, 1.45 + ROW_INCHES * len(rows))
    with house_style():
        table, panel = figure.subplots(1, 2, sharey=True, width_ratios=[table_inches, PANEL_INCHES])
        write_table(table, columns, widths)
        for place, row in enumerate(rows):
            _draw(panel, place, row, search)
        _finish_panel(panel, len(rows), any_reported=bool(search.reported))
        headline(figure, _words(trials, search, len(rows)))
    return finish(figure, faces.provenance)


def _ordered(trials: pd.DataFrame) -> pd.DataFrame:
    pruned = trials[trials["state"] == PRUNED].sort_values(["folds_run", "mean"], ascending=False, kind="stable")
    return pd.concat([complete_trials(trials), pruned, trials[trials["state"] == FAILED]])


def _draw(axes: Axes, place: int, row: dict[Any, Any], search: Search) -> None:
    scores = [100 * row[f"fold_{fold}"] for fold in range(1, search.folds.count + 1)]
    colour = ACCENT if row["state"] == COMPLETE else MUTED
    axes.plot(scores, [place] * len(scores), "o", ms=4, mew=0, color=colour, alpha=0.5)
    if row["state"] == COMPLETE:
        axes.errorbar(100 * row["mean"], place, xerr=100 * row["sd"], fmt="D", ms=5, color=colour, lw=1.4, capsize=2.5)
    if (mean := reported_mean(configuration(row, search), search)) is not None:
        axes.plot(100 * mean, place, "D", ms=5.5, mfc="white", mec=REPORTED, mew=1.5, zorder=3)
    axes.text(
        1.01, place, _outcome(row), transform=axes.get_yaxis_transform(), va="center", fontsize=8.5,
        color=DEMO_COLOUR if row["state"] == FAILED else colour,
    )  # fmt: skip


def _outcome(row: dict[Any, Any]) -> str:
    if row["state"] == COMPLETE:
        return f"{100 * row['mean']:.1f} ± {100 * row['sd']:.1f}\u00a0%"
    if row["state"] == FAILED:
        return "failed"
    return f"pruned after {row['folds_run']} fold{'s' if row['folds_run'] > 1 else ''}"


def _finish_panel(axes: Axes, count: int, any_reported: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="o", ms=4, mew=0, ls="", color=ACCENT, alpha=0.5, label="fold"),
        Line2D([], [], marker="D", ms=5, color=ACCENT, label="mean ± standard deviation"),
        Line2D([], [], marker="D", ms=5.5, mfc="white", mec=REPORTED, mew=1.5, ls="", label="reported mean"),
    ]
    axes.figure.legend(handles=handles[: 3 if any_reported else 2], ncols=3, loc="outside lower left")
    axes.set_ylim(count - 0.4, -1.5)
    axes.set_xlabel("accuracy, per cent")
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x")
    axes.hlines(range(count), 0, 1, transform=axes.get_yaxis_transform(), colors=GRID, lw=0.6, zorder=0)


def _words(trials: pd.DataFrame, search: Search, shown: int) -> str:
    complete = complete_trials(trials)
    rest = f"; {shown} are shown" if shown < len(trials) else ""
    if complete.empty:
        return f"None of {len(trials)} configurations was scored on all folds{rest}"
    best = complete.iloc[0]
    score = f"{100 * best['mean']:.1f} ± {100 * best['sd']:.1f}\u00a0%"
    return f"The best of {len(trials)} configurations: {score} over {search.folds.count} folds{rest}"
