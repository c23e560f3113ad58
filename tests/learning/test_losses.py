"""Losses against closed forms and an independent implementation."""

import keras
import numpy as np
import pytest

from fer_kedro.learning.losses import SparseCategoricalFocalCrossentropy, class_weights, loss_function
from fer_kedro.recipe import Loss

PREDICTED = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]], np.float32)
LABELS = np.array([0, 1, 2])
OF_TRUE_CLASS = np.array([0.7, 0.1, 0.4])


def mean_loss(loss: keras.losses.Loss, labels: np.ndarray = LABELS) -> float:
    return float(loss(labels, PREDICTED))


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, 0.25), (0.5, 1.0), (5.0, 0.75)])
def test_focal_loss_is_its_closed_form(gamma: float, alpha: float) -> None:
    by_hand = np.mean(-alpha * (1 - OF_TRUE_CLASS) ** gamma * np.log(OF_TRUE_CLASS))
    focal = SparseCategoricalFocalCrossentropy(alpha, gamma)
    assert mean_loss(focal) == pytest.approx(by_hand, rel=1e-5)
    assert mean_loss(focal, LABELS[:, np.newaxis]) == pytest.approx(by_hand, rel=1e-5)


def test_focal_loss_without_focus_is_alpha_times_cross_entropy() -> None:
    cross_entropy = mean_loss(loss_function(Loss(kind="cross_entropy")))
    assert cross_entropy == pytest.approx(-np.log(OF_TRUE_CLASS).mean(), rel=1e-6)
    assert mean_loss(loss_function(Loss(kind="focal", gamma=0, alpha=0.25))) == pytest.approx(cross_entropy / 4)


def test_focal_loss_has_the_gradient_of_finite_differences() -> None:
    focal, step = SparseCategoricalFocalCrossentropy(0.25, 2.0), 1e-4
    p = OF_TRUE_CLASS
    analytic = -0.25 * (-2 * (1 - p) * np.log(p) + (1 - p) ** 2 / p)
    for row, label in enumerate(LABELS):
        more, less = PREDICTED.astype(np.float64), PREDICTED.astype(np.float64)
        others = [k for k in range(3) if k != label]
        for values, sign in ((more, 1), (less, -1)):
            values[row, label] += sign * step
            values[row, others] -= sign * step / 2
        slope = (float(focal(LABELS, more)) - float(focal(LABELS, less))) * len(LABELS) / (2 * step)
        assert slope == pytest.approx(analytic[row], rel=0.05)


def test_focal_loss_survives_its_configuration() -> None:
    copy = SparseCategoricalFocalCrossentropy.from_config(SparseCategoricalFocalCrossentropy(0.5, 3.0).get_config())
    assert (copy.alpha, copy.gamma) == (0.5, 3.0)


def test_balanced_weights_give_every_class_the_same_total() -> None:
    labels = np.repeat([0, 1, 3], [10, 2, 4])
    weights = class_weights(Loss(class_weights="balanced"), labels)
    assert weights == pytest.approx({0: 16 / 30, 1: 16 / 6, 3: 16 / 12})
    totals = [weights[code] * count for code, count in ((0, 10), (1, 2), (3, 4))]
    assert totals == pytest.approx([16 / 3] * 3)


def test_all_faces_count_the_same_unless_asked() -> None:
    assert class_weights(Loss(), np.array([0, 0, 1])) is None
