"""The residual family: stages of blocks with shortcuts, global average pooling, dense layers."""

from typing import Any

from fer_kedro.architecture import ResidualNetwork
from fer_kedro.models.layers import hidden_dense, normalised
from fer_kedro.models.seeds import Seeds


def residual_network(pixels: Any, network: ResidualNetwork, seeds: Seeds) -> Any:
    """Stack the stages and dense layers on a Keras tensor (n, h, w, c); the features are (n, units)."""
    import keras

    x = keras.layers.ReLU()(_convolution(pixels, network.filters[0], seeds))
    for stage, filters in enumerate(network.filters):
        for block in range(network.blocks):
            x = _block(x, filters, 2 if stage and not block else 1, seeds)
    x = keras.layers.GlobalAveragePooling2D()(x)
    for units in network.dense:
        x = hidden_dense(x, units, network.dense_dropout, seeds)
    return x


def _block(x: Any, filters: int, stride: int, seeds: Seeds) -> Any:
    import keras

    same_shape = stride == 1 and x.shape[-1] == filters
    shortcut = x if same_shape else _convolution(x, filters, seeds, kernel=1, stride=stride)
    x = keras.layers.ReLU()(_convolution(x, filters, seeds, stride=stride))
    return keras.layers.ReLU()(keras.layers.Add()([_convolution(x, filters, seeds), shortcut]))


def _convolution(x: Any, filters: int, seeds: Seeds, kernel: int = 3, stride: int = 1) -> Any:
    """Convolution without a bias, which the batch normalisation after it would cancel."""
    import keras

    x = keras.layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer=seeds.initializer("he_normal"),
    )(x)
    return normalised(x)
