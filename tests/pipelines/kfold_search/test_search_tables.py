"""Configurations beside each other and the report, and the record of a search."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from stand_in_search import a_search

from fer_kedro.evaluation.cross_validation import corrected_resampled_t_test
from fer_kedro.faces import Faces
from fer_kedro.pipelines.kfold_search.summary import compute_record, search_summary
from fer_kedro.pipelines.kfold_search.tables import compare_configurations
from fer_kedro.search.decisions import Search

Table = Callable[..., pd.DataFrame]
REPORTED = [0.50, 0.52, 0.51, 0.60, 0.56, 0.55, 0.53, 0.54, 0.50]
GRID = a_search(sampler="grid", trials=None)
CLAIMED = a_search(sampler="grid", trials=None, reported=REPORTED)
SCORES = [[0.5, 0.52, 0.54], [0.6, 0.62, 0.63], [0.58, 0.62, 0.61], [0.5, 0.52, 0.54]]


def test_best_comes_first_and_equals_share_a_rank(table: Table) -> None:
    found = compare_configurations(table(GRID, SCORES), GRID)
    assert found["number"].tolist() == [1, 2, 0, 3]
    assert found["rank"].tolist() == [1, 2, 3, 3]
    assert found["model.kernel"].tolist() == [3, 3, 3, 5]
    assert found["behind"].tolist() == pytest.approx([0, 0.04 / 3, 0.29 / 3, 0.29 / 3])


def test_best_is_tested_against_each_other_with_holms_correction(table: Table) -> None:
    found = compare_configurations(table(GRID, SCORES), GRID)
    close, far = (corrected_resampled_t_test(SCORES[1], SCORES[other]).p_value for other in (2, 0))
    assert found["p_value"].tolist() == pytest.approx([np.nan, close, far, far], nan_ok=True)
    assert found["p_holm"].tolist() == pytest.approx([np.nan, max(close, 3 * far), 3 * far, 3 * far], nan_ok=True)


def test_pruned_and_failed_configurations_are_not_ranked(table: Table) -> None:
    made = table(GRID, [*SCORES, [0.9]], state=["COMPLETE", "FAIL", "COMPLETE", "COMPLETE", "PRUNED"])
    assert compare_configurations(made, GRID)["number"].tolist() == [2, 0, 3]


def test_reported_means_stand_beside_ours_with_their_ranks(table: Table) -> None:
    found = compare_configurations(table(CLAIMED, SCORES), CLAIMED).set_index("number")
    assert found["reported"].to_dict() == {0: 0.50, 1: 0.52, 2: 0.51, 3: 0.60}
    assert found["reported_rank"].to_dict() == {3: 1, 1: 2, 2: 3, 0: 4}
    assert found["difference"][0] == pytest.approx(0.52 - 0.50)


def test_search_without_a_report_has_no_columns_of_it(table: Table) -> None:
    assert not {"reported", "reported_rank", "difference"} & set(compare_configurations(table(GRID, SCORES), GRID))


@pytest.mark.parametrize(("scores", "rows"), [([], 0), ([[0.5]], 0), ([[0.5, 0.6, 0.7]], 1)])
def test_few_configurations_are_compared_too(scores: list[list[float]], rows: int, table: Table, faces: Faces) -> None:
    made = table(CLAIMED, scores or [[]], state=["COMPLETE" if rows else "PRUNED"])
    found = compare_configurations(made, CLAIMED)
    assert len(found) == rows
    assert found["p_value"].isna().all()
    record = search_summary(made, CLAIMED, faces)
    assert (record["best"] is None) == (rows == 0)
    assert record["agreement_with_report"] is None


def test_record_is_plain_json(search: Search, trials: pd.DataFrame, faces: Faces) -> None:
    record = search_summary(trials, search, faces)
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_record_tells_of_the_best_and_counts_the_rest(pruning: Search, pruned: pd.DataFrame, faces: Faces) -> None:
    record = search_summary(pruned, pruning, faces)
    best = pruned[pruned["state"] == "COMPLETE"].sort_values("mean").iloc[-1]
    assert record["best"]["trial"] == best["number"]
    assert record["best"]["mean_accuracy"] == pytest.approx(best["mean"])
    assert record["best"]["accuracies"] == best[["fold_1", "fold_2", "fold_3"]].tolist()
    assert record["best"]["parameters"]["model.kernel"] == best["model.kernel"]
    assert record["trials"] == {
        "planned": 12,
        "complete": (pruned["state"] == "COMPLETE").sum(),
        "pruned": (pruned["state"] == "PRUNED").sum(),
        "failed": 1,
    }
    assert record["data"]["source"] == "fer2013"


def test_record_names_what_the_best_is_significantly_better_than(table: Table, faces: Faces) -> None:
    scores = [[0.60, 0.61, 0.62], [0.59, 0.62, 0.60], [0.50, 0.51, 0.5201]]
    compared = search_summary(table(GRID, scores), GRID, faces)["compared_with_best"]
    assert compared["significantly_worse"] == [2]
    assert compared["not_significantly_worse"] == [1]


def test_agreement_with_the_report_is_spearmans(table: Table, faces: Faces) -> None:
    found = search_summary(table(CLAIMED, SCORES), CLAIMED, faces)["agreement_with_report"]
    expected = spearmanr([np.mean(folds) for folds in SCORES], REPORTED[:4])
    assert (found["spearman"], found["p_value"]) == pytest.approx((expected.statistic, expected.pvalue))
    assert found["configurations"] == 4
    assert found["rank_of_the_reports_best"] == 3


def test_opposite_order_disagrees_perfectly(table: Table, faces: Faces) -> None:
    scores = [[1 - mean, 1 - mean, 1 - mean] for mean in REPORTED]
    found = search_summary(table(CLAIMED, scores), CLAIMED, faces)["agreement_with_report"]
    assert found["spearman"] == pytest.approx(-1)
    assert found["rank_of_the_reports_best"] == 9


def test_compute_that_pruning_saved_is_estimated_from_each_trials_own_folds(table: Table) -> None:
    """Of nine folds, two are left out at 30 CPU seconds each and one at 12.5, beside 90 + 30 + 25 that were spent."""
    made = table(GRID, [[0.5] * 3, [0.4], [0.4, 0.4]], cpu_seconds=[90.0, 30.0, 25.0])
    found = compute_record(made, folds=3)
    assert (found["folds_run"], found["folds_possible"], found["folds_saved_by_pruning"]) == (6, 9, 3)
    assert found["share_of_folds_saved"] == pytest.approx(1 / 3)
    assert found["cpu_seconds"] == 145
    assert found["cpu_seconds_saved_at_each_trials_mean"] == pytest.approx(72.5)
    assert found["share_of_cpu_seconds_saved_at_each_trials_mean"] == pytest.approx(72.5 / 217.5)


def test_folds_that_a_failure_cut_off_were_not_saved(table: Table) -> None:
    found = compute_record(table(GRID, [[0.5] * 3, [0.4]], state=["COMPLETE", "FAIL"]), folds=3)
    assert found["folds_saved_by_pruning"] == 0
    assert found["cpu_seconds_saved_at_each_trials_mean"] == 0


def test_overhead_is_what_was_not_spent_in_epochs(table: Table) -> None:
    made = table(GRID, [[0.5] * 3] * 2, seconds=[10.0, 30.0], fit_seconds=[9.0, 21.0])
    assert compute_record(made, folds=3)["overhead_share"] == pytest.approx(0.25)
