"""What is written down of a search, published and shown on the docs' page."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from stand_in_search import BASE, StandIn, a_search, some_faces

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.learning import precision
from fer_kedro.pipelines.kfold_search import create_pipeline, create_publish_pipeline, nodes
from fer_kedro.pipelines.reporting.nodes import searches_page
from fer_kedro.search.decisions import Search

COPIES_PARTED = {"name": "as_reported", "on_leak": "record", "drop_training_copies": False}
COMMAND = "kedro run --pipelines=all_searches --namespaces=kfold_search.mine"
WHERE = {"commit": "abc123", "machine": "a quick one", "threads": 8}
MEANS = [0.5, 0.51, 0.52, 0.4, 0.41, 0.42, 0.3, 0.31, 0.32]


def record_of(trials: pd.DataFrame, search: Search, faces: Faces, executor: Any = None) -> dict[str, Any]:
    return nodes.search_record(
        trials=trials,
        configurations=nodes.compare_configurations(trials, search),
        pruning_comparison=nodes.compare_pruning(trials, search, BASE),
        search=search,
        faces=faces,
        executor=executor or StandIn(),
        environment=WHERE,
    )


@pytest.fixture
def faces() -> Faces:
    """Enough for three folds."""
    return some_faces()


@pytest.fixture
def demo(faces: Faces) -> Faces:
    return replace(faces, provenance=replace(faces.provenance, source="demo"))


@pytest.fixture
def grid() -> Search:
    return a_search(sampler="grid", trials=None, folds={"count": 3}, reported=MEANS, chosen=["Everything."])


@pytest.fixture
def trials(grid: Search, table: Any) -> pd.DataFrame:
    return table(grid, [[mean - 0.03 + 0.001 * number, mean, mean + 0.01] for number, mean in enumerate(MEANS)])


def test_record_is_plain_json_of_both_tables_and_of_where_it_was_run(
    trials: pd.DataFrame, grid: Search, faces: Faces
) -> None:
    record = record_of(trials, grid, faces)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert len(record["configurations"]) == 9
    assert record["configurations"][0]["p_holm"] is None
    assert len(record["pruning_compared"]) == 5
    assert record["threads_a_worker"] == 1
    by_choice = {(row["dimension"], row["choice"]): row["mean"] for row in record["first_fold_by_choice"]}
    first = trials[trials["model.kernel"] == 3]["fold_1"]
    assert by_choice["model.kernel", 3] == pytest.approx(first.mean())
    assert len(by_choice) == 6
    assert record["machine"] == "a quick one"


def test_record_tells_what_ran_it(
    trials: pd.DataFrame, grid: Search, faces: Faces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "resolve_precision", lambda asked: f"what {asked} is here")
    cluster = SimpleNamespace(threads=2, address="tcp://127.0.0.1:8786")
    told = [record_of(trials, grid, faces, executor) for executor in (StandIn(), cluster)]
    assert [record["executor"] for record in told] == ["processes of this machine", "a Dask cluster"]
    assert told[0]["precision"] == "what auto is here"
    first, second = (searches_page({"any": record}) for record in told)
    assert (
        "Commit `abc123`, a quick one, run by processes of this machine, threads a worker: 1, tensorflow, "
        f"`auto` precision: what auto is here. Again: `{COMMAND}`.\n"
    ) in first
    assert "a quick one, run by a Dask cluster, threads a worker: 2, tensorflow, `auto` precision" in second
    assert f"Again: `{COMMAND} --params=threads=2`.\n" in second


def test_audit_of_plain_folds_is_recorded_and_marks_the_search_as_leaky(table: Any, faces: Faces) -> None:
    """The first four training faces are copies of each other, and no plain fold holds them all."""
    copies = faces.with_columns(group=np.where(np.arange(len(faces)) < 4, 1000, faces.groups))
    plain = a_search(sampler="grid", trials=1, folds={"count": 3, "by": "face"}, protocol=COPIES_PARTED)
    grouped = plain.model_copy(update={"folds": a_search().folds})
    leaky, clean = (record_of(table(plain, [[0.5] * 3]), search, copies) for search in (plain, grouped))
    assert leaky["leak_audit"] == {"validation_faces": 60, "validation_faces_with_sibling_in_training": 4}
    assert clean["leak_audit"] == {"validation_faces": 60, "validation_faces_with_sibling_in_training": 0}
    leaky_page, clean_page = (searches_page({"any": record}) for record in (leaky, clean))
    marked = "Leak audit: **LEAKY**, 4 of 60 validation faces have a sibling in training.\n"
    assert f"of the protocol 'as_reported'. {marked}" in leaky_page
    assert "of the protocol 'as_reported'. Leak audit: clean.\n" in clean_page


def test_page_says_nothing_that_an_older_record_does_not_know(trials: pd.DataFrame, grid: Search, faces: Faces) -> None:
    record = record_of(trials, grid, faces)
    older = {
        key: value for key, value in record.items() if key not in {"leak_audit", "executor", "backend", "precision"}
    }
    page = searches_page({"any": older})
    assert "Leak audit" not in page
    assert f"Commit `abc123`, a quick one, threads a worker: 1. Again: `{COMMAND}`.\n" in page


def test_published_are_searches_on_real_faces_only(
    trials: pd.DataFrame, grid: Search, faces: Faces, demo: Faces
) -> None:
    record = record_of(trials, grid, faces)
    assert nodes.publish_search(trials, record) == (trials, record)
    with pytest.raises(InputError, match="mine was run on demo faces"):
        nodes.publish_search(trials, record_of(trials, grid, demo))


def test_page_shows_our_means_beside_the_reported_ones(trials: pd.DataFrame, grid: Search, faces: Faces) -> None:
    page = searches_page({"any": record_of(trials, grid, faces)})
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    best = trials.loc[trials["mean"].idxmax()]
    accuracy = f"{100 * best['mean']:.1f}\u00a0%\u00a0±\u00a0{100 * best['sd']:.1f}"
    assert rows[0] == "| kernel | epochs | accuracy | p | reported, rank |"
    assert rows[2].endswith(f"| {accuracy} | – | 52.0\u00a0%, 1 |")
    assert "Spearman's rank correlation with the report's means over 9 configurations: 1.00" in page
    assert "3 grouped, stratified folds of all faces" in page
    assert "9 configurations complete, 0 pruned, 0 failed; 27 of 27 folds run, 540 CPU seconds." in page
    assert "Beyond `fit`: 20.0% of the tasks' time, the workers' start not included." in page
    assert "× less" in page
    assert "- Everything.\n" in page


def test_page_says_where_ours_saw_fewer_faces_than_the_report(trials: pd.DataFrame, grid: Search, faces: Faces) -> None:
    record = record_of(trials, grid, faces)
    assert "Ours saw" not in searches_page({"any": record})
    few = record | {"folds": record["folds"] | {"share": 0.1}}
    assert "stands at rank 1 here. Ours saw 10% of the faces.\n" in searches_page({"any": few})


def test_page_names_the_share_of_the_faces_and_what_pruning_saved(faces: Faces, table: Any) -> None:
    pruning = a_search(
        sampler="grid", trials=None, folds={"count": 3, "share": 0.5, "by": "face"}, pruning={"kind": "halving"}
    )
    made = table(pruning, [[0.5, 0.5, 0.5], *[[0.4]] * 8], cpu_seconds=[120.0, *[20.0] * 8])
    page = searches_page({"any": record_of(made, pruning, faces)})
    assert "3 plain shuffled folds of **50% of the faces**" in page
    assert "11 of 27 folds run" in page
    assert "2.5 times fewer folds and an estimated 2.1 times less compute than the full grid" in page
    assert f"Again: `{COMMAND} --params=share=0.5`.\n" in page
    assert "Spearman" not in page


def test_page_without_searches_says_so() -> None:
    assert "No search has been published yet." in searches_page({})


def test_search_and_its_publication_stand_in_its_namespace() -> None:
    search = create_pipeline("mine", "tiny")
    assert {node.namespace for node in search.nodes} == {"kfold_search.mine"}
    assert search.inputs() >= {"faces", "search_executor", "params:searches.mine", "params:recipes.tiny"}
    assert "kfold_search.mine.searched_recipe" in search.outputs()
    published = create_publish_pipeline(["mine", "yours"])
    assert {node.name for node in published.nodes} == {"kfold_search.mine.publish", "kfold_search.yours.publish"}
