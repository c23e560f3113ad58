"""A checkpoint is thrown away once everything that its training made is stored."""

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline.node import Node

from fer_kedro.hooks.namespaces import run_and_dataset


class CheckpointHooks:
    """Until then a run that dies while its model is being written still goes on from the last epoch."""

    def __init__(self) -> None:
        self._monitors: dict[str | None, Any] = {}

    @hook_impl
    def before_node_run(self, node: Node, inputs: dict[str, Any]) -> None:
        """Remember the monitor of a namespace that is about to train."""
        for name, value in inputs.items():
            run, dataset = run_and_dataset(name)
            if dataset == "monitor":
                self._monitors[run] = value

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Discard the checkpoint when the training node's last output is saved."""
        run, _ = run_and_dataset(dataset_name)
        if run in self._monitors and dataset_name == node.outputs[-1]:
            self._monitors.pop(run).discard()
