"""A trained model in MLflow, that predicts faces as they are stored."""

from importlib.metadata import version
from typing import Any

import numpy as np

REQUIREMENTS = ("keras", "tensorflow", "numpy")


def log_model(run_id: str, model: Any) -> str:
    """Log a Keras model of uint8 faces to a run, by the run's id; returns the model's id."""
    import mlflow
    from mlflow.models import Model, infer_signature

    example = np.zeros((1, *model.input_shape[1:]), dtype=np.uint8)
    logged = Model.log(  # not by an active run, which would end as finished here
        artifact_path=None,
        run_id=run_id,
        name="model",
        flavor=mlflow.tensorflow,  # mlflow.keras fails on an input example: it writes it before it makes the folder
        model=model,
        signature=infer_signature(example, np.asarray(model(example))),
        input_example=example,
        pip_requirements=[f"{package}=={version(package)}" for package in REQUIREMENTS],
    )
    return str(logged.model_id)


def delete_models(run_id: str) -> None:
    """Delete what was logged to a run that is gone on with: its model is logged again."""
    from mlflow import MlflowClient

    client = MlflowClient()
    experiment = client.get_run(run_id).info.experiment_id
    for model in client.search_logged_models([experiment], f"source_run_id='{run_id}'"):
        client.delete_logged_model(model.model_id)
