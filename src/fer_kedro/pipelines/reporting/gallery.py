"""The gallery of confident mistakes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fer_kedro.errors import InputError
from fer_kedro.evaluation import class_names, scored_rows
from fer_kedro.evaluation.predictions import predicted_codes, probabilities
from fer_kedro.faces import Faces, Indices
from fer_kedro.figures import class_labels, finish, headline, house_style, new_figure
from fer_kedro.pipelines.reporting.formats import percent
from fer_kedro.pipelines.reporting.layout import WIDTH, provenance

COLUMNS, SHOWN, ONE_LINE = 7, 21, 20


def confident_mistakes(predictions: pd.DataFrame) -> pd.DataFrame:
    """Wrong predictions of the scored faces, the surest first.

    Returns
    -------
    DataFrame
        `face_id`, or for a generated face that of the one it was made from; the class names `true` and `predicted`,
        and the `probability` of the latter.
    """
    faces = scored_rows(predictions)
    names, guess = np.array(class_names(faces)), predicted_codes(faces)
    table = pd.DataFrame(
        {
            "face_id": faces["source_id" if "source_id" in faces else "face_id"].to_numpy(),
            "true": names[faces["emotion"]],
            "predicted": names[guess],
            "probability": probabilities(faces).max(axis=1),
        }
    )
    wrong = table[table["true"] != table["predicted"]]
    return wrong.sort_values("probability", ascending=False, kind="stable", ignore_index=True)


def draw_confident_mistakes(faces: Faces, predictions: pd.DataFrame, run_record: dict[str, Any]) -> Figure:
    """Draw the 21 mistakes that the model was surest of, each face once; a generated one as the face it was made from.

    Raises
    ------
    InputError
        Where the predictions are not of these faces.
    """
    if faces.provenance.digest != run_record["data"]["digest"]:
        raise InputError(
            f"The predictions of {run_record['run']} were made from other data than the dataset 'faces' now holds: "
            "ingest that data again, or train again on these."
        )
    mistakes = confident_mistakes(predictions)
    rows = _rows(faces, mistakes["face_id"])
    first_of_copies = ~pd.Series(faces.groups[rows]).duplicated().to_numpy()
    mistakes, rows = mistakes[first_of_copies][:SHOWN], rows[first_of_copies][:SHOWN]
    lines = max(1, -(-len(mistakes) // COLUMNS))
    titles = _titles(mistakes)
    figure = new_figure(WIDTH, 0.5 + (1.8 + 0.15 * (titles[0].count("\n") if titles else 1)) * lines)
    with house_style():
        panels = figure.subplots(lines, COLUMNS, squeeze=False).ravel()
        for axes in panels:
            axes.set_axis_off()
        for axes, title, row in zip(panels, titles, rows, strict=False):
            axes.imshow(faces.images[row], cmap="gray", vmin=0, vmax=255)
            axes.set_title(title, fontsize=9, weight="normal", loc="center", linespacing=1.35)
        headline(figure, f"{run_record['run']}: the mistakes it was surest of, labelled → predicted")
    return finish(figure, provenance(run_record))


def _titles(mistakes: pd.DataFrame) -> list[str]:
    """Write what each mistake is; where one is too long for a line, all get two."""
    true, predicted = (class_labels(mistakes[column].tolist()) for column in ("true", "predicted"))
    lengths = [len(one) + len(other) for one, other in zip(true, predicted, strict=True)]
    arrow = " →\n" if max(lengths, default=0) > ONE_LINE else " → "
    return [
        f"{one}{arrow}{other}\n{percent(probability)}"
        for one, other, probability in zip(true, predicted, mistakes["probability"], strict=True)
    ]


def _rows(faces: Faces, face_ids: "pd.Series[str]") -> Indices:
    rows: Indices = pd.Index(faces.table["face_id"]).get_indexer(pd.Index(face_ids))
    if unknown := int((rows < 0).sum()):
        raise InputError(
            f"{unknown} of {len(rows)} predicted faces are not in the dataset 'faces': "
            "the predictions were made from other data; train again on what is ingested now."
        )
    return rows
