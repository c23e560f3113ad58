"""Paired tests between models that predicted the same faces, corrected for their number."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from fer_kedro.errors import InputError
from fer_kedro.evaluation.predictions import predicted_codes, true_codes

Correct = npt.NDArray[np.bool_]


class McNemar(NamedTuple):
    """The faces that only one of two models names rightly, and the probability of a division as uneven by chance."""

    first_only: int
    second_only: int
    p_value: float


def mcnemar(first: Correct, second: Correct) -> McNemar:
    """Exact McNemar test: whether two models are equally often right on the same faces.

    If they are, each face that one of them alone names rightly is a toss of a fair coin: the two-sided p-value is
    that of a binomial share of one half.

    Parameters
    ----------
    first, second
        Whether each face was named rightly, shape (n,).

    References
    ----------
    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157.
    """
    from scipy.stats import binomtest

    first_only, second_only = int((first & ~second).sum()), int((second & ~first).sum())
    discordant = first_only + second_only
    p_value = float(binomtest(first_only, discordant).pvalue) if discordant else 1.0
    return McNemar(first_only, second_only, p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number, so that the chance of any false finding stays below the level.

    The k-th smallest of m is multiplied by m - k + 1, and none becomes smaller than one before it, or larger than 1.

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979),
    65-70.
    """
    values = np.asarray(p_values, dtype=float)
    order = np.argsort(values)
    corrected = np.empty_like(values)
    corrected[order] = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    return [float(value) for value in corrected.clip(max=1)]


def paired_tests(predictions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Test each pair of models.

    Parameters
    ----------
    predictions
        By model: its predictions of the faces that count.

    Returns
    -------
    DataFrame
        A row per pair: `first`, `second`, `faces`, `first_only` and `second_only` (faces that only one names
        rightly), `difference` of the accuracies (first minus second), `p_value`, and `p_holm`, corrected for all
        pairs.

    Raises
    ------
    InputError
        Where two models predicted different faces.
    """
    correct = {model: correct_faces(table) for model, table in predictions.items()}
    rows = []
    for first, second in combinations(correct, 2):
        _refuse_other_faces(first, correct[first], second, correct[second])
        test = mcnemar(correct[first].to_numpy(), correct[second].loc[correct[first].index].to_numpy())
        rows.append([first, second, len(correct[first]), *test])
    table = pd.DataFrame(rows, columns=["first", "second", "faces", "first_only", "second_only", "p_value"])
    table.insert(5, "difference", (table["first_only"] - table["second_only"]) / table["faces"])
    return table.assign(p_holm=holm(table["p_value"].tolist()))


def correct_faces(predictions: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each face was named rightly, by `face_id`."""
    return pd.Series(predicted_codes(predictions) == true_codes(predictions), index=predictions["face_id"].to_list())


def _refuse_other_faces(first: str, one: "pd.Series[bool]", second: str, other: "pd.Series[bool]") -> None:
    if strangers := len(one.index.symmetric_difference(other.index)):
        raise InputError(
            f"{first} and {second} can't be compared face by face, since {strangers} of their faces were scored by "
            "one of them only: predict the same faces with both."
        )
