"""A trained model in MLflow, that predicts faces as they are stored."""

from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

REQUIREMENTS = ("keras", "tensorflow", "numpy")


def log_model(run_id: str, model: Any) -> str:
    """Log a Keras model of uint8 faces to a run, by the run's id; returns the model's id."""
    import mlflow
    from mlflow.models import Model

    example, signature = example_and_signature(model)
    logged = Model.log(  # not by an active run, which would end as finished here
        artifact_path=None,
        run_id=run_id,
        name="model",
        flavor=mlflow.tensorflow,  # mlflow.keras fails on an input example: it writes it before it makes the folder
        model=model,
        signature=signature,
        input_example=example,
        pip_requirements=[f"{package}=={version(package)}" for package in REQUIREMENTS],
    )
    return str(logged.model_id)


def example_and_signature(model: Any) -> tuple[npt.NDArray[np.uint8], Any]:
    """Make a face that a Keras model takes, uint8, shape (1, 48, 48, 1), and MLflow's signature of model and face."""
    import keras
    from mlflow.models import infer_signature

    example = np.zeros((1, *model.input_shape[1:]), dtype=np.uint8)
    return example, infer_signature(example, keras.ops.convert_to_numpy(model(example)))


def delete_models(run_id: str) -> None:
    """Delete what was logged to a run that is gone on with: its model is logged again."""
    from mlflow import MlflowClient

    client = MlflowClient()
    experiment = client.get_run(run_id).info.experiment_id
    for model in client.search_logged_models([experiment], f"source_run_id='{run_id}'"):
        client.delete_logged_model(model.model_id)
