"""From a recipe to a compiled-ready Keras model that takes raw uint8 faces."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fer_kedro.architecture import (
    Architecture,
    ConvolutionalNetwork,
    PretrainedNetwork,
    ResidualNetwork,
    VisionTransformer,
)
from fer_kedro.faces import SIZE
from fer_kedro.models.cnn import convolutional_network
from fer_kedro.models.inputs import network_pixels
from fer_kedro.models.pretrained import pretrained_network
from fer_kedro.models.resnet import residual_network
from fer_kedro.models.seeds import Seeds
from fer_kedro.models.vit import vision_transformer

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any

FAMILIES: dict[type, Callable[..., Any]] = {
    ConvolutionalNetwork: convolutional_network,
    ResidualNetwork: residual_network,
    PretrainedNetwork: pretrained_network,
    VisionTransformer: vision_transformer,
}
"""What stacks each kind of network on its pixels, with its seeds."""


def build_model(
    architecture: Architecture,
    classes: int,
    *,
    scale: float = 1.0,
    offset: float = 0.0,
    seed: int = 0,
    size: int = SIZE,
) -> KerasModel:
    """Build a network with its preprocessing inside, so that it takes faces as they are stored.

    Parameters
    ----------
    architecture
        The recipe's model.
    classes
        Number of emotions.
    scale, offset
        Grey levels g enter the network as g · scale + offset, computed in float32. Pre-trained weights bring
        their own scaling, which then stands in its place.
    seed
        Every initialiser and dropout layer gets its own seed derived from this one.
    size
        Height and width of a face in pixels.

    Returns
    -------
    KerasModel
        A Keras model from uint8 (n, size, size, 1) to float32 probabilities (n, classes).

    Raises
    ------
    InputError
        If pre-trained weights can't be had, or are another network's.
    """
    import keras

    seeds = Seeds(seed)
    faces = keras.Input((size, size, 1), dtype="uint8", name="faces")
    pixels = network_pixels(faces, architecture, scale, offset)
    features = FAMILIES[type(architecture)](pixels, architecture, seeds)
    logits = keras.layers.Dense(
        classes, dtype="float32", kernel_initializer=seeds.initializer("glorot_uniform"), name="logits"
    )(features)
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(faces, probabilities, name=architecture.family)
