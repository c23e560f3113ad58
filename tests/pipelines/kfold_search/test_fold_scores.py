"""The figure of each configuration's folds."""

from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from stand_in_search import a_search

from fer_kedro.faces import Faces
from fer_kedro.figures import DEMO_MARK
from fer_kedro.pipelines.kfold_search.fold_scores import MOST, plot_folds
from fer_kedro.search.decisions import Search

Table = Callable[..., pd.DataFrame]
REPORTED = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
GRID = a_search(sampler="grid", trials=None, reported=REPORTED)


def panels(figure: Figure) -> tuple[Axes, Axes]:
    table, panel = figure.axes
    return table, panel


def outcomes(figure: Figure) -> list[str]:
    """What stands beside each row, from the top."""
    texts = panels(figure)[1].texts
    return [text.get_text() for text in sorted(texts, key=lambda text: text.get_position()[1])]


def cells(figure: Figure, place: int) -> list[str]:
    """The row of the table at this place; the head is at -1."""
    return [text.get_text() for text in panels(figure)[0].texts if text.get_position()[1] == place]


@pytest.fixture
def mixed(table: Table) -> pd.DataFrame:
    """Two complete configurations, two pruned ones, one that failed."""
    scores = [[0.5, 0.52, 0.54], [0.4], [0.6, 0.62, 0.64], [0.3, 0.3], [0.2]]
    return table(GRID, scores, state=["COMPLETE", "PRUNED", "COMPLETE", "PRUNED", "FAIL"])


def test_best_is_on_top_then_what_was_pruned_late_and_what_failed_is_last(mixed: pd.DataFrame, faces: Faces) -> None:
    figure = plot_folds(mixed, GRID, faces)
    assert outcomes(figure) == [
        "62.0 ± 2.0\u00a0%",
        "52.0 ± 2.0\u00a0%",
        "pruned after 2 folds",
        "pruned after 1 fold",
        "failed",
    ]
    assert [cells(figure, place)[0] for place in range(-1, 5)] == ["trial", "2", "0", "3", "1", "4"]


def test_rows_name_their_configurations(mixed: pd.DataFrame, faces: Faces) -> None:
    figure = plot_folds(mixed, GRID, faces)
    assert cells(figure, -1) == ["trial", "kernel", "epochs"]
    assert cells(figure, 0) == ["2", "3", "3"]


def test_folds_are_dots_and_means_have_their_deviation(mixed: pd.DataFrame, faces: Faces) -> None:
    panel = panels(plot_folds(mixed, GRID, faces))[1]
    dots = [line for line in panel.lines if line.get_marker() == "o"]
    assert list(dots[0].get_xdata()) == pytest.approx([60, 62, 64])
    bars = [container.lines[2][0].get_segments()[0][:, 0] for container in panel.containers]
    assert [tuple(bar) for bar in bars] == [pytest.approx((60, 64)), pytest.approx((50, 54))]


def test_reported_means_are_hollow_marks_of_their_configurations(mixed: pd.DataFrame, faces: Faces) -> None:
    panel = panels(plot_folds(mixed, GRID, faces))[1]
    hollow = [(line.get_xdata()[0], line.get_ydata()[0]) for line in panel.lines if line.get_mfc() == "white"]
    assert sorted(hollow, key=lambda mark: mark[1]) == [
        (pytest.approx(100 * REPORTED[number]), place) for place, number in enumerate([2, 0, 3, 1, 4])
    ]


def test_search_without_reported_means_has_no_hollow_mark(table: Table, faces: Faces) -> None:
    search = a_search(sampler="grid", trials=None)
    figure = plot_folds(table(search, [[0.5, 0.6, 0.7]]), search, faces)
    assert all(line.get_mfc() != "white" for line in panels(figure)[1].lines)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["fold", "mean ± standard deviation"]


def test_headline_is_the_best_score(mixed: pd.DataFrame, faces: Faces) -> None:
    assert (
        plot_folds(mixed, GRID, faces).get_suptitle() == "The best of 5 configurations: 62.0 ± 2.0\u00a0% over 3 folds"
    )


def test_headline_says_where_nothing_is_complete(table: Table, faces: Faces) -> None:
    figure = plot_folds(table(GRID, [[0.5], []], state=["PRUNED", "FAIL"]), GRID, faces)
    assert figure.get_suptitle() == "None of 2 configurations was scored on all folds"


def test_forty_rows_are_drawn_and_the_rest_is_mentioned(table: Table, faces: Faces) -> None:
    search = a_search(sampler="grid", trials=None, space={"training.epochs": {"integers": [1, 60]}})
    figure = plot_folds(table(search, [[0.5, 0.5, 0.5 + number / 1000] for number in range(60)]), search, faces)
    assert len(outcomes(figure)) == MOST
    assert figure.get_suptitle().endswith("; 40 are shown")
    assert cells(figure, 0) == ["59", "60"]


def test_dimension_that_is_not_there_is_a_dash(faces: Faces, search: Search, trials: pd.DataFrame) -> None:
    figure = plot_folds(trials, search, faces)
    narrow = [cells(figure, place) for place in range(len(trials)) if "narrow" in cells(figure, place)]
    assert narrow
    assert all(row[-1] == "–" for row in narrow)


def test_columns_do_not_overlap(faces: Faces, table: Table) -> None:
    space = {name: {"choices": {"1": {}, "0.25": {}}} for name in ("gamma", "mmmmm", "blocks", "a dense dropout", "l")}
    search = a_search(sampler="grid", trials=None, space=space)
    figure = plot_folds(table(search, [[0.5, 0.6, 0.7]] * search.count), search, faces)
    figure.draw_without_rendering()
    head = [text for text in panels(figure)[0].texts if text.get_position()[1] == -1]
    ends = [text.get_window_extent() for text in head]
    assert all(left.x1 < right.x0 for left, right in pairwise(ends))


def test_figure_of_demo_faces_says_so(mixed: pd.DataFrame, faces: Faces, demo: Faces) -> None:
    assert DEMO_MARK in [text.get_text() for text in plot_folds(mixed, GRID, demo).texts]
    assert DEMO_MARK not in [text.get_text() for text in plot_folds(mixed, GRID, faces).texts]
