"""Report each run inside its namespace, compare all runs outside."""

from collections.abc import Sequence
from typing import Any

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.reporting import nodes

SECTION_INPUTS = (
    "run_record",
    "classification_report",
    "confusion_matrix",
    "per_class_f1",
    "training_curves",
    "confident_mistakes",
)
PAGE_INPUTS = (
    "comparison",
    "recipe_comparison",
    "paired_tests",
    "comparison_figure",
    "sections",
    "stored_human_baseline",
)


def create_pipeline(runs: Sequence[str] = (), **kwargs: Any) -> Pipeline:
    """Report these runs (`<protocol>.<recipe>`), and compare them with the stored earlier ones."""
    reports = [
        Pipeline(create_run_report_pipeline(), namespace=run, inputs={"faces"}, tags=["reporting", *run.split(".")])
        for run in runs
    ]
    return sum(reports, start=create_comparison_pipeline(runs))


def create_run_report_pipeline() -> Pipeline:
    """Draw and tabulate one run, and join it all in `report_section`; to be given a namespace."""
    return Pipeline(
        [
            Node(nodes.classification_report, "predictions", "classification_report", name="report_classes"),
            Node(
                nodes.draw_confusion_matrix,
                ["predictions", "run_record"],
                "confusion_matrix",
                name="draw_confusion_matrix",
            ),
            Node(
                nodes.draw_per_class_f1,
                ["predictions", "run_record"],
                "per_class_f1",
                name="draw_per_class_f1",
            ),
            Node(nodes.draw_training_curves, ["history", "run_record"], "training_curves", name="draw_curves"),
            Node(
                nodes.draw_confident_mistakes,
                ["faces", "predictions", "run_record"],
                "confident_mistakes",
                name="draw_confident_mistakes",
            ),
            Node(
                nodes.report_section,
                {name: name for name in SECTION_INPUTS},
                "report_section",
                name="write_section",
            ),
        ]
    )


def create_comparison_pipeline(runs: Sequence[str] = ()) -> Pipeline:
    """Compare these runs and all stored ones, and write the page."""
    return Pipeline(
        [
            Node(
                nodes.gather_sections,
                ["earlier_sections", *(f"{run}.report_section" for run in runs)],
                "sections",
                name="gather_sections",
            ),
            Node(nodes.compare, "sections", "comparison", name="compare_runs"),
            Node(nodes.recipe_table, "comparison", "recipe_comparison", name="compare_recipes"),
            Node(nodes.compare_pairs, ["comparison", "stored_predictions"], "paired_tests", name="test_pairs"),
            Node(nodes.draw_comparison, "comparison", "comparison_figure", name="draw_comparison"),
            Node(nodes.report_page, {name: name for name in PAGE_INPUTS}, "report_page", name="write_page"),
        ],
        namespace="comparison",
        prefix_datasets_with_namespace=False,
        tags=["reporting"],
    )


def create_publish_pipeline(runs: Sequence[str] = (), **kwargs: Any) -> Pipeline:
    """Put the records of runs where they are committed, each in its own namespace."""
    template = Pipeline(
        [
            Node(
                nodes.publish,
                ["predictions", "run_record"],
                ["committed_predictions", "committed_record"],
                name="publish",
            )
        ]
    )
    return sum((Pipeline(template, namespace=run, tags=run.split(".")) for run in runs), start=Pipeline([]))


def create_results_pipeline(**kwargs: Any) -> Pipeline:
    """Write the pages of the docs that show results, from what is committed."""
    committed = ["committed_records", "committed_predictions"]
    inputs = [*committed, "params:recipes", "stored_human_baseline", "recipe_speeds"]
    return Pipeline(
        [
            Node(nodes.results_page, inputs, "results_page", name="write_results"),
            Node(nodes.searches_page, "committed_searches", "searches_page", name="write_searches"),
            Node(nodes.leak_page, committed, "leak_page", name="write_leak_demo"),
            Node(nodes.draw_leak_demo, committed, "leak_figure", name="draw_leak_demo"),
        ]
    )


def create_human_baseline_pipeline(**kwargs: Any) -> Pipeline:
    """Score people on the faces by the votes of FER+, to be committed."""
    return Pipeline([Node(nodes.human_baseline, ["ferplus_votes", "faces"], "human_baseline", name="score_people")])
