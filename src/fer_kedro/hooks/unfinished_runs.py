"""Which MLflow runs a data folder left open, so that a command that was killed is continued and not doubled."""

import hashlib
import json
import os
import socket
from pathlib import Path
from typing import Any

CONTEXT = "MLFLOW_RUN_CONTEXT"
"""Environment variable with tags, as JSON, that MLflow gives to every run that a process starts."""
FOLDER, SUBJECT = "fer_kedro.folder", "fer_kedro.subject"


def folder_tag(folder: Path) -> str:
    """Digest of a machine's name and a data folder on it."""
    return hashlib.sha256(f"{socket.gethostname()}:{folder}".encode()).hexdigest()[:16]


def tag_runs_of(folder: Path) -> None:
    """Let MLflow tag every run that this process starts with its data folder, from the first moment on."""
    tags = json.loads(os.environ.get(CONTEXT) or "{}")
    os.environ[CONTEXT] = json.dumps({**tags, FOLDER: folder_tag(folder)})


class UnfinishedRuns:
    """The runs of one data folder that did not end well.

    Nobody else may be running on the folder: what the server takes for running was killed.

    Parameters
    ----------
    folder
        The data folder.
    experiment_id
        MLflow's id of the experiment.
    """

    def __init__(self, folder: Path, experiment_id: str) -> None:
        from mlflow import MlflowClient

        self._client, self._experiment_id = MlflowClient(), experiment_id
        self._here = f"tags.`{FOLDER}` = '{folder_tag(folder)}'"

    def mark_killed(self, but: str) -> None:
        """End every run as KILLED that the server takes for running, but the current one."""
        for run in self._search("attributes.status = 'RUNNING'"):
            if run.info.run_id != but:
                self._client.set_terminated(run.info.run_id, "KILLED")

    def killed(self, name: str, subject: str) -> str | None:
        """Return the id of the latest killed run of this name and subject, if there is one."""
        wanted = f"attributes.status = 'KILLED' and tags.`mlflow.runName` = '{name}' and tags.`{SUBJECT}` = '{subject}'"
        found = self._search(wanted)
        return found[0].info.run_id if found else None

    def _search(self, wanted: str) -> list[Any]:
        order = ["attributes.start_time DESC"]
        return list(self._client.search_runs([self._experiment_id], f"{self._here} and {wanted}", order_by=order))
