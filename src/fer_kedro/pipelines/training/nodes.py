"""Nodes of one training run: prepare, fit, predict."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fer_kedro.evaluation.predictions import predictions_table, scored_table
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST, Faces, Provenance
from fer_kedro.learning.monitor import Monitor
from fer_kedro.models.weights import check_weights
from fer_kedro.protocols.audit import copied_in_training
from fer_kedro.protocols.classes import without_classes
from fer_kedro.protocols.prepare import Prepared, prepare_faces
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any  # Kedro reads these annotations at run time, and TensorFlow takes ten seconds to import


def prepare(faces: Faces, balanced_faces: Faces, protocol: Protocol, recipe: Recipe) -> Prepared:
    """Choose what this recipe trains on, selects on and scores under this protocol, and audit it for leaks.

    `balanced_faces` serve recipes that ask for just them; others are balanced here.

    Raises
    ------
    InputError
        Where the model's pre-trained weights are missing, or the faces don't suit the protocol.
    """
    weights = check_weights(recipe.model)
    return replace(prepare_faces(faces, protocol, recipe.balancing, stored=balanced_faces), weights=weights)


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
    import keras

    from fer_kedro.learning import fit as learning
    from fer_kedro.learning import phases
    from fer_kedro.learning.batches import LabelledImages
    from fer_kedro.learning.device import device
    from fer_kedro.models.flops import flops

    train = prepared.training_faces(faces)
    validation = prepared.validation_faces(faces)
    fitted = learning.fit(
        recipe,
        LabelledImages(train.images, train.labels),
        LabelledImages(validation.images, validation.labels),
        len(train.class_names),
        monitor,
    )
    history = pd.DataFrame(fitted.history)
    training = {
        "best_epoch": fitted.best_epoch,
        "epochs_run": len(history),
        "seconds_per_epoch": round(float(history["seconds"].median()), 2),
        "cpu_seconds": round(float(history["cpu_seconds"].sum()), 1),
        "parameters": int(fitted.model.count_params()),
        "flops": flops(fitted.model),
        "precision": fitted.precision,
        "backend": keras.backend.backend(),
        "device": device(),
        "phases": [phase.model_dump(mode="json") for phase in phases.training_phases(recipe)],
        "notes": phases.phase_notes(recipe),
    }
    return fitted.model, history, training


def predict(model: KerasModel, faces: Faces, prepared: Prepared, recipe: Recipe, protocol: Protocol) -> pd.DataFrame:
    """Predict the evaluation faces: the one table that all numbers and figures come from.

    These are every PublicTest and PrivateTest face that was not trained on, or the test set of a protocol that scores
    other faces.
    """
    from fer_kedro.learning.fit import predict as probabilities

    faces, sides, run = without_classes(faces, prepared.dropped), prepared.sides, run_name(protocol, recipe)
    if protocol.scores_private_test:
        rows = np.concatenate([faces.rows(PUBLIC_TEST), faces.rows(PRIVATE_TEST)])
        rows = rows[~np.isin(rows, sides.train.rows)]
        predicted = probabilities(model, faces.images[rows])
        parts = {"validation": sides.validation.rows, "test": sides.test.rows}
        return predictions_table(faces, rows, predicted, **parts, model_id=run)
    test = sides.test.faces(faces)
    copied = copied_in_training(faces, test.table, sides.train.table(faces))
    return scored_table(test, probabilities(model, test.images), copied=copied, model_id=run)


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
        "validation_set": protocol.validation_set,
        "test_set": protocol.test_set,
        "training_faces": len(prepared.sides.train),
        "generated_faces": prepared.sides.train.generated_count,
        "leak_audit": prepared.audit.model_dump(),
        "seed": recipe.training.seed,
        "weights": prepared.weights,
        **training,
        **environment,
    }


def _data(provenance: Provenance) -> dict[str, Any]:
    data = {"source": provenance.source, "digest": provenance.digest, "split": provenance.split}
    return data if provenance.split_seed is None else data | {"split_seed": provenance.split_seed}


def run_name(protocol: Protocol, recipe: Recipe) -> str:
    """Name a run as its namespace."""
    return f"{protocol.name}.{recipe.name}"
