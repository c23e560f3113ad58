"""Nodes of reporting: one run's section, and the comparison of all runs."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from fer_kedro.errors import InputError
from fer_kedro.evaluation import human_baseline
from fer_kedro.pipelines.reporting.classification import classification_report
from fer_kedro.pipelines.reporting.comparison import draw_comparison
from fer_kedro.pipelines.reporting.figures import (
    draw_confusion_matrix,
    draw_per_class_f1,
    draw_training_curves,
)
from fer_kedro.pipelines.reporting.gallery import draw_confident_mistakes
from fer_kedro.pipelines.reporting.layout import run_id, test_name
from fer_kedro.pipelines.reporting.leak_figure import draw_leak_demo
from fer_kedro.pipelines.reporting.leak_page import leak_page
from fer_kedro.pipelines.reporting.page import render_section, report_page
from fer_kedro.pipelines.reporting.pairs import compare_pairs
from fer_kedro.pipelines.reporting.recipe_table import recipe_table
from fer_kedro.pipelines.reporting.results import results_page
from fer_kedro.pipelines.reporting.searches_page import searches_page
from fer_kedro.pipelines.reporting.tables import comparison_table

__all__ = [
    "classification_report",
    "compare",
    "compare_pairs",
    "draw_comparison",
    "draw_confident_mistakes",
    "draw_confusion_matrix",
    "draw_leak_demo",
    "draw_per_class_f1",
    "draw_training_curves",
    "gather_sections",
    "human_baseline",
    "leak_page",
    "publish",
    "recipe_table",
    "report_page",
    "report_section",
    "results_page",
    "searches_page",
]

Sections = dict[str, dict[str, Any]]


def report_section(
    *,
    run_record: dict[str, Any],
    classification_report: pd.DataFrame,
    confusion_matrix: Figure | bytes,
    per_class_f1: Figure | bytes,
    training_curves: Figure | bytes,
    confident_mistakes: Figure | bytes,
) -> dict[str, Any]:
    """Join all that is shown of one run: its `record`, and an `html` fragment with its figures and tables."""
    run = run_record["run"]
    pictures = {
        "confusion_matrix": (
            confusion_matrix,
            f"Confusion matrix of {run}: counts and shares of the true class",
        ),
        "per_class_f1": (per_class_f1, f"Precision, recall and F1 of {run} by class"),
        "training_curves": (training_curves, f"Loss and accuracy of {run} by epoch"),
        "confident_mistakes": (
            confident_mistakes,
            f"Faces of {test_name(run_record)} that {run} was surest of and got wrong",
        ),
    }
    return {"record": run_record, "html": render_section(run_record, classification_report, pictures)}


def gather_sections(earlier_sections: Sections, *sections: dict[str, Any]) -> Sections:
    """Join this command's sections with those of earlier runs; a newer section of a run and seed replaces its older.

    The keys of `earlier_sections` are file names and don't matter; the result's name run and seed.

    Raises
    ------
    InputError
        Where there is none at all.
    """
    gathered = {run_id(section["record"]): section for section in (*earlier_sections.values(), *sections)}
    if not gathered:
        raise InputError("No run has been reported yet: train one first with 'kedro run --pipelines=training'.")
    return gathered


def compare(sections: Sections) -> pd.DataFrame:
    """Compare all runs, a row each (see `comparison_table`)."""
    return comparison_table([section["record"] for section in sections.values()])


def publish(predictions: pd.DataFrame, run_record: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Make a run small enough to commit: its probabilities, rounded already, in half precision; its record as it is.

    Raises
    ------
    InputError
        Where the run was made from demo faces, whose numbers say nothing.
    """
    if run_record["data"]["source"] == "demo":
        raise InputError(f"{run_record['run']} was trained on demo faces: publish runs on real faces only.")
    probabilities = [column for column in predictions.columns if column.startswith("p_")]
    return predictions.astype(dict.fromkeys(probabilities, "float16")), run_record
