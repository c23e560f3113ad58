"""The interactive figures of a search: what they show, and what they say where there is nothing to show."""

from collections.abc import Callable
from itertools import accumulate

import pandas as pd
import plotly.graph_objects as go
import pytest
from stand_in_search import a_search, searched

from fer_kedro.faces import Faces
from fer_kedro.figures import DEMO_MARK
from fer_kedro.pipelines.kfold_search.history import plot_history
from fer_kedro.pipelines.kfold_search.importance import plot_importance
from fer_kedro.pipelines.kfold_search.parallel_coordinates import plot_parallel_coordinates
from fer_kedro.pipelines.kfold_search.plotly_style import HIGHLIGHT
from fer_kedro.pipelines.kfold_search.slices import plot_slices
from fer_kedro.search.decisions import Search
from fer_kedro.search.trials_table import trials_table

Draw = Callable[[pd.DataFrame, Search, Faces], go.Figure]
Table = Callable[..., pd.DataFrame]
ALL = [plot_importance, plot_history, plot_slices, plot_parallel_coordinates]
GRID = a_search(sampler="grid", trials=None)
LONG = a_search(sampler="grid", trials=None, space={"training.epochs": {"integers": [1, 30]}})
ONE = a_search(sampler="grid", trials=None, space={"model.kernel": {"choices": [3, 5]}})


def words(figure: go.Figure) -> str:
    notes = " ".join(note.text for note in figure.layout.annotations)
    return f"{figure.layout.title.text} {notes}".replace("<br>", " ")


