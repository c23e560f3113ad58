"""Bases of `keras.applications`, flattened into the network, with a head of their own."""

import warnings
from typing import Any

from fer_kedro.architecture import PretrainedNetwork
from fer_kedro.errors import InputError
from fer_kedro.models.layers import hidden_dense
from fer_kedro.models.seeds import Seeds
from fer_kedro.models.trainable import FEATURES
from fer_kedro.models.weights import first_line, load_weights

TORCH_PADDING = ((1, 1), (1, 1))
"""What PyTorch's strided 3×3 convolutions see around a map; Keras leaves the first row and column out."""


def pretrained_network(pixels: Any, network: PretrainedNetwork, seeds: Seeds) -> Any:
    """Stack base, pooling and dense layers on a Keras tensor (n, size, size, 3); the features are (n, units).

    The pooled features are float32 at any precision, so that they may be kept outside the network.
    """
    import keras

    base = _base(pixels, network, seeds)
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name=FEATURES)(base.output)
    for units in network.dense:
        x = hidden_dense(x, units, network.dense_dropout, seeds)
    return x


def _base(pixels: Any, network: PretrainedNetwork, seeds: Seeds) -> Any:
    """Build the base, load its weights, and copy it into layers with seeds of their own."""
    import keras

    pads = network.family == "mobilenet_v2" and network.weights_origin == "torchvision"
    if pads:
        pixels = keras.layers.ZeroPadding2D(TORCH_PADDING, name="Conv1_pad")(pixels)
    stock = _application(pixels, network)
    base = keras.models.clone_model(
        stock, input_tensors=stock.input, clone_function=lambda layer: _own(layer, seeds, pads)
    )
    if network.weights != "none":
        base.set_weights(stock.get_weights())
    return base


def _application(pixels: Any, network: PretrainedNetwork) -> Any:
    import keras

    application = {"mobilenet_v2": keras.applications.MobileNetV2, "vgg16": keras.applications.VGG16}[network.family]
    if network.weights == "imagenet":
        return _downloaded(application, pixels)
    stock = application(include_top=False, weights=None, input_tensor=pixels)
    if network.weights != "none":
        load_weights(stock, network)
    return stock


def _downloaded(application: Any, pixels: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`input_shape` is undefined")  # there are weights of a few sizes only
            return application(include_top=False, weights="imagenet", input_tensor=pixels)
    except Exception as error:  # Keras raises a bare Exception where there is no network
        raise InputError(
            f"Keras could not get the ImageNet weights of {application.__name__} ({first_line(error)}); give "
            "the path of a file with them, or set weights to none."
        ) from error


def _own(layer: Any, seeds: Seeds, pads: bool) -> Any:
    """Copy a layer without its weights: with its own seeds, PyTorch's padding where wanted, and fused statistics."""
    import keras

    from fer_kedro.models.normalization import FusedBatchNormalization

    config = layer.get_config()
    for name, value in config.items():
        if name.endswith("_initializer") and "seed" in value["config"]:
            value["config"]["seed"] = seeds.next()
    if pads and isinstance(layer, keras.layers.ZeroPadding2D):
        config["padding"] = TORCH_PADDING
    if pads and layer.name == "Conv1":
        config["padding"] = "valid"
    normalises = isinstance(layer, keras.layers.BatchNormalization)
    return (FusedBatchNormalization if normalises else type(layer)).from_config(config)
