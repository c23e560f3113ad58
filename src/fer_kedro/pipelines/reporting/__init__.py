"""Figures, tables and one page from the predictions of each run."""

from fer_kedro.pipelines.reporting.pipeline import (
    create_comparison_pipeline,
    create_human_baseline_pipeline,
    create_pipeline,
    create_publish_pipeline,
    create_results_pipeline,
    create_run_report_pipeline,
)

__all__ = [
    "create_comparison_pipeline",
    "create_human_baseline_pipeline",
    "create_pipeline",
    "create_publish_pipeline",
    "create_results_pipeline",
    "create_run_report_pipeline",
]
