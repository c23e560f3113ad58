"""What touches predictions: scores and intervals. Knows NumPy and pandas, never Keras."""

from fer_kedro.evaluation.intervals import wilson
from fer_kedro.evaluation.predictions import class_names, predictions_table
from fer_kedro.evaluation.scores import Scores, confusion, run_record, score, score_predictions

__all__ = [
    "Scores",
    "class_names",
    "confusion",
    "predictions_table",
    "run_record",
    "score",
    "score_predictions",
    "wilson",
]
