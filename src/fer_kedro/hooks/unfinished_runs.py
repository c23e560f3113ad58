"""Which MLflow runs a data folder left open, so that a command that was killed is continued and not doubled."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from fer_kedro.datasets.atomic import atomic_path

CONTEXT = "MLFLOW_RUN_CONTEXT"
"""Environment variable with tags, as JSON, that MLflow gives to every run that a process starts."""
FOLDER, SUBJECT = "fer_kedro.folder", "fer_kedro.subject"
RANDOM_NAME = re.compile("[0-9a-f]{32}")


def owner_of(folder: Path) -> str:
    """Return the name that a data folder's runs are tagged with; the folder's lock must be held.

    It is random, so that folders of one path in containers of one host name stay apart on a shared server, and kept
    in `.run.id`, so that the folder may be renamed and its disk mounted elsewhere. The file's inode is part of it: a
    copy of the folder owns none of the runs of the first.
    Without the file, or with rubbish in it, the folder gets another name.
    """
    file = folder / ".run.id"
    name = file.read_text(errors="replace") if file.exists() else ""
    if not RANDOM_NAME.fullmatch(name):
        name = uuid4().hex
        with atomic_path(file) as temporary:
            temporary.write_text(name)
    return f"{name}.{file.stat().st_ino}"


@contextmanager
def starts_owned_by(owner: str) -> Iterator[None]:
    """Let MLflow tag the runs that this process starts meanwhile with their owner, from their first moment on."""
    former = os.environ.get(CONTEXT)
    os.environ[CONTEXT] = json.dumps({**json.loads(former or "{}"), FOLDER: owner})
    try:
        yield
    finally:
        os.environ.pop(CONTEXT)
        if former is not None:
            os.environ[CONTEXT] = former


class UnfinishedRuns:
    """The runs of one data folder that did not end well.

    Nobody else may be running on the folder: what the server takes for running was killed.

    Parameters
    ----------
    owner
        The data folder's name, from `owner_of`.
    experiment_id
        MLflow's id of the experiment.
    """

    def __init__(self, owner: str, experiment_id: str) -> None:
        from mlflow import MlflowClient

        self._client, self._experiment_id = MlflowClient(), experiment_id
        self._here = f"tags.`{FOLDER}` = '{owner}'"

    def mark_killed(self, but: str) -> None:
        """End every run as KILLED that the server takes for running, but the current one."""
        for run in self._search("attributes.status = 'RUNNING'"):
            if run.info.run_id != but:
                self._client.set_terminated(run.info.run_id, "KILLED")

    def killed(self, name: str, subject: str) -> str | None:
        """Return the id of the latest killed run of this name and subject, if there is one."""
        return self._latest(name, subject, " and attributes.status = 'KILLED'")

    def last(self, name: str, subject: str) -> str | None:
        """Return the id of the latest run of this name and subject, however it ended, if there is one."""
        return self._latest(name, subject)

    def _latest(self, name: str, subject: str, condition: str = "") -> str | None:
        found = self._search(f"tags.`mlflow.runName` = '{name}' and tags.`{SUBJECT}` = '{subject}'{condition}")
        return found[0].info.run_id if found else None

    def _search(self, wanted: str) -> list[Any]:
        order = ["attributes.start_time DESC"]
        return list(self._client.search_runs([self._experiment_id], f"{self._here} and {wanted}", order_by=order))
