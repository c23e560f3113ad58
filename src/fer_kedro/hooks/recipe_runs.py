"""One MLflow child run per recipe, below the parent run that kedro-mlflow opens for the whole command."""

import atexit
from collections.abc import Generator
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from kedro.framework.hooks import hook_impl
from kedro.pipeline.node import Node

from fer_kedro.faces import Faces
from fer_kedro.hooks.data_folder import data_folder
from fer_kedro.hooks.mlflow_child import ChildRun
from fer_kedro.hooks.namespaces import run_and_dataset, run_of
from fer_kedro.hooks.parent_run import ParentRun
from fer_kedro.hooks.study_run import StudyRun
from fer_kedro.hooks.unfinished_runs import owner_of, starts_owned_by
from fer_kedro.protocols.split import Protocol
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Search

Value = TypeVar("Value")


class RecipeRunHooks:
    """Opens a child run where a recipe enters a namespace, and logs what its nodes take and give.

    Kedro's sequential runner interleaves namespaces, so runs are addressed by their ids; MLflow's notion of an
    active run is left to kedro-mlflow.
    """

    def __init__(self) -> None:
        self._folder = Path()
        self._parent: ParentRun | None = None
        self._children: dict[str, ChildRun] = {}
        self._current: str | None = None
        self._lock = Lock()
        # Ctrl-C calls no hook. This is registered before MLflow's own, which ends the parent well, and so runs later.
        atexit.register(self._interrupted)

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Remember where the data are: runs are told apart by that."""
        self._folder = data_folder(context)

    @hook_impl(wrapper=True)
    def before_pipeline_run(self, catalog: Any) -> Generator[None, Any, Any]:
        """Own the run that kedro-mlflow starts, and only that: users may have runs of their own in this process.

        The lock's hook stands around this one, so nobody else is at work on the folder.
        """
        import mlflow

        self._parent = None
        self._children.clear()
        owner = owner_of(self._folder)
        with starts_owned_by(owner):
            answers = yield
        if active := mlflow.active_run():
            self._parent = ParentRun(active, owner, str(catalog.load("environment")["commit"]))
        return answers

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """Remember whose node is at work, so that a failure to load or save is put down to it."""
        self._current = run_of(node)

    @hook_impl
    def before_node_run(self, node: Node, inputs: dict[str, Any]) -> None:
        """Open or continue the namespace's child run; log recipe and data; let the monitor report every epoch."""
        if self._parent is None:
            return
        if (faces := _first(inputs, Faces)) is not None:
            self._parent.tag(data__source=faces.provenance.source, data__split=faces.provenance.split)
        child = self._child(run_of(node), self._parent, inputs)
        if child is None:
            return
        for name, value in inputs.items():
            if name == "faces":
                child.log_faces(value)
            elif name.endswith(".monitor"):
                value.listen(child.log_epoch)
            elif name.endswith(".search_monitor") and isinstance(child, StudyRun):
                value.listen(child.log_trial)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log what a recipe's namespace made to its child run, what others made to the parent."""
        run, dataset = run_and_dataset(dataset_name)
        tracked = self._parent if run is None else self._children.get(run)
        if tracked is not None:
            tracked.log_output(dataset, data)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """End all child runs well."""
        self._end_children("FINISHED")
        self._parent = None

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """End the failing recipe's run as FAILED, and those that its failure cut short as KILLED."""
        if (failed := self._children.pop(self._current or "", None)) is not None:
            failed.end("FAILED", reason=str(error))
        self._end_children("KILLED")
        self._parent = None

    def _child(self, name: str | None, parent: ParentRun, inputs: dict[str, Any]) -> ChildRun | None:
        if name is None:
            return None
        recipe, faces, search = _first(inputs, Recipe), _first(inputs, Faces), _first(inputs, Search)
        with self._lock:
            if recipe is not None and faces is not None and name not in self._children:
                self._children[name] = (
                    parent.study(name, recipe, search, faces, getattr(inputs.get("search_executor"), "threads", 0))
                    if search is not None
                    else parent.child(name, recipe, _first(inputs, Protocol), faces)
                )
        return self._children.get(name)

    def _end_children(self, status: str) -> None:
        for child in self._children.values():
            child.end(status)
        self._children.clear()

    def _interrupted(self) -> None:
        self._end_children("KILLED")
        if self._parent is not None:
            self._parent.interrupt()


def _first(inputs: dict[str, Any], kind: type[Value]) -> Value | None:
    return next((value for value in inputs.values() if isinstance(value, kind)), None)
