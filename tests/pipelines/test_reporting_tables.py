"""The comparison of runs and the results page, from records alone."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fer_kedro.faces import EMOTIONS
from fer_kedro.pipelines.reporting import create_results_pipeline, nodes

LEAKS = {
    "test_faces": 100,
    "test_faces_with_sibling_in_training": 19,
    "test_faces_with_sibling_in_validation": 0,
    "validation_faces": 100,
    "validation_faces_with_sibling_in_training": 0,
    "generated_evaluation_faces": 0,
}
CLEAN = LEAKS | {"test_faces_with_sibling_in_training": 0}


def scores(accuracy: float, classes: int) -> dict[str, Any]:
    per_class = {
        name: {"precision": 0.5, "recall": 0.5, "f1": 0.1 * code, "support": 10}
        for code, name in enumerate(EMOTIONS[:classes])
    }
    return {
        "n": 100, "accuracy": accuracy, "accuracy_low": accuracy - 0.05, "accuracy_high": accuracy + 0.05,
        "balanced_accuracy": 0.4, "macro_f1": 0.3, "majority_accuracy": 0.25, "per_class": per_class,
    }  # fmt: skip


def scored(run: str, accuracy: float, classes: int = 7, source: str = "fer2013", **changes: Any) -> dict[str, Any]:
    protocol, recipe = run.split(".")
    return {
        "run": run, "protocol": protocol, "recipe": recipe, "report": "a_report", "description": "Tiny",
        "reported": {"accuracy": 0.58, "measured_on": "test folder"},
        "data": {"source": source, "digest": "ab12"}, "leak_audit": CLEAN,
        "best_epoch": 3, "epochs_run": 5, "seconds_per_epoch": 2.0, "cpu_seconds": 20.0, "parameters": 12_345,
        "precision": "float32", "threads": 2, "seed": 0, "commit": "0123456789ab", "versions": {},
        "scores": {"PrivateTest": {"all": scores(accuracy, classes)}},
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def comparison() -> pd.DataFrame:
    records = (
        scored("honest.a", 0.5),
        scored("honest.b", 0.6),
        scored("honest.demo", 0.99, source="demo"),
        scored("as_reported.six", 0.7, classes=6),
        scored("as_reported.leaky", 0.8, leak_audit=LEAKS),
    )
    return nodes.compare({record["run"]: {"record": record} for record in records})


def test_runs_that_cannot_be_compared_are_ranked_apart(comparison: pd.DataFrame) -> None:
    assert comparison["run"].tolist() == [
        "honest.b",
        "honest.a",
        "as_reported.leaky",
        "as_reported.six",
        "honest.demo",
    ]
    assert comparison["rank"].fillna(0).tolist() == [1, 2, 0, 1, 1]
    assert comparison["classes"].tolist() == [7, 7, 7, 6, 7]


def test_leaks_stand_in_the_row(comparison: pd.DataFrame) -> None:
    assert comparison["clean"].tolist() == [True, True, False, True, True]
    assert comparison["test_faces_with_sibling_in_training"].tolist() == [0, 0, 19, 0, 0]


def test_what_a_report_claims_is_not_held_against_demo_faces(comparison: pd.DataFrame) -> None:
    assert comparison["reported_accuracy"].isna().tolist() == [False, False, False, False, True]


DERIVED = {"source": "fer2013", "digest": "dd", "split": "derived", "split_seed": 3}
OWN = {"source": "images", "digest": "ee", "split": "own"}


@pytest.fixture(scope="module")
def splits() -> pd.DataFrame:
    """Runs of one recipe, better and better, on the official split in two forms, on derived ones, and on own faces."""
    data = {
        "honest.before": {"source": "fer2013", "digest": "aa"},
        "honest.official": {"source": "fer2013", "digest": "bb", "split": "official"},
        "honest.derived": DERIVED,
        "honest.again": DERIVED,
        "honest.other_seed": DERIVED | {"digest": "d4", "split_seed": 4},
        "honest.own": OWN,
        "honest.other_faces": OWN | {"digest": "ff"},
        "honest.cropped": {"source": "fer2013, cropped by mtcnn", "digest": "cc", "split": "official"},
    }
    records = [scored(run, 0.5 + 0.05 * place, data=facts) for place, (run, facts) in enumerate(data.items())]
    return nodes.compare({record["run"]: {"record": record} for record in records})


def test_runs_are_ranked_with_those_on_the_same_test_faces_alone(splits: pd.DataFrame) -> None:
    ranked = splits.groupby(["data", "test_set"], sort=False)["run"].apply(list).tolist()
    assert sorted(ranked, key=len) == [
        ["honest.other_seed"],
        ["honest.cropped"],
        ["honest.own"],
        ["honest.other_faces"],
        ["honest.official", "honest.before"],
        ["honest.again", "honest.derived"],
    ]
    assert splits.groupby(["data", "test_set"])["rank"].apply(sorted).apply(list).tolist().count([1, 2]) == 2


def test_the_official_split_comes_first_and_others_are_named_with_seed_and_digest(splits: pd.DataFrame) -> None:
    titles = [axes.get_title(loc="left") for axes in nodes.draw_comparison(splits).axes]
    assert titles == [
        "FER-2013, 7 classes",
        "FER-2013, 7 classes, split derived by us, seed 3, digest dd",
        "FER-2013, 7 classes, split derived by us, seed 4, digest d4",
        "FER-2013, cropped by mtcnn, 7 classes",
        "Own images, 7 classes, own split, digest ee",
        "Own images, 7 classes, own split, digest ff",
    ]
    page = nodes.report_page(splits, b"", {run: {"html": run} for run in splits["run"]})
    assert all(title in page for title in titles)
    assert "labels of FER-2013 are noisy" in page


def test_what_a_report_claims_is_of_fer2013_alone(splits: pd.DataFrame) -> None:
    claimed = splits.set_index("run")["reported_accuracy"].notna()
    assert claimed.index[~claimed].tolist() == ["honest.own", "honest.other_faces"]


def test_pages_of_own_faces_say_nothing_of_fer2013s_labels(splits: pd.DataFrame) -> None:
    own = splits[splits["data"] == "images"]
    assert "labels of FER-2013" not in nodes.report_page(own, b"", {run: {"html": run} for run in own["run"]})
    page = nodes.results_page({"x": scored("honest.own", 0.7, data=OWN)})
    assert "FER+" not in page
    assert "## Own images, 7 classes, own split, digest ee" in page
    assert "data `images` with digest `ee`, own split, seed 0" in page


def test_results_page_names_a_derived_split_and_survives_any_class_name() -> None:
    record = scored("honest.derived", 0.7, data=DERIVED)
    per_class = record["scores"]["PrivateTest"]["all"]["per_class"]
    per_class["glad|happy"] = per_class.pop("happy")
    page = nodes.results_page({"x": record})
    assert "data `fer2013` with digest `dd`, split derived by us, seed 3, seed 0" in page
    assert "| glad\\|happy | 0.500 |" in page
    assert "FER+" in page


def test_best_and_worst_class_are_named(comparison: pd.DataFrame) -> None:
    assert comparison.loc[0, ["best_class", "worst_class"]].tolist() == ["neutral", "angry"]
    assert comparison.loc[0, "best_f1"] == pytest.approx(0.6)


def test_figure_has_a_panel_per_block_of_comparable_runs(comparison: pd.DataFrame) -> None:
    panels = nodes.draw_comparison(comparison).axes
    assert [axes.get_title(loc="left") for axes in panels] == [
        "FER-2013, 7 classes",
        "FER-2013, 6 classes",
        "Demo faces, 7 classes",
    ]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == [
        "honest.b",
        "honest.a",
        "as_reported.leaky (LEAKY)",
    ]


def test_figure_is_marked_where_any_run_saw_demo_faces(comparison: pd.DataFrame) -> None:
    def marks(table: pd.DataFrame) -> list[str]:
        return [text.get_text() for text in nodes.draw_comparison(table).texts if "DEMO" in text.get_text()]

    assert len(marks(comparison)) == 1
    assert not marks(comparison[comparison["data"] != "demo"])


def test_comparison_survives_its_csv(comparison: pd.DataFrame, tmp_path: Path) -> None:
    comparison.to_csv(tmp_path / "comparison.csv", index=False)
    read = pd.read_csv(tmp_path / "comparison.csv")
    sections = {run: {"html": run} for run in comparison["run"]}
    assert nodes.report_page(read, b"", sections) == nodes.report_page(comparison, b"", sections)


@pytest.fixture(scope="module")
def results() -> str:
    better = scored("honest.better", 0.7, machine="a quick one", reported={"accuracy": None, "measured_on": ""})
    leaky = scored("as_reported.leaky", 0.8, leak_audit=LEAKS)
    return str(nodes.results_page({"x": scored("honest.worse", 0.6), "y": better, "z": leaky}))


def test_results_page_gives_every_accuracy_with_its_interval_best_first(results: str) -> None:
    rows = [line for line in results.splitlines() if line.startswith("| [")]
    assert [row.split("]")[0] for row in rows] == [
        "| [honest.better",
        "| [honest.worse",
        "| [as_reported.leaky",
    ]
    assert rows[0].endswith("| 70.0\u00a0% (65.0 to 75.0) | – | – | – | 0.300 | 40.0\u00a0% | – |")
    assert rows[1].endswith("| 58.0\u00a0% |")


def test_results_page_says_what_made_each_run_and_how_to_repeat_it(results: str) -> None:
    assert "Commit `0123456789ab`, data `fer2013` with digest `ab12`, seed 0; a quick one, 2 threads" in results
    assert "epoch 3 of 5 kept, 2.0 s an epoch; 12,345 parameters" in results
    assert "`kedro run --pipelines=all_recipes --namespaces=honest.worse`" in results
    assert results.count("Leak audit: clean") == 2
    assert results.count("**LEAKY**") == 1


def test_results_page_is_made_from_the_committed_records_alone() -> None:
    assert create_results_pipeline().inputs() == {"committed_records"}
