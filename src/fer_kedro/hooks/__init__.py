"""Side effects of a run, one concern a file: lock, MLflow runs, checkpoints, summary, errors as sentences."""

from fer_kedro.hooks.checkpoints import CheckpointHooks
from fer_kedro.hooks.data_lock import DataLockHooks
from fer_kedro.hooks.errors import ErrorHooks
from fer_kedro.hooks.recipe_runs import RecipeRunHooks
from fer_kedro.hooks.summary import SummaryHooks

__all__ = ["CheckpointHooks", "DataLockHooks", "ErrorHooks", "RecipeRunHooks", "SummaryHooks"]
