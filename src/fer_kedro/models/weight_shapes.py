"""Shapes of the weights that a base has, told from its numbers alone, so that a file can be checked without Keras."""

from collections import Counter
from collections.abc import Iterator

from fer_kedro.architecture import PretrainedNetwork, VisionTransformer

Shape = tuple[int, ...]

VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
MOBILENET_V2_BLOCKS = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))
"""Expansion, channels and repetitions: table 2 of M. Sandler et al., CVPR 2018."""


def weight_shapes(network: PretrainedNetwork | VisionTransformer) -> Counter[Shape]:
    """Count the arrays of each shape that a file of this network's base holds."""
    if isinstance(network, VisionTransformer):
        return Counter(_vision_transformer(network))
    return Counter(_vgg16() if network.family == "vgg16" else _mobilenet_v2())


def _vgg16() -> Iterator[Shape]:
    channels = 3
    for block in VGG16_BLOCKS:
        for filters in block:
            yield from ((3, 3, channels, filters), (filters,))
            channels = filters


def _mobilenet_v2() -> Iterator[Shape]:
    yield from _normalised((3, 3, 3, 32), 32)
    inputs = 32
    for expansion, channels, repetitions in MOBILENET_V2_BLOCKS:
        for _ in range(repetitions):
            inner = inputs * expansion
            if expansion > 1:
                yield from _normalised((1, 1, inputs, inner), inner)
            yield from _normalised((3, 3, inner, 1), inner)
            yield from _normalised((1, 1, inner, channels), channels)
            inputs = channels
    yield from _normalised((1, 1, inputs, 1280), 1280)


def _normalised(kernel: Shape, channels: int) -> Iterator[Shape]:
    """Give a convolution without bias, and scale, offset, mean and variance of the batch normalisation after it."""
    yield kernel
    yield from [(channels,)] * 4


def _vision_transformer(network: VisionTransformer) -> Iterator[Shape]:
    width, hidden, heads = network.width, network.width * network.mlp_ratio, network.heads
    split = (heads, width // heads)
    norm = [(width,)] * 2
    yield from ((network.patch, network.patch, 3, width), (width,), (1, width), (network.patches + 1, width))
    for _ in range(network.depth):
        yield from norm
        yield from [(width, *split), split] * 3
        yield from ((*split, width), (width,))
        yield from norm
        yield from ((width, hidden), (hidden,), (hidden, width), (width,))
    yield from norm
