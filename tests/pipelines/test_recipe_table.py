"""The table of all recipes: one row each, the protocols side by side."""

from typing import Any

import pandas as pd
import pytest
from run_records import CLEAN, LEAKS, own_test, scored

from fer_kedro.pipelines.reporting import nodes
from fer_kedro.pipelines.reporting.recipe_cells import Cell, RecipeBlock, recipe_blocks
from fer_kedro.pipelines.reporting.recipe_table import over_seeds
from fer_kedro.pipelines.reporting.tables import comparison_table


def table_of(*records: dict[str, Any]) -> pd.DataFrame:
    return nodes.recipe_table(nodes.compare({str(k): {"record": record} for k, record in enumerate(records)}))


def blocks_of(*records: dict[str, Any]) -> list[RecipeBlock]:
    return recipe_blocks(table_of(*records))


def with_copies(record: dict[str, Any], unique: float) -> dict[str, Any]:
    """The same, with scores on faces without copies."""
    subsets = record["scores"]["PrivateTest"]
    duplicate_free = subsets["all"] | {"accuracy": unique, "accuracy_low": unique - 0.1, "accuracy_high": unique + 0.1}
    return record | {"scores": {"PrivateTest": subsets | {"duplicate_free": duplicate_free}}}


def test_each_recipe_is_one_row_with_its_protocols_side_by_side() -> None:
    table = table_of(
        own_test("as_reported.a", 0.81),
        with_copies(scored("honest.a", 0.6), 0.55),
        scored("official.a", 0.62, leak_audit=LEAKS),
    )
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["as_reported_accuracy"], row["honest_accuracy"], row["official_accuracy"]) == (0.81, 0.6, 0.62)
    assert (row["as_reported_leaky_share"], row["honest_leaky_share"]) == (0.97, 0)
    assert (row["duplicate_free_accuracy"], row["duplicate_free_low"]) == (0.55, 0.55 - 0.1)
    assert row["reported"] == 0.58


def test_rows_stand_in_the_order_of_honest_accuracy_whatever_leaky_runs_reach() -> None:
    table = table_of(
        scored("honest.weak", 0.5), own_test("as_reported.weak", 0.99),
        scored("honest.strong", 0.7), own_test("as_reported.strong", 0.6),
        own_test("as_reported.never_honest", 1.0), own_test("as_reported.also_never", 0.4),
    )  # fmt: skip
    assert table["recipe"].tolist() == ["strong", "weak", "also_never", "never_honest"]


def test_leaky_cell_says_what_share_of_the_test_faces_it_knows() -> None:
    (block,) = blocks_of(scored("honest.a", 0.6), own_test("as_reported.a", 0.81))
    assert block.header == ["recipe", "reported", "as reported", "honest", "honest, without copies"]
    assert block.rows[0].cells == [
        Cell("58.0\u00a0%"),
        Cell("81.0\u00a0%", ("76.0 to 86.0",), "LEAKY\u00a097.0\u00a0%"),
        Cell("60.0\u00a0%", ("55.0 to 65.0",)),
        Cell("–"),
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, ""),
        ({"test_faces_with_sibling_in_training": 8}, "LEAKY\u00a08.0\u00a0%"),
        ({"test_faces_with_sibling_in_validation": 8}, "LEAKY"),
        ({"test_faces_with_sibling_in_validation": 100}, "LEAKY\u00a0selected\u00a0on\u00a0them"),
        (
            {"test_faces_with_sibling_in_training": 8, "test_faces_with_sibling_in_validation": 100},
            "LEAKY\u00a08.0\u00a0%, selected\u00a0on\u00a0them",
        ),
    ],
)
def test_warning_tells_training_on_test_faces_from_selecting_on_them(found: dict[str, int], words: str) -> None:
    (block,) = blocks_of(scored("honest.a", 0.5), scored("as_reported.a", 0.6, leak_audit=CLEAN | found))
    assert block.rows[0].cells[1].warning == words


def test_official_column_is_there_only_if_a_run_is() -> None:
    (block,) = blocks_of(scored("honest.a", 0.6), scored("honest.b", 0.5), scored("official.b", 0.55))
    assert block.header[-1] == "official"
    assert [row.cells[-1].value for row in block.rows] == ["–", "55.0\u00a0%"]


def test_seeds_become_their_mean_and_standard_deviation() -> None:
    seeds = [scored("honest.a", accuracy, seed=seed) for seed, accuracy in enumerate((0.50, 0.52, 0.54))]
    table = table_of(*seeds)
    assert table["honest_accuracy"].tolist() == pytest.approx([0.52])
    assert table["honest_sd"].tolist() == pytest.approx([0.02])
    assert table["honest_low"].tolist() == pytest.approx([0.47])
    (block,) = recipe_blocks(table)
    assert block.rows[0].cells[2] == Cell("52.0\u00a0±\u00a02.0\u00a0%", ("47.0 to 57.0", "3 seeds"))


def test_six_classes_are_written_where_a_report_left_one_out_and_never_ranked_with_seven() -> None:
    claim = {"accuracy": 0.58, "measured_on": "test folder", "classes": 6}
    (block,) = blocks_of(
        own_test("as_reported.six", 0.9, classes=6, reported=claim), scored("honest.six", 0.4, reported=claim),
        scored("honest.seven", 0.5),
    )  # fmt: skip
    assert [row.recipe for row in block.rows] == ["seven", "six"]
    reported, as_reported, honest, _ = block.rows[1].cells
    assert reported.notes == ("6 classes",)
    assert as_reported.notes == ("85.0 to 95.0", "6 classes")
    assert honest.notes == ("35.0 to 45.0",)


