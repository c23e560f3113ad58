"""From stored faces to what a network computes on: scaled grey levels, or three channels for pre-trained bases."""

from typing import Any

from fer_kedro.architecture import Architecture, PretrainedNetwork, VisionTransformer

Channels = tuple[float, float, float]

INPUT_LAYERS = ("faces", "channels", "preprocessing")
"""Names of the layers that belong to no base."""

STANDARDS: dict[tuple[str, str], tuple[Channels, Channels]] = {
    ("mobilenet_v2", "keras"): ((127.5,) * 3, (127.5,) * 3),
    ("vgg16", "keras"): ((103.939, 116.779, 123.68), (1.0,) * 3),  # blue first, as its authors had it
    ("vit", "timm"): ((127.5,) * 3, (127.5,) * 3),
}
"""Mean and standard deviation of the channels, in grey levels, that published weights were trained with."""

TORCHVISION: tuple[Channels, Channels] = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


def network_pixels(faces: Any, architecture: Architecture, scale: float, offset: float) -> Any:
    """Put a network's preprocessing on uint8 faces (n, h, w, 1).

    Returns
    -------
    Any
        A float32 Keras tensor: grey levels g as g · scale + offset, shape (n, h, w, 1); for a network with a
        pre-trained base, three equal channels resized by bilinear interpolation, shape (n, size, size, 3), and
        scaled as its weights want it, where it has some.
    """
    if not isinstance(architecture, PretrainedNetwork | VisionTransformer):
        return _rescaled(faces, scale, offset)
    import keras

    colours = keras.layers.Concatenate(name="channels")([faces, faces, faces])
    pixels = _rescaled(colours, *channel_scaling(architecture, scale, offset))
    if architecture.size == faces.shape[1]:
        return pixels
    # A Resizing layer would put all layers behind it into training whenever the model is called without saying so.
    return keras.ops.image.resize(pixels, (architecture.size, architecture.size), interpolation="bilinear")


def channel_scaling(
    network: PretrainedNetwork | VisionTransformer, scale: float, offset: float
) -> tuple[list[float], list[float]]:
    """Scale and offset of each channel: those of the weights, or, without weights, those given."""
    if network.weights == "none":
        return [scale] * 3, [offset] * 3
    mean, deviation = _standard(network)
    return [1 / d for d in deviation], [-m / d for m, d in zip(mean, deviation, strict=True)]


def _standard(network: PretrainedNetwork | VisionTransformer) -> tuple[Channels, Channels]:
    if isinstance(network, VisionTransformer):
        return STANDARDS["vit", "timm"]
    return TORCHVISION if network.weights_origin == "torchvision" else STANDARDS[network.family, "keras"]


def _rescaled(faces: Any, scale: float | list[float], offset: float | list[float]) -> Any:
    import keras

    return keras.layers.Rescaling(scale, offset, dtype="float32", name="preprocessing")(faces)
