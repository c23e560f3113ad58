"""The MLflow run of a whole command, below which every recipe has a child."""

from typing import TYPE_CHECKING

from fer_kedro.faces import Faces
from fer_kedro.hooks.decisions import subject
from fer_kedro.hooks.mlflow_child import ChildRun
from fer_kedro.hooks.study_run import StudyRun
from fer_kedro.hooks.tracked_run import TrackedRun
from fer_kedro.hooks.unfinished_runs import FOLDER, SUBJECT, UnfinishedRuns
from fer_kedro.protocols.split import Protocol
from fer_kedro.recipe import Recipe
from fer_kedro.search.computing import computing
from fer_kedro.search.decisions import Search
from fer_kedro.source_code import code_digest

if TYPE_CHECKING:
    from mlflow import ActiveRun


class ParentRun(TrackedRun):
    """A run that is under way; what the same data folder left running before it is marked as killed.

    Parameters
    ----------
    active
        The run: started by kedro-mlflow, or by the user around the command.
    owner
        The data folder's name, from `owner_of`.
    commit
        The code's version, for people; runs are continued by the digest of the code itself.
    """

    def __init__(self, active: "ActiveRun", owner: str, commit: str) -> None:
        super().__init__(active.info.run_id)
        self._is_ours = active.data.tags.get(FOLDER) == owner
        self._tags, self._code = {FOLDER: owner, "git_commit": commit}, code_digest()
        self._unfinished = UnfinishedRuns(owner, active.info.experiment_id)
        self._unfinished.mark_killed(but=self.id)
        self.tag(git_commit=commit)

    def child(self, name: str, recipe: Recipe, protocol: Protocol | None, faces: Faces) -> ChildRun:
        """Go on with the child run of the same decisions, faces and code that was cut short, or start one."""
        tags = {**self._tags, SUBJECT: subject(recipe, protocol, faces, self._code)}
        killed = self._unfinished.killed(name, tags[SUBJECT])
        child = ChildRun.resume(killed, self.id, tags) if killed else ChildRun.start(name, self.id, tags)
        child.log_recipe(recipe)
        return child

    def study(self, name: str, recipe: Recipe, search: Search, faces: Faces, threads: int) -> StudyRun:
        """Go on with the run of the same study, on as many threads, however that ended, or start one."""
        it = subject(recipe, search, faces, computing(threads))
        tags = {**self._tags, SUBJECT: it, "search": search.name, "recipe": search.recipe}
        former = self._unfinished.last(name, it)
        study = StudyRun.resume(former, self.id, tags) if former else StudyRun.start(name, self.id, tags)
        study.log_search(search, recipe)
        return study

    def interrupt(self) -> None:
        """End as KILLED, unless the run is the user's own."""
        if self._is_ours:
            self.end("KILLED")
