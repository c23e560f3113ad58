"""A checkpoint is thrown away once everything of its command is stored."""

from typing import Any

from kedro.framework.hooks import hook_impl

from fer_kedro.hooks.namespaces import run_and_dataset


class CheckpointHooks:
    """Until then a command that dies, at whatever node, goes on from the last epoch of each training."""

    def __init__(self) -> None:
        self._monitors: list[Any] = []

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Forget what an earlier run of the same session left."""
        self._monitors.clear()

    @hook_impl
    def before_node_run(self, inputs: dict[str, Any]) -> None:
        """Remember the monitor of a training that is about to start."""
        self._monitors += [value for name, value in inputs.items() if run_and_dataset(name)[1] == "monitor"]

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Discard the checkpoints: all is done."""
        for monitor in self._monitors:
            monitor.discard()
