"""What a search found and what it took, as one record."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from fer_kedro.faces import Faces
from fer_kedro.pipelines.kfold_search.configurations import complete_trials, configuration
from fer_kedro.pipelines.kfold_search.tables import compare_configurations
from fer_kedro.protocols.audit import LeakAudit
from fer_kedro.search.decisions import Search
from fer_kedro.search.monitor import COMPLETE, FAILED, PRUNED

LEVEL = 0.05
LEAST_RANKED = 3
AUDITED = ("validation_faces", "validation_faces_with_sibling_in_training")
STATES = {"complete": COMPLETE, "pruned": PRUNED, "failed": FAILED}


def search_summary(trials: pd.DataFrame, search: Search, faces: Faces) -> dict[str, Any]:
    """Summarise a search as plain JSON.

    Returns
    -------
    dict
        The search's name and decisions in short; `data`, whose faces it saw; `trials` by state; `best`, the complete
        configuration of the highest mean accuracy; `compared_with_best`, which trials are significantly worse;
        `agreement_with_report`, how far our ranking is the report's; and `compute`, what was spent and what pruning
        saved. What there is none of is `None`.
    """
    states, table = trials["state"].value_counts(), compare_configurations(trials, search)
    source = faces.provenance
    return {
        "search": search.name,
        "recipe": search.recipe,
        "report": search.report,
        "data": {"source": source.source, "digest": source.digest, "split": source.split},
        "sampler": search.sampler,
        "folds": search.folds.model_dump(mode="json"),
        "pruning": search.pruning.kind,
        "trials": {"planned": search.count, **{word: int(states.get(state, 0)) for word, state in STATES.items()}},
        "best": _best(trials, search),
        "compared_with_best": _compared(table),
        "agreement_with_report": _agreement(table),
        "compute": compute_record(trials, search.folds.count),
    }


def compute_record(trials: pd.DataFrame, folds: int) -> dict[str, Any]:
    """Tell what was spent on trials of so many folds, and what pruning saved.

    A fold that a pruned trial did not run would have taken as long as its others did in the mean: CPU seconds that
    were saved are an estimate. The overhead is the share of the tasks' time that was not spent in training epochs; the
    workers' own start, TensorFlow's import, is no task's.
    """
    pruned = trials[trials["state"] == PRUNED]
    left_out = folds - pruned["folds_run"]
    spent = float(trials["cpu_seconds"].sum())
    saved = float((left_out * pruned["cpu_seconds"] / pruned["folds_run"]).sum())
    seconds = float(trials["seconds"].sum())
    return {
        "folds_run": int(trials["folds_run"].sum()),
        "folds_possible": folds * len(trials),
        "folds_saved_by_pruning": int(left_out.sum()),
        "share_of_folds_saved": _share(int(left_out.sum()), folds * len(trials)),
        "cpu_seconds": spent,
        "cpu_seconds_saved_at_each_trials_mean": saved,
        "share_of_cpu_seconds_saved_at_each_trials_mean": _share(saved, spent + saved),
        "seconds": seconds,
        "overhead_share": _share(seconds - float(trials["fit_seconds"].sum()), seconds),
    }


def sum_audits(folds: Iterable[LeakAudit]) -> dict[str, int]:
    """Count over all folds the faces that are scored, and those of them that have a sibling among the fitted ones."""
    audits = list(folds)
    return {name: sum(getattr(audit, name) for audit in audits) for name in AUDITED}


def _best(trials: pd.DataFrame, search: Search) -> dict[str, Any] | None:
    for row in complete_trials(trials).head(1).to_dict("records"):
        return {
            "trial": int(row["number"]),
            "parameters": configuration(row, search),
            "mean_accuracy": float(row["mean"]),
            "sd_accuracy": float(row["sd"]),
            "accuracies": [float(row[f"fold_{fold}"]) for fold in range(1, search.folds.count + 1)],
        }
    return None


def _compared(table: pd.DataFrame) -> dict[str, Any]:
    worse = table["p_holm"] < LEVEL
    return {
        "test": "corrected resampled t-test on the same folds, Holm",
        "level": LEVEL,
        "significantly_worse": table.loc[worse, "number"].tolist(),
        "not_significantly_worse": table.loc[table["p_holm"] >= LEVEL, "number"].tolist(),
    }


def _agreement(table: pd.DataFrame) -> dict[str, Any] | None:
    """Spearman's rank correlation of our means with the report's."""
    from scipy.stats import spearmanr

    if "reported" not in table:
        return None
    both = table.dropna(subset="reported")
    if len(both) < LEAST_RANKED or both["mean"].nunique() < 2 or both["reported"].nunique() < 2:
        return None
    found = spearmanr(both["mean"], both["reported"])
    return {
        "configurations": len(both),
        "spearman": float(found.statistic),
        "p_value": float(found.pvalue),
        "mean_difference": float(both["difference"].mean()),
        "rank_of_the_reports_best": int(both.sort_values("reported_rank", kind="stable")["rank"].iloc[0]),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
