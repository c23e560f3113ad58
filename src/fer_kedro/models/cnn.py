"""The convolutional family: blocks of convolutions, then dense layers."""

from typing import Any

from fer_kedro.architecture import ConvolutionalNetwork
from fer_kedro.models.layers import dropout, hidden_dense, normalised, regularizer
from fer_kedro.models.seeds import Seeds


def convolutional_network(pixels: Any, network: ConvolutionalNetwork, seeds: Seeds) -> Any:
    """Stack the blocks and dense layers on a Keras tensor (n, h, w, c); the features are (n, units)."""
    import keras

    x = pixels
    for filters, rate in zip(network.blocks, network.block_dropouts, strict=True):
        for width in filters:
            x = _convolution(x, width, network, seeds)
        x = keras.layers.MaxPooling2D(2)(x)
        x = dropout(x, rate, seeds)
    x = keras.layers.Flatten()(x)
    for units in network.dense:
        x = hidden_dense(x, units, network.dense_dropout, seeds, batch_norm=network.dense_batch_norm, l2=network.l2)
    return x


def _convolution(x: Any, filters: int, network: ConvolutionalNetwork, seeds: Seeds) -> Any:
    import keras

    x = keras.layers.Conv2D(
        filters,
        network.kernel,
        padding=network.padding,
        activation="relu",
        kernel_initializer=seeds.initializer("glorot_uniform"),
        kernel_regularizer=regularizer(network.l2),
    )(x)
    return normalised(x, network.batch_norm)
