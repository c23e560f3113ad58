"""The convolutional family: blocks of convolutions, then dense layers."""

from typing import Any

from fer_kedro.models.seeds import Seeds
from fer_kedro.recipe import ConvolutionalNetwork


def convolutional_network(pixels: Any, network: ConvolutionalNetwork, seeds: Seeds) -> Any:
    """Stack the blocks and dense layers on a Keras tensor (n, h, w, c); the features are (n, units)."""
    import keras

    x = pixels
    for filters in network.blocks:
        for width in filters:
            x = _convolution(x, width, network, seeds)
        x = keras.layers.MaxPooling2D(2)(x)
        x = _dropout(x, network.block_dropout, seeds)
    x = keras.layers.Flatten()(x)
    for units in network.dense:
        x = keras.layers.Dense(units, activation="relu", kernel_initializer=seeds.initializer("glorot_uniform"))(x)
        x = _normalised(x, network.dense_batch_norm)
        x = _dropout(x, network.dense_dropout, seeds)
    return x


def _convolution(x: Any, filters: int, network: ConvolutionalNetwork, seeds: Seeds) -> Any:
    import keras

    x = keras.layers.Conv2D(
        filters,
        network.kernel,
        padding=network.padding,
        activation="relu",
        kernel_initializer=seeds.initializer("glorot_uniform"),
    )(x)
    return _normalised(x, network.batch_norm)


def _normalised(x: Any, wanted: bool) -> Any:
    from fer_kedro.models.normalization import FusedBatchNormalization

    return FusedBatchNormalization()(x) if wanted else x


def _dropout(x: Any, rate: float, seeds: Seeds) -> Any:
    import keras

    return keras.layers.Dropout(rate, seed=seeds.next())(x) if rate else x
