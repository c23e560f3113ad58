"""Side effects of a run, one concern a file: MLflow child runs, checkpoints, the summary, errors as sentences."""

from fer_kedro.hooks.checkpoints import CheckpointHooks
from fer_kedro.hooks.errors import ErrorHooks
from fer_kedro.hooks.recipe_runs import RecipeRunHooks
from fer_kedro.hooks.summary import SummaryHooks

__all__ = ["CheckpointHooks", "ErrorHooks", "RecipeRunHooks", "SummaryHooks"]
