"""What a user reads when a run has ended: each accuracy with its interval, and where to look."""

import os
from typing import Any

import click
from kedro.framework.hooks import hook_impl

from fer_kedro.evaluation.scores import scored_set
from fer_kedro.hooks.namespaces import run_and_dataset
from fer_kedro.protocols.audit import LeakAudit


class SummaryHooks:
    """Collects the run records that are saved, and prints them at the end."""

    def __init__(self) -> None:
        self._records: list[dict[str, Any]] = []
        self._report_written = False
        self._report = ""

    @hook_impl
    def before_pipeline_run(self, catalog: Any) -> None:
        """Forget an earlier run of the same session; remember where the report will stand."""
        self._records, self._report_written = [], False
        self._report = os.path.relpath(catalog["report_page"]._filepath)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Remember run records, and whether the report was written."""
        self._report_written |= dataset_name == "report_page"
        if run_and_dataset(dataset_name)[1] == "run_record":
            self._records.append(data)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Print the summary, where a model was scored."""
        if not self._records:
            return
        lines = [summary_line(record) for record in self._records]
        if any(record["data"]["source"] == "demo" for record in self._records):
            lines.append("These are DEMO FACES, a synthetic stand-in: put FER-2013 in data/01_raw for the real thing.")
        lines += [
            f"Report   {'' if self._report_written else 'kedro run --pipelines=reporting, then '}{self._report}",
            "Shell    source .venv/bin/activate",
            "MLflow   kedro mlflow ui   (http://127.0.0.1:5000)",
            "DAG      kedro viz run     (http://127.0.0.1:4141)",
        ]
        click.echo("\n" + "\n".join(f"  {line}" for line in lines) + "\n")


def summary_line(record: dict[str, Any]) -> str:
    """One line: accuracy on the scored set with its 95 % interval, in percent; leaks; and whether we drew the split."""
    derived = ", split derived by us" if record["data"].get("split") == "derived" else ""
    scored = scored_set(record)
    leaky = LeakAudit.model_validate(record["leak_audit"]).warning
    scores = record["scores"][scored]["all"]
    return (
        f"{record['run']}: {scored} accuracy {scores['accuracy']:.1%} "
        f"(95 % interval {scores['accuracy_low']:.1%} to {scores['accuracy_high']:.1%}, n = {scores['n']:,}), "
        f"majority class {scores['majority_accuracy']:.1%}{derived}{', ' if leaky else ''}{leaky}"
    )
