"""Loss functions and the weights of classes in them."""

import keras
import numpy as np
import numpy.typing as npt

from fer_kedro.recipe import Loss


@keras.saving.register_keras_serializable(package="fer_kedro")
class SparseCategoricalFocalCrossentropy(keras.losses.Loss):
    """Focal loss of integer labels: -α (1 - p)^γ log p, p the probability of the true class.

    Keras has it for one-hot labels; this encodes them. T.-Y. Lin et al., "Focal loss for dense object detection",
    ICCV 2017.

    Parameters
    ----------
    alpha, gamma
        Factor of all classes, and how much less a face counts that is already recognised; γ 0 is α times
        cross-entropy.
    """

    def __init__(self, alpha: float = 0.25, gamma: float = 2.0, name: str = "focal", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.alpha, self.gamma = alpha, gamma

    def call(self, y_true: object, y_pred: object) -> object:
        """Loss of each face, shape (n,), from labels (n,) or (n, 1) and probabilities (n, classes)."""
        predicted = keras.ops.convert_to_tensor(y_pred)
        labels = keras.ops.reshape(y_true, (-1,))
        one_hot = keras.ops.one_hot(labels, predicted.shape[-1], dtype=predicted.dtype)
        return keras.losses.categorical_focal_crossentropy(one_hot, predicted, alpha=self.alpha, gamma=self.gamma)

    def get_config(self) -> dict[str, object]:
        """Return what the loss is made from."""
        return {**super().get_config(), "alpha": self.alpha, "gamma": self.gamma}


def loss_function(loss: Loss) -> keras.losses.Loss:
    """Return a recipe's loss for integer labels."""
    if loss.kind == "focal":
        return SparseCategoricalFocalCrossentropy(loss.alpha, loss.gamma)
    return keras.losses.SparseCategoricalCrossentropy()


def class_weights(loss: Loss, labels: npt.NDArray[np.integer]) -> dict[int, float] | None:
    """Weight of each class that occurs among labels (n,), as `fit` takes it; `None` where all count the same.

    Balanced weights are n / (classes · count): scikit-learn's, after G. King and L. Zeng, "Logistic regression in
    rare events data", Political Analysis 9 (2001).
    """
    if loss.class_weights == "none":
        return None
    from sklearn.utils.class_weight import compute_class_weight

    classes = np.unique(labels)
    weights = compute_class_weight("balanced", classes=classes, y=labels)
    return {int(code): float(weight) for code, weight in zip(classes, weights, strict=True)}
