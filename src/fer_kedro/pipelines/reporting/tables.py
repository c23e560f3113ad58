"""The tables: one run's classification report, and the comparison of all runs."""

from typing import Any

import numpy as np
import pandas as pd

from fer_kedro.evaluation import score
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST
from fer_kedro.pipelines.reporting.layout import is_fer2013, test_set
from fer_kedro.protocols.audit import LeakAudit

COMPARABLE = ["data", "test_set", "classes"]


def classification_report(predictions: pd.DataFrame) -> pd.DataFrame:
    """Tabulate PrivateTest: a row per class, then accuracy and averages.

    Returns
    -------
    DataFrame
        `name`, `precision`, `recall`, `f1`, `support`. Accuracy is all three at once (the micro average);
        balanced accuracy is a mean recall and has no other column.
    """
    scores = score(predictions[predictions["usage"] == PRIVATE_TEST])
    classes = pd.DataFrame.from_dict(dict(scores["per_class"]), orient="index")
    shares = classes[["precision", "recall", "f1"]]
    averages = pd.DataFrame(
        {
            "accuracy": [scores["accuracy"]] * 3,
            "macro average": shares.mean(),
            "weighted average": np.average(shares, axis=0, weights=classes["support"]),
            "balanced accuracy": [np.nan, scores["balanced_accuracy"], np.nan],
        },
        index=shares.columns,
    ).T.assign(support=scores["n"])
    return pd.concat([classes, averages]).rename_axis("name").reset_index()


def comparison_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Compare runs: a row each, the most accurate first, and runs that can't be compared kept apart.

    Different sources, test faces (`test_set`) and numbers of classes form blocks of their own, real data and the
    official split first. A run whose audit found a leak stands below the clean runs of its block and has no rank.
    What a report claims is missing where the faces are not FER-2013's, since it was measured on those.
    """
    table = pd.DataFrame([_row(record) for record in records], columns=_COLUMNS)
    order = {
        "demo": True,
        "data": True,
        "test_set": True,
        "classes": False,
        "clean": False,
        "private_accuracy": False,
        "run": True,
    }
    table = table.assign(demo=table["data"] == "demo").sort_values(
        list(order), ascending=list(order.values()), ignore_index=True
    )
    clean = table[table["clean"].astype(bool)]
    table["rank"] = clean.groupby(COMPARABLE)["private_accuracy"].rank(ascending=False, method="min")
    return table.astype({"rank": "Int64"}).drop(columns="demo")


_COLUMNS = [
    "rank", "run", "recipe", "protocol", "data", "test_set", "classes", "reported_accuracy", "public_accuracy",
    "private_accuracy", "private_low", "private_high",
    "duplicate_free_accuracy", "duplicate_free_low", "duplicate_free_high",
    "macro_f1", "balanced_accuracy", "best_class", "best_f1", "worst_class", "worst_f1",
    "majority_accuracy", "clean", "test_faces_with_sibling_in_training",
    "parameters", "seconds_per_epoch", "epochs",
]  # fmt: skip


def _row(record: dict[str, Any]) -> dict[str, Any]:
    private = record["scores"][PRIVATE_TEST]
    every, unique = private["all"], private.get("duplicate_free", {})
    f1 = {name: one["f1"] for name, one in every["per_class"].items()}
    audit = LeakAudit.model_validate(record["leak_audit"])
    best, worst = max(f1, key=f1.__getitem__), min(f1, key=f1.__getitem__)
    return {
        "run": record["run"],
        "recipe": record["recipe"],
        "protocol": record["protocol"],
        "data": record["data"]["source"],
        "test_set": test_set(record["data"]),
        "classes": len(f1),
        "reported_accuracy": record["reported"]["accuracy"] if is_fer2013(record["data"]["source"]) else None,
        "public_accuracy": record["scores"].get(PUBLIC_TEST, {}).get("all", {}).get("accuracy"),
        "private_accuracy": every["accuracy"],
        "private_low": every["accuracy_low"],
        "private_high": every["accuracy_high"],
        "duplicate_free_accuracy": unique.get("accuracy"),
        "duplicate_free_low": unique.get("accuracy_low"),
        "duplicate_free_high": unique.get("accuracy_high"),
        "macro_f1": every["macro_f1"],
        "balanced_accuracy": every["balanced_accuracy"],
        "best_class": best,
        "best_f1": f1[best],
        "worst_class": worst,
        "worst_f1": f1[worst],
        "majority_accuracy": every["majority_accuracy"],
        "clean": audit.clean,
        "test_faces_with_sibling_in_training": audit.test_faces_with_sibling_in_training,
        "parameters": record["parameters"],
        "seconds_per_epoch": record["seconds_per_epoch"],
        "epochs": record["epochs_run"],
    }
