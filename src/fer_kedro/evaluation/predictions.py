"""The predictions table: a row per evaluation face, a probability column `p_<class>` per class."""

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, Indices

PREFIX = "p_"

Probabilities = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def predictions_table(
    faces: Faces,
    rows: Indices,
    predicted: npt.NDArray[np.floating],
    *,
    validation: Indices,
    test: Indices,
    model_id: str,
) -> pd.DataFrame:
    """Make the table that every number and figure of a run is computed from.

    Parameters
    ----------
    faces
        All faces, evaluation and training: copies are looked for among them.
    rows
        Row numbers of the predicted faces.
    predicted
        Their class probabilities, shape (len(rows), classes).
    validation, test
        Row numbers that the run selected on and scored; other rows are `left_out`.
    model_id
        Names the model in every row.

    Returns
    -------
    DataFrame
        `face_id`, `usage`, `part` (validation, test or left_out), `group` (int64, equal for exact and near copies),
        `duplicate_free` (no exact copy in another usage), `emotion` (int8), a column `p_<class>` per class, and
        `model_id`. Probabilities are float32 but rounded to half precision, so that what is committed is what was
        scored.
    """
    part = np.select([np.isin(rows, test), np.isin(rows, validation)], ["test", "validation"], "left_out")
    copied = copied_between_usages(faces)[rows]
    return _tabulate(faces.table.iloc[rows], faces.class_names, predicted, part=part, copied=copied, model_id=model_id)


def scored_table(
    test: Faces,
    predicted: npt.NDArray[np.floating],
    *,
    copied: npt.NDArray[np.bool_],
    model_id: str,
) -> pd.DataFrame:
    """Make such a table of the scored faces alone, original or generated, of a protocol with a test set of its own.

    Parameters
    ----------
    test
        The scored faces.
    predicted
        Their class probabilities, shape (len(test), classes).
    copied
        Which of them are not duplicate-free, shape (len(test),).
    model_id
        Names the model in every row.

    Returns
    -------
    DataFrame
        The columns of `predictions_table`, every `part` being `test`, and `source_id`: the face that was read which
        each one is or was generated from.
    """
    table = _tabulate(test.table, test.class_names, predicted, part="test", copied=copied, model_id=model_id)
    return table.assign(source_id=test.table["source_id"].fillna(test.table["face_id"]).to_numpy())


def copied_between_usages(faces: Faces) -> npt.NDArray[np.bool_]:
    """Whether each face has an exact copy in another usage, shape (n,)."""
    groups = faces.table["exact_group"]
    usages = faces.table["usage"].astype("str").groupby(groups).nunique()
    return np.isin(groups, usages.index[usages > 1])


def _tabulate(
    table: pd.DataFrame,
    classes: tuple[str, ...],
    predicted: npt.NDArray[np.floating],
    *,
    part: npt.NDArray[np.str_] | str,
    copied: npt.NDArray[np.bool_],
    model_id: str,
) -> pd.DataFrame:
    if predicted.shape != (len(table), len(classes)):
        raise ValueError(f"{len(table)} faces of {len(classes)} classes got {predicted.shape} probabilities.")
    return pd.DataFrame(
        {
            "face_id": table["face_id"].to_numpy(),
            "usage": table["usage"].astype("str").to_numpy(),
            "part": part,
            "group": table["group"].to_numpy(),
            "duplicate_free": ~copied,
            "emotion": table["emotion"].to_numpy(),
            **{
                PREFIX + name: predicted[:, code].astype(np.float16).astype(np.float32)
                for code, name in enumerate(classes)
            },
            "model_id": model_id,
        }
    )


def class_names(predictions: pd.DataFrame) -> tuple[str, ...]:
    """Class names in code order, read from the probability columns."""
    return tuple(name.removeprefix(PREFIX) for name in predictions.columns if name.startswith(PREFIX))


def probabilities(predictions: pd.DataFrame) -> Probabilities:
    """Class probabilities, float64, shape (n, classes), each row summing to 1.

    Raises
    ------
    InputError
        Where a probability is missing or infinite, or a row does not sum to 1.
    """
    values = predictions[[PREFIX + name for name in class_names(predictions)]].to_numpy(np.float64)
    if broken := int((~np.isfinite(values)).any(axis=1).sum()):
        raise InputError(
            f"{broken} of {len(values)} predictions of {_model(predictions)} are not finite numbers: "
            "its training diverged; lower the learning rate or train in float32."
        )
    total = values.sum(axis=1, keepdims=True)
    # A softmax computed in bfloat16 misses 1 by up to 2^-8.
    if off := int((np.abs(total - 1) > 5e-3).sum()):
        raise InputError(
            f"{off} of {len(values)} predictions of {_model(predictions)} do not sum to 1: "
            "its last layer must be a softmax."
        )
    return cast(Probabilities, values / total)


def true_codes(predictions: pd.DataFrame) -> Codes:
    """Return the true classes as codes, shape (n,).

    Raises
    ------
    InputError
        Where a code has no probability column.
    """
    codes = predictions["emotion"].to_numpy().astype(np.intp)
    classes = len(class_names(predictions))
    if ((codes < 0) | (codes >= classes)).any():
        raise InputError(
            f"The predictions of {_model(predictions)} hold true classes from {codes.min()} to {codes.max()} "
            f"but {classes} probability columns: predict with the classes that the model was trained on."
        )
    return codes


def predicted_codes(predictions: pd.DataFrame) -> Codes:
    """Return the most probable class of each face (the first of equals), shape (n,)."""
    return cast(Codes, probabilities(predictions).argmax(axis=1))


def _model(predictions: pd.DataFrame) -> str:
    return f"model '{predictions['model_id'].iloc[0]}'" if len(predictions) else "the model"
