"""The results that the docs quote follow from the predictions that are committed beside them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from project_copy import PROJECT

from fer_kedro.evaluation import score_predictions
from fer_kedro.pipelines.reporting.results import results_page

RECORDS = sorted((PROJECT / "docs" / "results").glob("*/*/run_record.json"))


def test_there_are_results() -> None:
    assert {record.parent.name for record in RECORDS} >= {"goldstein_cnn", "hejslet_light"}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.parent.name)
def test_scores_follow_from_the_committed_predictions(path: Path) -> None:
    record = json.loads(path.read_text())
    again = score_predictions(pd.read_parquet(path.with_name("predictions.parquet")))
    for usage, subsets in record["scores"].items():
        for subset, scores in subsets.items():
            found = again[usage][subset]
            assert found["n"] == scores["n"]
            # Half precision may turn a tie or two.
            assert found["correct"] == pytest.approx(scores["correct"], abs=2)
            assert found["log_loss"] == pytest.approx(scores["log_loss"], rel=1e-2)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.parent.name)
def test_committed_runs_are_on_the_real_faces_from_a_known_commit_and_clean(path: Path) -> None:
    record = json.loads(path.read_text())
    assert {"split": "official"} | record["data"] == {
        "source": "fer2013",
        "digest": "07df9bc58694e5fd",
        "split": "official",
    }
    assert len(record["commit"]) == 12
    assert record["leak_audit"]["test_faces_with_sibling_in_training"] == 0
    assert {usage: subsets["all"]["n"] for usage, subsets in record["scores"].items()} == {
        "PublicTest": 3589,
        "PrivateTest": 3589,
    }
    assert record["scores"]["PrivateTest"]["duplicate_free"]["n"] == 3275


def test_results_page_is_generated_from_the_committed_records() -> None:
    page = results_page({str(path): json.loads(path.read_text()) for path in RECORDS})
    assert (PROJECT / "docs" / "results.md").read_text() == page
