"""Kedro's settings: where configuration comes from and which hooks run."""

import os

from fer_kedro.hooks import CheckpointHooks, DataLockHooks, ErrorHooks, RecipeRunHooks, SummaryHooks
from fer_kedro.source_code import BACKEND

# Keras, TensorFlow and MLflow are imported later and read these then.
os.environ.setdefault("KERAS_BACKEND", BACKEND)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it would report the absence of a GPU at length
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

HOOKS = (DataLockHooks(), CheckpointHooks(), ErrorHooks(), RecipeRunHooks(), SummaryHooks())

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # Recipes and stages merge from many files, and a server's address replaces only that.
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
}