@pytest.mark.parametrize("draw", ALL)
def test_equal_tables_give_equal_figures_stored_or_not(
    draw: Draw, search: Search, trials: pd.DataFrame, faces: Faces, stored: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    figure = draw(trials, search, faces).to_json()
    assert figure == draw(trials, search, faces).to_json() == draw(stored(trials), search, faces).to_json()


@pytest.mark.parametrize("draw", ALL)
def test_figures_hold_plain_numbers(draw: Draw, search: Search, trials: pd.DataFrame, faces: Faces) -> None:
    """kedro-viz' plotly.js can't read the base64 that arrays are written as."""
    assert "bdata" not in draw(trials, search, faces).to_json()


@pytest.mark.parametrize("draw", ALL)
def test_figures_of_demo_faces_say_so(
    draw: Draw, search: Search, trials: pd.DataFrame, faces: Faces, demo: Faces
) -> None:
    assert DEMO_MARK in words(draw(trials, search, demo))
    assert DEMO_MARK not in words(draw(trials, search, faces))


@pytest.mark.parametrize("draw", ALL)
def test_titles_have_no_place_of_their_own(draw: Draw, search: Search, trials: pd.DataFrame, faces: Faces) -> None:
    """kedro-viz takes a title's height for one of the plot, so that it would lie over what is drawn."""
    title = draw(trials, search, faces).layout.title
    assert (title.y, title.yref, title.yanchor) == (None, None, None)


@pytest.mark.parametrize("draw", ALL)
def test_where_nothing_was_scored_there_is_a_sentence(draw: Draw, table: Table, faces: Faces) -> None:
    figure = draw(table(GRID, [[], []], state=["FAIL", "FAIL"]), GRID, faces)
    assert not figure.data
    assert "found 0" in words(figure) or "nothing to draw" in words(figure)


@pytest.mark.parametrize("draw", ALL)
def test_names_and_labels_are_no_markup(draw: Draw, faces: Faces) -> None:
    space = {
        "<b>&": {"choices": {"<i>": {"model.kernel": 3}, "x": {"model.kernel": 5}}},
        "training.epochs": {"integers": [1, 3]},
    }
    search = a_search(space=space)
    drawn = draw(trials_table(searched(search), search), search, faces).to_json()
    assert "<i>" not in drawn
    assert "<b>&" not in drawn


def test_importance_is_largest_for_what_the_scores_depend_on(table: Table, faces: Faces) -> None:
    scores = [[0.5 + 0.1 * (point["model.kernel"] == 5)] * 3 for point in GRID.points]
    [bars] = plot_importance(table(GRID, scores), GRID, faces).data
    shares = dict(zip(bars.y, bars.x, strict=True))
    assert shares["kernel"] > 0.95
    assert sum(shares.values()) == pytest.approx(1)
    assert list(bars.y)[-1] == "kernel"


def test_importance_compares_pruned_configurations_on_the_folds_that_all_ran(table: Table, faces: Faces) -> None:
    """Later folds are harder: by the means of unequal folds, what was pruned would seem better."""
    first = [0.6 if point["training.epochs"] == 3 else 0.5 for point in GRID.points]
    later = [[0.1, 0.1] if point["model.kernel"] == 5 else [] for point in GRID.points]
    scores = [[score, *more] for score, more in zip(first, later, strict=True)]
    figure = plot_importance(table(GRID, scores), GRID, faces)
    assert "9 configurations on the fold that all ran" in words(figure)
    assert dict(zip(figure.data[0].y, figure.data[0].x, strict=True))["epochs"] > 0.95


def test_importance_leaves_out_what_not_every_configuration_has(
    search: Search, trials: pd.DataFrame, faces: Faces
) -> None:
    figure = plot_importance(trials, search, faces)
    assert set(figure.data[0].y) == {"kernel", "learning rate", "width"}
    assert "Not every configuration has epochs" in words(figure)


@pytest.mark.parametrize(
    ("search", "scores", "sentence"),
    [
        (GRID, [[0.5, 0.5, 0.6]], "needs two configurations with a score, and found 1"),
        (GRID, [[0.5, 0.6, 0.7]] * 4, "All 4 configurations have the same accuracy"),
        (ONE, [[0.5] * 3, [0.6] * 3], "Fewer than two parameters"),
    ],
)
def test_importance_says_why_it_is_impossible(
    search: Search, scores: list[list[float]], sentence: str, table: Table, faces: Faces
) -> None:
    figure = plot_importance(table(search, scores), search, faces)
    assert not figure.data
    assert sentence in words(figure)


def test_history_shows_each_score_and_the_best_so_far(search: Search, trials: pd.DataFrame, faces: Faces) -> None:
    best, scores = plot_history(trials, search, faces).data
    assert list(scores.y) == pytest.approx((100 * trials["mean"]).tolist())
    assert list(best.y) == pytest.approx(list(accumulate(scores.y, max)))


def test_history_marks_what_was_pruned_and_counts_what_failed(
    pruning: Search, pruned: pd.DataFrame, faces: Faces
) -> None:
    figure = plot_history(pruned, pruning, faces)
    own = pruned[pruned["state"] == "PRUNED"]
    assert list(figure.data[2].x) == own["number"].tolist()
    assert list(figure.data[2].y) == pytest.approx((100 * own["mean"]).tolist())
    counts = pruned["state"].value_counts()
    assert f"{counts['COMPLETE']} complete, {counts['PRUNED']} pruned, 1 failed" in words(figure)


@pytest.mark.parametrize(("count", "step"), [(4, 1), (30, None)])
def test_short_histories_have_a_tick_for_each_trial(table: Table, faces: Faces, count: int, step: int | None) -> None:
    trials = table(LONG, [[0.5, 0.5, 0.6]] * count)
    assert plot_history(trials, LONG, faces).layout.xaxis.dtick == step


def test_slices_have_a_panel_for_each_dimension_and_words_without_quotes(
    search: Search, trials: pd.DataFrame, faces: Faces
) -> None:
    figure = plot_slices(trials, search, faces)
    panels = {axis.title.text: axis for axis in figure.select_xaxes()}
    assert set(panels) == {"kernel", "learning rate", "width", "epochs"}
    assert list(panels["width"].ticktext) == ["narrow", "wide"]
    assert list(panels["kernel"].ticktext) == ["3", "5", "7"]


def test_slices_show_the_whole_range_that_was_searched(search: Search, trials: pd.DataFrame, faces: Faces) -> None:
    [axis] = [axis for axis in plot_slices(trials, search, faces).select_xaxes() if axis.type == "log"]
    low, high = axis.range
    assert low < -4 < -1 < high


def test_slices_show_a_conditional_dimension_where_it_is_there(
    search: Search, trials: pd.DataFrame, faces: Faces
) -> None:
    figure = plot_slices(trials, search, faces)
    [axis] = [axis for axis in figure.select_xaxes() if axis.title.text == "epochs"]
    [trace] = [trace for trace in figure.data if trace.xaxis == axis.plotly_name.replace("axis", "")]
    assert len(trace.x) == (trials["width"] == "wide").sum()


def test_only_where_later_trials_know_of_earlier_ones_their_number_has_a_colour(faces: Faces) -> None:
    def colours(sampler: str) -> int:
        search = a_search(sampler=sampler)
        figure = plot_slices(trials_table(searched(search), search), search, faces)
        return sum(not isinstance(trace.marker.color, str) for trace in figure.data)

    assert (colours("random"), colours("tpe")) == (0, 4)


def test_one_dimension_can_be_sliced(table: Table, faces: Faces) -> None:
    [trace] = plot_slices(table(ONE, [[0.5] * 3, [0.6] * 3]), ONE, faces).data
    assert sorted(trace.y) == pytest.approx([50, 60])


def test_every_scored_configuration_is_a_line_and_the_best_lies_on_top(
    search: Search, trials: pd.DataFrame, faces: Faces
) -> None:
    _, *lines = plot_parallel_coordinates(trials, search, faces).data
    assert len(lines) == len(trials)
    assert lines[-1].line.color == HIGHLIGHT
    assert lines[-1].y[0] == 1
    assert sum(line.line.color == HIGHLIGHT for line in lines) == 1


def test_pruned_configurations_are_dotted_and_never_the_best(
    pruning: Search, pruned: pd.DataFrame, faces: Faces
) -> None:
    _, *lines = plot_parallel_coordinates(pruned, pruning, faces).data
    assert [line.line.dash for line in lines].count("dot") == (pruned["state"] == "PRUNED").sum()
    assert (lines[-1].line.color, lines[-1].line.dash) == (HIGHLIGHT, "solid")


def test_one_configuration_alone_is_drawn(table: Table, faces: Faces) -> None:
    _, line = plot_parallel_coordinates(table(GRID, [[0.5, 0.5, 0.6]]), GRID, faces).data
    assert line.line.color == HIGHLIGHT
