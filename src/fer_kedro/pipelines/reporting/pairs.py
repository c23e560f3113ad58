"""Paired tests between the runs best on PublicTest, from their predictions."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from fer_kedro.evaluation import holm, paired_tests, scored_rows
from fer_kedro.pipelines.reporting.recipe_table import HONEST
from fer_kedro.pipelines.reporting.tables import COMPARABLE

BEST = 4
Predictions = Mapping[str, Callable[[], pd.DataFrame]]


def compare_pairs(comparison: pd.DataFrame, stored_predictions: Predictions) -> pd.DataFrame:
    """Test four honest recipes of each block of comparable runs against each other: those best on PublicTest.

    PrivateTest, on which they are tested, chooses none. Of a recipe that was trained from several seeds the first
    counts, not the luckiest. Passed over are runs whose predictions are not stored, or whose faces are called otherwise
    than the best run's.

    Parameters
    ----------
    comparison
        All runs, best first.
    stored_predictions
        What loads each run's predictions, by `<protocol>/<recipe>/seed_<n>`.

    Returns
    -------
    DataFrame
        What `paired_tests` gives, after the columns that name the block; `p_holm` is corrected for all rows.
    """
    places = comparison["protocol"] + "/" + comparison["recipe"] + "/seed_" + comparison["seed"].astype(str)
    ranked = comparison["rank"].notna() & (comparison["protocol"] == HONEST) & places.isin(list(stored_predictions))
    runs = comparison.assign(place=places)[ranked]
    first_seeds = runs[runs["seed"] == runs.groupby([*COMPARABLE, "run"])["seed"].transform("min")]
    blocks = []
    for key, block in first_seeds.groupby(COMPARABLE, sort=False):
        chosen = block["public_accuracy"].astype(float).nlargest(BEST).index
        best = block.loc[block.index.isin(chosen), ["id", "place"]].to_numpy()
        tests = paired_tests(_same_faces({run: scored_rows(stored_predictions[place]()) for run, place in best}))
        names: dict[str, Any] = dict(zip(COMPARABLE, key, strict=True))
        blocks.append(tests.assign(**names))
    columns = [*COMPARABLE, *paired_tests({}).columns]
    pairs = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=columns)
    return pairs.assign(p_holm=holm(pairs["p_value"].tolist()))[columns]


def _same_faces(predictions: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    faces = [set(table["face_id"]) for table in predictions.values()]
    return {run: table for (run, table), ids in zip(predictions.items(), faces, strict=True) if ids == faces[0]}
