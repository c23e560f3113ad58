"""The page and the picture of the leak demo, from records and predictions."""

from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pandas as pd
import pytest
from matplotlib.figure import Figure
from run_records import CLEAN, LEAKS, guesses, own_test

from fer_kedro.pipelines.reporting import create_results_pipeline, nodes
from fer_kedro.pipelines.reporting.leak_demo import leak_demo, points

PLACE = "copies_first/leak_demo/seed_{}"
AUDIT = LEAKS | {"test_faces_with_sibling_in_training": 94, "validation_faces_with_sibling_in_training": 90}
Runs = tuple[dict[str, dict[str, Any]], dict[str, Callable[[], pd.DataFrame]]]


def predicted() -> pd.DataFrame:
    """Predictions of the leaky run: 90 faces with a copy in training, 81 of these right, and 10 without, 4 right."""
    right = [True] * 81 + [False] * 9 + [True] * 4 + [False] * 6
    unseen = [False] * 90 + [True] * 10
    return guesses(right).assign(usage="Training", duplicate_free=unseen, group=[k // 2 for k in range(100)])


def both(seed: int = 0, first: float = 0.85, second: float = 0.55, **changes: Any) -> dict[str, dict[str, Any]]:
    """The records of both orders."""
    leaky = own_test("copies_first.leak_demo", first, seed=seed, leak_audit=AUDIT, machine="a quick one")
    clean = own_test("split_first.leak_demo", second, seed=seed, leak_audit=CLEAN, test_set="20% of all faces")
    return {f"leaky {seed}": leaky, f"clean {seed}": clean | changes}


@pytest.fixture(scope="module")
def runs() -> Runs:
    return both(), {PLACE.format(0): predicted}


@pytest.fixture(scope="module")
def page(runs: Runs) -> str:
    return nodes.leak_page(*runs)


def table(page: str, number: int) -> list[str]:
    """The rows of a table of the page, without header and rule."""
    tables = [block.splitlines()[2:] for block in page.split("\n\n") if block.startswith("| ")]
    return tables[number]


def test_both_accuracies_stand_with_interval_test_set_and_audit(page: str) -> None:
    assert table(page, 0) == [
        "| [copied, then split](../results.md#copies_first-leak_demo) "
        "| 85.0\u00a0% | 80.0 to 90.0<br><small>wilson</small> | 7,178 | LEAKY\u00a094.0\u00a0% |",
        "| [split, then copied](../results.md#split_first-leak_demo) "
        "| 55.0\u00a0% | 50.0 to 60.0<br><small>wilson</small> | 7,178 | no leak found |",
    ]


def test_difference_and_counts_of_the_audit_are_told(page: str) -> None:
    assert "differs from the second by +30.0\u00a0points (95 % interval +22.9 to +37.1)." in page
    assert "Of the 100 test faces, 94 have a sibling in training, and so have 90 of the 100 validation" in page


def test_what_else_differs_names_both_test_sets(page: str) -> None:
    assert "The first is 20% of all copies, turned and shifted; the second is 20% of all faces, as they are." in page


def test_leaky_runs_test_faces_are_divided_by_whether_a_copy_was_fitted(page: str) -> None:
    known, unseen = table(page, 1)
    assert known.startswith("| with a copy in training | 90.0\u00a0% |")
    assert known.endswith("<small>bootstrap by group</small> | 90 |")
    assert unseen.startswith("| without one | 40.0\u00a0% |")
    assert "The difference is +50.0\u00a0points (95 % interval +" in page


def test_faces_with_a_near_copy_in_training_are_counted_among_those_without_a_copy(page: str) -> None:
    # 6 of 100 have no sibling at all, but 10 have no copy.
    assert "though for 4 of these to a near copy" in page


def test_faces_without_a_copy_are_weighed_by_the_classes_of_those_with_one() -> None:
    happy = [False] * 60 + [True] * 40 + [False] * 2 + [True] * 8
    right = [True] * 101 + [False] + [True] * 6 + [False] * 2
    faces = guesses([one != other for one, other in zip(right, happy, strict=True)]).assign(
        usage="Training", duplicate_free=[False] * 100 + [True] * 10, emotion=[int(one) for one in happy]
    )
    page = nodes.leak_page(both(), {PLACE.format(0): lambda: faces}).replace("\n", " ")
    assert "angry makes up 60.0\u00a0% of those with a copy and 20.0\u00a0% of those without." in page
    assert "the second would score 60.0\u00a0%." in page  # 0.6 · 1/2 + 0.4 · 6/8


def test_page_says_where_the_numbers_come_from_and_how_to_make_them_again(page: str) -> None:
    assert (
        "[predictions](../results/copies_first/leak_demo/seed_0/predictions.parquet) of commit `0123456789ab`" in page
    )
    assert "seed 0; a quick one, 2 threads" in page
    assert "--namespaces=copies_first.leak_demo,split_first.leak_demo\n" in page


def test_intervals_say_how_they_were_found() -> None:
    records = both()
    records["leaky 0"]["scores"]["test"]["all"]["interval"] = "bootstrap by group"
    first, second = table(nodes.leak_page(records, {}), 0)
    assert "<small>bootstrap by group</small>" in first
    assert "<small>wilson</small>" in second


def test_without_predictions_there_is_no_look_inside() -> None:
    page = nodes.leak_page(both(), {})
    assert "Inside the first run" not in page
    assert len(nodes.draw_leak_demo(both(), {}).axes) == 1


@pytest.mark.parametrize("unseen", [True, False])
def test_where_all_test_faces_are_alike_there_is_nothing_to_divide(unseen: bool) -> None:
    demo = leak_demo(both(), {PLACE.format(0): lambda: predicted().assign(duplicate_free=unseen)})
    assert demo is not None
    assert (demo.fitted, demo.unseen) == (None, None)


@pytest.mark.parametrize("missing", ["leaky 0", "clean 0", "both"])
def test_without_both_runs_page_and_picture_say_so(missing: str) -> None:
    records = {key: record for key, record in both().items() if missing not in {key, "both"}}
    assert "was not trained yet, or not published" in nodes.leak_page(records, {})
    figure = nodes.draw_leak_demo(records, {})
    assert headline(figure) == "The leak demo is not trained yet"
    assert not figure.axes


def test_runs_of_the_first_common_seed_are_compared() -> None:
    records = {"alone": both(1)["leaky 1"]} | both(3, first=0.75) | both(2, first=0.65)
    page = nodes.leak_page(records, {})
    assert table(page, 0)[0].split(" | ")[1] == "65.0\u00a0%"
    assert "split_first.leak_demo --params=seed=2\n" in page


def test_other_runs_under_these_protocols_do_not_count() -> None:
    others = [own_test(f"{protocol}.other", 0.5) for protocol in ("copies_first", "split_first")]
    assert leak_demo({str(k): other for k, other in enumerate(others)}, {}) is None


def test_difference_has_a_sign() -> None:
    first, second = (record["scores"]["test"]["all"] for record in both(first=0.5).values())
    assert points(first, second) == "-5.0\u00a0points"


@pytest.mark.parametrize(("unseen_right", "told"), [(4, False), (9, True)])
def test_a_difference_that_may_be_none_is_called_so(unseen_right: int, told: bool) -> None:
    unseen = [True] * unseen_right + [False] * (10 - unseen_right)
    faces = guesses([True] * 81 + [False] * 9 + unseen).assign(
        usage="Training", duplicate_free=[False] * 90 + [True] * 10
    )
    page = nodes.leak_page(both(), {PLACE.format(0): lambda: faces})
    assert ("do not tell it from none" in page) == told


def headline(figure: Figure) -> str:
    assert figure._suptitle is not None  # type: ignore[attr-defined]
    return str(figure._suptitle.get_text())  # type: ignore[attr-defined]


def test_marks_are_hollow_where_the_network_knows_the_faces(runs: Runs) -> None:
    axes = nodes.draw_leak_demo(*runs).axes
    marks = [
        [(float(line.get_xdata()[0]), line.get_markerfacecolor() == "white") for line in one.lines] for one in axes
    ]
    assert marks[0] == [(85, True), (pytest.approx(55), False)]
    assert marks[1] == [(90, True), (pytest.approx(40), False)]


def test_picture_names_accuracies_audit_and_differences(runs: Runs) -> None:
    above, below = ([text.get_text() for text in one.texts] for one in nodes.draw_leak_demo(*runs).axes)
    assert above == [
        "85.0\u00a0%", "7,178 faces, LEAKY\u00a094.0\u00a0%", "55.0\u00a0%", "7,178 faces, no leak found",
        "+30.0\u00a0points (+22.9 to +37.1)",
    ]  # fmt: skip
    assert below == ["90.0\u00a0%", "90 faces", "40.0\u00a0%", "10 faces", ANY]
    assert below[-1].startswith("+50.0\u00a0points (+")


def test_intervals_are_drawn_and_inside_the_panel(runs: Runs) -> None:
    axes = nodes.draw_leak_demo(*runs).axes[0]
    ends = [segment[:, 0].tolist() for lines in axes.collections for segment in lines.get_segments()]
    assert [pytest.approx(80), pytest.approx(90)] in ends
    assert [pytest.approx(50), pytest.approx(60)] in ends
    left, right = axes.get_xlim()
    assert all(left < end < right for pair in ends for end in pair)


def test_results_pipeline_writes_both_pages_and_the_picture() -> None:
    assert create_results_pipeline().outputs() == {"results_page", "searches_page", "leak_page", "leak_figure"}
