"""The comparison of all runs, a row each."""

from typing import Any

import pandas as pd

from fer_kedro.evaluation import scored_set
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST
from fer_kedro.pipelines.reporting.layout import NO_WEIGHTS, OFFICIAL, is_fer2013, run_id, test_name, test_set
from fer_kedro.protocols.audit import LeakAudit

COMPARABLE = ["data", "test_set", "classes"]
COLUMNS = [
    "rank", "id", "run", "recipe", "protocol", "seed", "data", "data_set", "scored", "faces", "test_set", "classes",
    "reported_accuracy", "reported_classes", "accuracy", "low", "high",
    "duplicate_free_accuracy", "duplicate_free_low", "duplicate_free_high", "public_accuracy",
    "macro_f1", "balanced_accuracy", "best_class", "best_f1", "worst_class", "worst_f1", "majority_accuracy",
    "clean", "test_faces_with_sibling_in_training", "leaky_share", "selected_on_test",
    "parameters", "flops", "epochs", "seconds_per_epoch", "cpu_seconds", "weights", "remark",
]  # fmt: skip


def comparison_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Compare runs: a row each, the most accurate first, and runs that can't be compared kept apart.

    Different sources, test faces (`test_set`) and numbers of classes form blocks of their own, real data and the
    official split first. A run whose audit found a leak stands below the clean runs of its block and has no rank;
    nor has one that was scored on a test set of its protocol's own. Runs with equal `data_set` were made from the
    same faces. What a report claims is missing where the faces are not FER-2013's, since it was measured on those.
    """
    official = {record["data"]["digest"] for record in records if test_set(record) == OFFICIAL}
    table = pd.DataFrame([_row(record, official) for record in records], columns=COLUMNS)
    order = {
        "demo": True,
        "data": True,
        "own": True,
        "test_set": True,
        "classes": False,
        "clean": False,
        "accuracy": False,
        "id": True,
    }
    table = table.assign(demo=table["data"] == "demo", own=table["scored"] != PRIVATE_TEST).sort_values(
        list(order), ascending=list(order.values()), ignore_index=True
    )
    ranked = table[table["clean"].astype(bool) & ~table["own"]]
    table["rank"] = ranked.groupby(COMPARABLE)["accuracy"].rank(ascending=False, method="min")
    return table.astype({"rank": "Int64"}).drop(columns=["demo", "own"])


def _row(record: dict[str, Any], official: set[str]) -> dict[str, Any]:
    scored, audit = scored_set(record), LeakAudit.model_validate(record["leak_audit"])
    every, unique = record["scores"][scored]["all"], record["scores"][scored].get("duplicate_free", {})
    data = record["data"]
    costs = ("parameters", "flops", "seconds_per_epoch", "cpu_seconds", "weights")
    return {
        "id": run_id(record),
        "run": record["run"],
        "recipe": record["recipe"],
        "protocol": record["protocol"],
        "seed": record["seed"],
        "data": data["source"],
        "data_set": OFFICIAL if data["digest"] in official else f"digest {data['digest']}",
        "scored": test_name(record),
        "faces": every["n"],
        "test_set": test_set(record),
        "classes": len(every["per_class"]),
        **_claim(record),
        "accuracy": every["accuracy"],
        "low": every["accuracy_low"],
        "high": every["accuracy_high"],
        "duplicate_free_accuracy": unique.get("accuracy"),
        "duplicate_free_low": unique.get("accuracy_low"),
        "duplicate_free_high": unique.get("accuracy_high"),
        "public_accuracy": record["scores"].get(PUBLIC_TEST, {}).get("all", {}).get("accuracy"),
        **{name: every[name] for name in ("macro_f1", "balanced_accuracy", "majority_accuracy")},
        **_extremes({name: one["f1"] for name, one in every["per_class"].items()}),
        "clean": audit.clean,
        "test_faces_with_sibling_in_training": audit.test_faces_with_sibling_in_training,
        "leaky_share": audit.test_share_with_sibling_in_training,
        "selected_on_test": audit.selected_on_test,
        **{name: record.get(name) for name in costs},
        "epochs": record["epochs_run"],
        "remark": " ".join(record.get("notes", [])) or None if record.get("weights") == NO_WEIGHTS else None,
    }


def _claim(record: dict[str, Any]) -> dict[str, Any]:
    claim = record["reported"] if is_fer2013(record["data"]["source"]) else {}
    return {"reported_accuracy": claim.get("accuracy"), "reported_classes": claim.get("classes")}


def _extremes(f1: dict[str, float]) -> dict[str, Any]:
    best, worst = max(f1, key=f1.__getitem__), min(f1, key=f1.__getitem__)
    return {"best_class": best, "best_f1": f1[best], "worst_class": worst, "worst_f1": f1[worst]}
