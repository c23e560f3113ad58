"""Nodes of one training run: prepare, fit, predict."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fer_kedro.evaluation.predictions import predictions_table
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST, Faces, Provenance
from fer_kedro.learning.monitor import Monitor
from fer_kedro.protocols.prepare import Prepared, prepare_faces
from fer_kedro.protocols.split import Protocol
from fer_kedro.recipe import Recipe

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any  # Kedro reads these annotations at run time, and TensorFlow takes ten seconds to import


def prepare(faces: Faces, balanced_faces: Faces, protocol: Protocol, recipe: Recipe) -> Prepared:
    """Choose what this recipe trains on, selects on and scores under this protocol, and audit it for leaks.

    `balanced_faces` serve recipes that ask for just them; others are balanced here.
    """
    return prepare_faces(faces, protocol, recipe.balancing, stored=balanced_faces)


def fit(
    faces: Faces, prepared: Prepared, recipe: Recipe, monitor: Monitor | None = None
) -> tuple[KerasModel, pd.DataFrame, dict[str, Any]]:
    """Train the recipe's model.

    Returns
    -------
    tuple[KerasModel, pd.DataFrame, dict[str, Any]]
        The model with the weights of the kept epoch; the history, one row an epoch; and what is to be known
        of the training, plain JSON.
    """
    from fer_kedro.learning import fit as learning

    train = prepared.training_faces(faces)
    validation = faces.take(prepared.split.validation)
    fitted = learning.fit(
        recipe,
        learning.LabelledImages(train.images, train.labels),
        learning.LabelledImages(validation.images, validation.labels),
        len(faces.class_names),
        monitor,
    )
    history = pd.DataFrame(fitted.history)
    training = {
        "best_epoch": fitted.best_epoch,
        "epochs_run": len(history),
        "seconds_per_epoch": round(float(history["seconds"].median()), 2),
        "cpu_seconds": round(float(history["cpu_seconds"].sum()), 1),
        "parameters": int(fitted.model.count_params()),
        "precision": fitted.precision,
    }
    return fitted.model, history, training


def predict(model: KerasModel, faces: Faces, prepared: Prepared, recipe: Recipe, protocol: Protocol) -> pd.DataFrame:
    """Predict every PublicTest and PrivateTest face: the one table that all numbers and figures come from."""
    from fer_kedro.learning.fit import predict as probabilities

    rows = np.concatenate([faces.rows(PUBLIC_TEST), faces.rows(PRIVATE_TEST)])
    return predictions_table(
        faces,
        rows,
        probabilities(model, faces.images[rows]),
        validation=prepared.split.validation,
        test=prepared.split.test,
        model_id=run_name(protocol, recipe),
    )


def describe(
    *,
    faces: Faces,
    prepared: Prepared,
    protocol: Protocol,
    recipe: Recipe,
    training: dict[str, Any],
    environment: dict[str, Any],
) -> dict[str, Any]:
    """Gather what a run record says besides the scores: what was trained, on what, where and how."""
    return {
        "run": run_name(protocol, recipe),
        "recipe": recipe.name,
        "protocol": protocol.name,
        "report": recipe.report,
        "description": recipe.description,
        "chosen": list(recipe.chosen),
        "reported": recipe.reported.model_dump(mode="json"),
        "data": _data(faces.provenance),
        "training_faces": len(prepared.split.train) + len(prepared.generated),
        "generated_faces": len(prepared.generated),
        "leak_audit": prepared.audit.model_dump(),
        "seed": recipe.training.seed,
        **training,
        **environment,
    }


def _data(provenance: Provenance) -> dict[str, Any]:
    data = {"source": provenance.source, "digest": provenance.digest, "split": provenance.split}
    return data if provenance.split_seed is None else data | {"split_seed": provenance.split_seed}


def run_name(protocol: Protocol, recipe: Recipe) -> str:
    """Name a run as its namespace."""
    return f"{protocol.name}.{recipe.name}"
