"""One MLflow child run per recipe, below the parent run that kedro-mlflow opens for the whole command."""

import atexit
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fer_kedro.hooks.mlflow_child import ChildRun
from fer_kedro.hooks.namespaces import run_and_dataset
from fer_kedro.recipe import Recipe


class RecipeRunHooks:
    """Opens a child run at a namespace's first node, and logs what its nodes take and give.

    Kedro's sequential runner interleaves namespaces, so a child is addressed by its id; MLflow's notion of an
    active run is left to kedro-mlflow.
    """

    def __init__(self) -> None:
        self._parent_id: str | None = None
        self._children: dict[str, ChildRun] = {}
        atexit.register(self._end_all, "KILLED")  # Ctrl-C calls no hook

    @hook_impl(trylast=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: Any) -> None:
        """Remember the parent run, where kedro-mlflow opened one, and tag it with the code's version."""
        import mlflow

        active = mlflow.active_run()
        self._parent_id = active.info.run_id if active else None
        if active and "environment" in pipeline.inputs():
            mlflow.set_tag("git_commit", catalog.load("environment")["commit"])

    @hook_impl
    def before_node_run(self, node: Node, inputs: dict[str, Any]) -> None:
        """Open or continue the namespace's child run; log the recipe; let the monitor report every epoch."""
        child = self._child(node)
        if child is None:
            return
        for name, value in inputs.items():
            if isinstance(value, Recipe):
                child.log_recipe(value)
            elif name == "faces":
                child.log_faces(value)
            elif name.endswith(".monitor"):
                value.listen(child.log_epoch)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log what the namespace made."""
        run, dataset = run_and_dataset(dataset_name)
        if run in self._children:
            self._children[run].log_output(dataset, data)

    @hook_impl
    def on_node_error(self, error: Exception, node: Node) -> None:
        """End the failing recipe's run as FAILED."""
        if (child := self._child(node)) is not None:
            child.end("FAILED", reason=str(error))

    @hook_impl
    def after_pipeline_run(self) -> None:
        """End all child runs well."""
        self._end_all("FINISHED")

    @hook_impl
    def on_pipeline_error(self) -> None:
        """End what another recipe's failure cut short."""
        self._end_all("KILLED")

    def _child(self, node: Node) -> ChildRun | None:
        run, _ = run_and_dataset(f"{node.namespace}.node")
        if run is None or self._parent_id is None:
            return None
        if run not in self._children:
            self._children[run] = ChildRun(run, self._parent_id)
        return self._children[run]

    def _end_all(self, status: str) -> None:
        for child in self._children.values():
            child.end(status)
        self._children.clear()
