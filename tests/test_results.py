"""The results that the docs quote follow from the predictions that are committed beside them."""

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from project_copy import PROJECT

from fer_kedro.evaluation import run_record
from fer_kedro.pages import CONF
from fer_kedro.pipelines.reporting.nodes import draw_leak_demo, leak_page, results_page
from fer_kedro.protocols.audit import LeakAudit

RECORDS = sorted((PROJECT / "docs" / "results").glob("*/*/*/run_record.json"))
SHARED = ("honest", "official")
PICTURE = PROJECT / "docs" / "images" / "leak_demo.png"
OLD = "run: kedro run --pipelines=results_page"
Committed = tuple[dict[str, Any], dict[str, Callable[[], pd.DataFrame]]]


def name(path: Path) -> str:
    return "/".join(path.parts[-4:-1])


def test_there_are_results() -> None:
    assert {record.parts[-3] for record in RECORDS} >= {"goldstein_cnn", "hejslet_light"}


def counts(scores: dict[str, Any]) -> list[Any]:
    """What is exact of a run's scores: faces, right ones, and how the interval was found, by set and subset."""
    return [
        (usage, subset, one["n"], one["correct"], one["interval"])
        for usage, subsets in scores.items()
        for subset, one in subsets.items()
    ]


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_scores_follow_from_the_committed_predictions(path: Path) -> None:
    record = json.loads(path.read_text())
    again = run_record(pd.read_parquet(path.with_name("predictions.parquet")), {})["scores"]
    assert counts(again) == counts(record["scores"])
    for usage, subsets in record["scores"].items():
        for subset, scores in subsets.items():
            numbers = {name: value for name, value in scores.items() if isinstance(value, float)}
            assert {name: again[usage][subset][name] for name in numbers} == pytest.approx(numbers, rel=1e-9)


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_committed_records_say_what_a_run_cost_and_what_it_started_from(path: Path) -> None:
    record = json.loads(path.read_text())
    costs = {cost: record[cost] for cost in ("parameters", "flops", "epochs_run", "seconds_per_epoch", "cpu_seconds")}
    assert not [cost for cost, value in costs.items() if not value]
    assert record["weights"]
    assert record["backend"] in {"tensorflow", "jax", "torch"}


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_committed_runs_are_on_the_real_faces_from_a_known_commit(path: Path) -> None:
    record = json.loads(path.read_text())
    assert {"split": "official"} | record["data"] == {
        "source": "fer2013",
        "digest": "07df9bc58694e5fd",
        "split": "official",
    }
    assert len(record["commit"]) == 12


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_committed_runs_stand_in_the_folder_of_their_name_and_seed(path: Path) -> None:
    record = json.loads(path.read_text())
    assert name(path) == f"{record['protocol']}/{record['recipe']}/seed_{record['seed']}"


@pytest.mark.parametrize("path", [path for path in RECORDS if path.parts[-4] in SHARED], ids=name)
def test_committed_runs_under_shared_protocols_are_scored_on_both_usages(path: Path) -> None:
    record = json.loads(path.read_text())
    assert {usage: subsets["all"]["n"] for usage, subsets in record["scores"].items()} == {
        "PublicTest": 3589,
        "PrivateTest": 3589,
    }
    assert record["scores"]["PrivateTest"]["duplicate_free"]["n"] == 3275


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_committed_runs_are_clean_where_their_protocol_is_honest_and_only_there(path: Path) -> None:
    clean = LeakAudit.model_validate(json.loads(path.read_text())["leak_audit"]).clean
    assert clean == (path.parts[-4] in {"honest", "split_first"})


@pytest.fixture(scope="module")
def committed() -> Committed:
    records = {name(path): json.loads(path.read_text()) for path in RECORDS}
    predictions = {name(path): partial(pd.read_parquet, path.with_name("predictions.parquet")) for path in RECORDS}
    return records, predictions


def test_results_page_is_generated_from_what_is_committed(committed: Committed) -> None:
    people = {"human_baseline": json.loads((PROJECT / "docs" / "results" / "human_baseline.json").read_text())}
    speeds = {
        path.stem: json.loads(path.read_text()) for path in (PROJECT / "docs" / "results").glob("bench_recipes.json")
    }
    pages = [yaml.safe_load(path.read_text())["recipes"] for path in (CONF / "parameters_recipes").glob("*.yml")]
    recipes = {name: recipe for page in pages for name, recipe in page.items()}
    page = results_page(*committed, recipes, people, speeds)
    assert (PROJECT / "docs" / "results.md").read_text() == page, OLD


def test_leak_demo_is_generated_from_what_is_committed(committed: Committed) -> None:
    assert (PROJECT / "docs" / "explanation" / "leak-demo.md").read_text() == leak_page(*committed), OLD


def test_picture_of_the_leak_demo_is_drawn_from_what_is_committed(committed: Committed) -> None:
    drawn = io.BytesIO()
    draw_leak_demo(*committed).savefig(drawn)
    shown, made = (np.asarray(Image.open(png).convert("L"), int) for png in (PICTURE, drawn))
    assert shown.shape == made.shape, OLD
    # Another release of FreeType may smooth letters otherwise.
    assert np.abs(shown - made).mean() < 1, OLD


def test_committed_human_baseline_is_of_the_faces_that_the_runs_are_on() -> None:
    people = json.loads((PROJECT / "docs" / "results" / "human_baseline.json").read_text())
    assert people["data"] == {"source": "fer2013", "digest": "07df9bc58694e5fd"}
    assert people["n"] == 3589
