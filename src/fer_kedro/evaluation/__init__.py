"""What touches predictions: scores, intervals and tests. Knows NumPy and pandas, never Keras."""

from fer_kedro.evaluation.cross_validation import PairedTest, corrected_resampled_t_test
from fer_kedro.evaluation.ferplus import human_baseline
from fer_kedro.evaluation.intervals import (
    BY_GROUP,
    WILSON,
    bootstrap_by_group,
    difference_interval,
    share_interval,
    wilson,
)
from fer_kedro.evaluation.predictions import class_names, predictions_table
from fer_kedro.evaluation.scores import (
    Scores,
    confusion,
    run_record,
    score,
    score_predictions,
    scored_rows,
    scored_set,
)
from fer_kedro.evaluation.significance import holm, mcnemar, paired_tests
from fer_kedro.evaluation.standardisation import class_shares, standardised_accuracy

__all__ = [
    "BY_GROUP",
    "WILSON",
    "PairedTest",
    "Scores",
    "bootstrap_by_group",
    "class_names",
    "class_shares",
    "confusion",
    "corrected_resampled_t_test",
    "difference_interval",
    "holm",
    "human_baseline",
    "mcnemar",
    "paired_tests",
    "predictions_table",
    "run_record",
    "score",
    "score_predictions",
    "scored_rows",
    "scored_set",
    "share_interval",
    "standardised_accuracy",
    "wilson",
]