def test_a_claim_of_six_classes_says_so_before_its_protocol_was_ever_run() -> None:
    (block,) = blocks_of(scored("honest.six", 0.4, reported={"accuracy": 0.58, "measured_on": "", "classes": 6}))
    assert block.rows[0].cells[0].notes == ("6 classes",)


def test_honest_runs_of_six_classes_are_a_block_of_their_own() -> None:
    blocks = blocks_of(scored("honest.six", 0.9, classes=6), scored("honest.seven", 0.5))
    assert [(block.title, [row.recipe for row in block.rows]) for block in blocks] == [
        ("FER-2013, 7 classes", ["seven"]),
        ("FER-2013, 6 classes", ["six"]),
    ]


def test_recipes_without_an_honest_run_stand_below_the_first_block_of_their_faces() -> None:
    blocks = blocks_of(
        scored("honest.six", 0.9, classes=6), scored("honest.seven", 0.5), own_test("as_reported.other", 0.99),
        own_test("as_reported.demo", 0.99, data={"source": "demo", "digest": "de"}),
    )  # fmt: skip
    assert [(block.title, [row.recipe for row in block.rows]) for block in blocks] == [
        ("FER-2013, 7 classes", ["seven", "other"]),
        ("FER-2013, 6 classes", ["six"]),
        ("Demo faces, digest de", ["demo"]),
    ]


def test_a_recipe_of_its_own_protocols_alone_has_no_row() -> None:
    assert table_of(scored("honest.a", 0.6), own_test("copies_first.b", 0.7))["recipe"].tolist() == ["a"]
    assert blocks_of(own_test("copies_first.b", 0.7)) == []


def test_other_faces_are_never_ranked_together() -> None:
    own = {"source": "images", "digest": "ee", "split": "own"}
    blocks = blocks_of(
        scored("honest.a", 0.5), scored("honest.a", 0.9, data=own), scored("honest.a", 0.7, source="demo", n=9)
    )
    assert [block.title for block in blocks] == [
        "FER-2013, 7 classes",
        "Own images, 7 classes, own split, digest ee",
        "Demo faces, 7 classes, digest ab12",
    ]


def test_name_leads_to_the_honest_run_or_to_the_one_there_is() -> None:
    (block,) = blocks_of(own_test("as_reported.a", 0.9), scored("honest.b", 0.5), own_test("as_reported.b", 0.8))
    assert [(row.recipe, row.run) for row in block.rows] == [("b", "honest.b"), ("a", "as_reported.a")]


def test_table_of_recipes_survives_its_csv(tmp_path: Any) -> None:
    table = table_of(scored("honest.a", 0.5, seed=1), scored("honest.a", 0.6), own_test("as_reported.b", 0.9))
    table.to_csv(tmp_path / "table.csv", index=False)
    assert recipe_blocks(pd.read_csv(tmp_path / "table.csv")) == recipe_blocks(table)


def test_seeds_that_started_from_other_weights_are_not_averaged() -> None:
    runs = [scored("honest.a", 0.6) | {"weights": "none"}, scored("honest.a", 0.9, seed=1) | {"weights": "imagenet"}]
    (row,) = over_seeds(comparison_table(runs)).to_dict("records")
    assert row["seeds"] == 1


def test_of_seeds_with_different_weights_the_least_seed_stands_not_the_most_accurate() -> None:
    runs = [scored("honest.a", 0.6) | {"weights": "none"}, scored("honest.a", 0.9, seed=1) | {"weights": "imagenet"}]
    for order in (runs, runs[::-1]):
        (row,) = over_seeds(comparison_table(order)).to_dict("records")
        assert row["accuracy"] == 0.6


def test_recipe_that_was_to_be_fine_tuned_but_had_no_weights_says_so() -> None:
    whole = scored("honest.a", 0.6) | {"weights": "none", "notes": ["No pre-trained weights were given, so …"]}
    notes = [cell.notes for cell in recipe_blocks(table_of(whole, scored("honest.b", 0.5)))[0].rows[0].cells]
    assert ("no weights: one phase" in notes[2]) and not any("no weights: one phase" in note for note in notes[:2])


def test_a_run_from_other_weights_than_the_honest_one_says_so() -> None:
    def told(honest: str, reported: str) -> list[bool]:
        runs = [scored("honest.a", 0.6) | {"weights": honest}, own_test("as_reported.a", 0.7) | {"weights": reported}]
        return ["other weights" in cell.notes for cell in recipe_blocks(table_of(*runs))[0].rows[0].cells]

    assert told("a.h5", "imagenet") == [False, True, False, False]
    assert not any(told("a.h5", "a.h5") + told("none", "a.h5") + told("none", "none"))
    assert not any(told("a.h5, sha256 0123456789ab", "renamed.h5, sha256 0123456789ab"))
    assert any(told("a.h5, sha256 0123456789ab", "a.h5, sha256 ba9876543210"))
    (alone,) = recipe_blocks(table_of(own_test("as_reported.a", 0.7) | {"weights": "a.h5"}))[0].rows
    assert not any("other weights" in cell.notes for cell in alone.cells)
