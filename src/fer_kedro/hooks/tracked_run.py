"""One MLflow run, addressed by its id: figures, tables and pages as artifacts."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

MOST_ROWS = 500
"""Longer tables are data, and stay where they are."""


class TrackedRun:
    """A run that exists.

    Parameters
    ----------
    run_id
        MLflow's id.
    """

    def __init__(self, run_id: str) -> None:
        from mlflow import MlflowClient

        self.id = run_id
        self._client = MlflowClient()

    def tag(self, **tags: Any) -> None:
        """Set tags; a double underscore in a name stands for a dot."""
        for name, value in tags.items():
            self._client.set_tag(self.id, name.replace("__", "."), value)

    def log_output(self, name: str, data: Any) -> None:
        """Log a dataset as an artifact, if it is a figure, a short table or an HTML page.

        A Plotly figure carries its 5 MB of script, so that nothing is fetched when it is looked at.
        """
        if isinstance(data, Figure):
            self._client.log_figure(self.id, data, f"figures/{name}.png")
        elif hasattr(data, "to_plotly_json"):
            self._client.log_figure(self.id, data, f"figures/{name}.html", save_kwargs={"include_plotlyjs": True})
        elif isinstance(data, pd.DataFrame) and len(data) <= MOST_ROWS:
            self._client.log_text(self.id, data.to_csv(index=False), f"tables/{name}.csv")
        elif name == "report_page":
            self._client.log_text(self.id, data, "report.html")

    def end(self, status: str, reason: str | None = None) -> None:
        """End the run with MLflow's word for how: FINISHED, FAILED or KILLED."""
        if reason:
            self.tag(failure=reason[:500])
        self._client.set_terminated(self.id, status)
