"""The figure of all runs."""

from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes
from run_records import LEAKS, own_test, scored

from fer_kedro.pipelines.reporting import nodes


def compare(*records: dict[str, Any]) -> pd.DataFrame:
    return nodes.compare({str(k): {"record": record} for k, record in enumerate(records)})


@pytest.fixture(scope="module")
def comparison() -> pd.DataFrame:
    return compare(
        scored("honest.a", 0.5),
        scored("honest.b", 0.6),
        scored("honest.b", 0.64, seed=1),
        own_test("as_reported.a", 0.8),
        scored("official.a", 0.55, leak_audit=LEAKS),
        scored("honest.six", 0.7, classes=6),
        scored("honest.demo", 0.99, source="demo", n=9),
    )


def marks(axes: Axes, marker: str) -> list[tuple[float, bool]]:
    """Place of each mark of this kind, and whether it is filled."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return [(float(line.get_xdata()[0]), line.get_markerfacecolor() != "white") for line in lines]


def test_there_is_a_panel_per_block_of_recipes_and_a_band_per_recipe(comparison: pd.DataFrame) -> None:
    panels = nodes.draw_comparison(comparison).axes
    assert [axes.get_title(loc="left") for axes in panels] == [
        "FER-2013, 7 classes",
        "FER-2013, 6 classes",
        "Demo faces, 7 classes, digest ab12",
    ]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["b", "a"]


def test_mark_tells_the_protocol_and_is_hollow_where_it_leaks(comparison: pd.DataFrame) -> None:
    axes = nodes.draw_comparison(comparison).axes[0]
    assert sorted(marks(axes, "o")) == [(50, True), (pytest.approx(62), True)]
    assert marks(axes, "s") == [(80, False)]
    assert marks(axes, "^") == [(pytest.approx(55), False)]


def test_seeds_are_dots_around_their_mean(comparison: pd.DataFrame) -> None:
    axes = nodes.draw_comparison(comparison).axes[0]
    dots = [sorted(line.get_xdata()) for line in axes.lines if line.get_marker() == "."]
    assert [pytest.approx(60), pytest.approx(64)] in dots


def test_numbers_stand_beside_their_lines_with_what_is_to_be_known() -> None:
    table = compare(
        scored("honest.a", 0.5), own_test("as_reported.a", 0.8, classes=6), own_test("split_first.a", 0.6),
        own_test("as_reported.b", 0.7),
    )  # fmt: skip
    words = [text.get_text() for text in nodes.draw_comparison(table).axes[0].texts]
    assert words == [
        "80.0\u00a0%, LEAKY\u00a097.0\u00a0%, 6 classes",
        "50.0\u00a0%",
        "60.0\u00a0%, LEAKY\u00a097.0\u00a0%, split_first",
        "70.0\u00a0%, LEAKY\u00a097.0\u00a0%",
    ]


def test_reported_accuracy_is_drawn_where_there_is_one() -> None:
    def ticks(table: pd.DataFrame) -> list[float]:
        axes = nodes.draw_comparison(table).axes[0]
        segments = [segment for lines in axes.collections for segment in lines.get_segments()]
        return [float(x) for (x, _), (other, _) in segments if x == other]

    claimed = scored("honest.a", 0.5)
    silent = claimed | {"reported": {"accuracy": None, "measured_on": ""}}
    assert ticks(compare(claimed)) == [pytest.approx(58)]
    assert ticks(compare(silent)) == []


def test_thirty_runs_get_the_room_of_thirty_lines() -> None:
    few, many = (compare(*(scored(f"honest.r{k}", 0.5) for k in range(count))) for count in (3, 30))
    heights = [nodes.draw_comparison(table).get_figheight() for table in (few, many)]
    assert heights[1] - heights[0] > 27 * 0.25


def test_recipes_without_an_honest_run_are_drawn_too() -> None:
    axes = nodes.draw_comparison(compare(own_test("as_reported.a", 0.8))).axes[0]
    assert marks(axes, "s") == [(80, False)]


def test_legend_names_the_protocols_that_are_drawn() -> None:
    demo = own_test("copies_first.leak_demo", 0.9)  # has no row
    (legend,) = nodes.draw_comparison(compare(scored("honest.a", 0.5), own_test("as_reported.a", 0.8), demo)).legends
    assert [text.get_text() for text in legend.get_texts()][:3] == ["honest", "as reported", "LEAKY"]


def test_figure_is_marked_where_any_run_saw_demo_faces(comparison: pd.DataFrame) -> None:
    def demo_marks(table: pd.DataFrame) -> list[str]:
        return [text.get_text() for text in nodes.draw_comparison(table).texts if "DEMO" in text.get_text()]

    assert len(demo_marks(comparison)) == 1
    assert not demo_marks(comparison[comparison["data"] != "demo"])
