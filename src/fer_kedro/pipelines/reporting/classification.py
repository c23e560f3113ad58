"""One run's classification report."""

import numpy as np
import pandas as pd

from fer_kedro.evaluation import score, scored_rows


def classification_report(predictions: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the scored faces: a row per class, then accuracy and averages.

    Returns
    -------
    DataFrame
        `name`, `precision`, `recall`, `f1`, `support`. Accuracy is all three at once (the micro average);
        balanced accuracy is a mean recall and has no other column.
    """
    scores = score(scored_rows(predictions))
    classes = pd.DataFrame.from_dict(dict(scores["per_class"]), orient="index")
    shares = classes[["precision", "recall", "f1"]]
    averages = pd.DataFrame(
        {
            "accuracy": [scores["accuracy"]] * 3,
            "macro average": shares.mean(),
            "weighted average": np.average(shares, axis=0, weights=classes["support"]),
            "balanced accuracy": [np.nan, scores["balanced_accuracy"], np.nan],
        },
        index=shares.columns,
    ).T.assign(support=scores["n"])
    return pd.concat([classes, averages]).rename_axis("name").reset_index()
