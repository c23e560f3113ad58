"""Run records and predictions with the numbers that a test wants."""

from typing import Any

import numpy as np
import pandas as pd

from fer_kedro.faces import EMOTIONS

LEAKS = {
    "test_faces": 100,
    "test_faces_with_sibling_in_training": 19,
    "test_faces_with_sibling_in_validation": 0,
    "validation_faces": 100,
    "validation_faces_with_sibling_in_training": 0,
    "generated_evaluation_faces": 0,
}
CLEAN = LEAKS | {"test_faces_with_sibling_in_training": 0}


def scores(accuracy: float, classes: int, n: int = 3589) -> dict[str, Any]:
    per_class = {
        name: {"precision": 0.5, "recall": 0.5, "f1": 0.1 * code, "support": 10}
        for code, name in enumerate(EMOTIONS[:classes])
    }
    return {
        "n": n, "accuracy": accuracy, "accuracy_low": accuracy - 0.05, "accuracy_high": accuracy + 0.05,
        "interval": "wilson",
        "balanced_accuracy": 0.4, "macro_f1": 0.3, "majority_accuracy": 0.25, "per_class": per_class,
    }  # fmt: skip


def scored(
    run: str, accuracy: float, classes: int = 7, source: str = "fer2013", n: int = 3589, **changes: Any
) -> dict[str, Any]:
    """The record of a run that scored PrivateTest."""
    protocol, recipe = run.split(".")
    return {
        "run": run, "protocol": protocol, "recipe": recipe, "report": "a_report", "description": "Tiny",
        "reported": {"accuracy": 0.58, "measured_on": "test folder", "classes": None},
        "data": {"source": source, "digest": "ab12"}, "leak_audit": CLEAN,
        "best_epoch": 3, "epochs_run": 5, "seconds_per_epoch": 2.0, "cpu_seconds": 20.0, "parameters": 12_345,
        "precision": "float32", "backend": "tensorflow", "threads": 2, "seed": 0, "commit": "0123456789ab",
        "versions": {},
        "scores": {"PrivateTest": {"all": scores(accuracy, classes, n)}},
    } | changes  # fmt: skip


def own_test(run: str, accuracy: float, classes: int = 7, **changes: Any) -> dict[str, Any]:
    """The record of a run whose protocol has a test set of its own, of which 97 % leaked."""
    audit = LEAKS | {"test_faces_with_sibling_in_training": 97}
    facts = {"test_set": "20% of all copies", "scores": {"test": {"all": scores(accuracy, classes, 7178)}}}
    return scored(run, accuracy, **facts, leak_audit=audit) | changes


def guesses(right: list[bool], ids: list[str] | None = None) -> pd.DataFrame:
    """Predictions of PrivateTest faces of class 0, right or not."""
    sure = np.array([[0.2, 0.8], [0.9, 0.1]])[np.array(right, int)]
    return pd.DataFrame(
        {
            "face_id": ids or [str(k) for k in range(len(right))], "usage": "PrivateTest", "part": "test",
            "group": ids or range(len(right)), "duplicate_free": True, "emotion": 0,
            "p_angry": sure[:, 0], "p_happy": sure[:, 1], "model_id": "m",
        }
    )  # fmt: skip


HUMAN = {
    "human_baseline": {
        "set": "PrivateTest",
        "n": 3589,
        "random_tagger": {"accuracy": 0.5556, "accuracy_low": 0.5463, "accuracy_high": 0.5649},
        "plurality": {"accuracy": 0.6339, "accuracy_low": 0.6184, "accuracy_high": 0.6493},
        "without_a_vote": 0.1624,
    }
}
"""What is stored of people's agreement with FER-2013."""
