"""Layers that several families share."""

from typing import Any

from fer_kedro.models.seeds import Seeds


def hidden_dense(x: Any, units: int, rate: float, seeds: Seeds, *, batch_norm: bool = False, l2: float = 0.0) -> Any:
    """Put a dense layer with ReLU on a Keras tensor (n, c), then batch normalisation and dropout where wanted."""
    import keras

    initializer = seeds.initializer("glorot_uniform")
    x = keras.layers.Dense(
        units, activation="relu", kernel_initializer=initializer, kernel_regularizer=regularizer(l2)
    )(x)
    return dropout(normalised(x, batch_norm), rate, seeds)


def normalised(x: Any, wanted: bool = True) -> Any:
    """Put batch normalisation on a Keras tensor, where wanted."""
    from fer_kedro.models.normalization import FusedBatchNormalization

    return FusedBatchNormalization()(x) if wanted else x


def dropout(x: Any, rate: float, seeds: Seeds) -> Any:
    """Put dropout with a seed of its own on a Keras tensor, unless the rate is 0."""
    import keras

    return keras.layers.Dropout(rate, seed=seeds.next())(x) if rate else x


def regularizer(l2: float) -> Any:
    """Return Keras' L2 penalty, none for 0."""
    import keras

    return keras.regularizers.L2(l2) if l2 else None
