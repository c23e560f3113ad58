"""What a prediction costs: floating-point operations of a model, counted from its layers."""

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any


def flops(model: KerasModel) -> int | None:
    """Count the floating-point operations of one face's way forward: twice its multiply-adds.

    Counted are convolutions, dense layers, attention, and a multiply-add for each value that a normalisation
    scales. The addition of a bias is in the last multiply-add of its sum. Activations, pooling and softmax are not
    counted, as is usual.

    Parameters
    ----------
    model
        A functional or sequential Keras model, under any backend; models inside it are looked into.

    Returns
    -------
    int or None
        None where a layer with weights is of a kind not known here, or a size is left open.
    """
    counts = [_multiply_adds(layer) for layer in _layers(model)]
    return None if None in counts else 2 * sum(filter(None, counts))


def _layers(model: KerasModel) -> Iterator[Any]:
    import keras

    for layer in model.layers:
        yield from _layers(layer) if isinstance(layer, keras.Model) else [layer]


def _multiply_adds(layer: Any) -> int | None:
    from keras import layers

    counters = {
        layers.MultiHeadAttention: _attention,
        layers.EinsumDense: _einsum,
        layers.Dense: _kernel,
        layers.DepthwiseConv2D: _kernel,
        layers.Conv2DTranspose: _unknown,  # a Conv2D to Keras, but its kernel meets every input, not every output
        layers.Conv2D: _kernel,
        layers.BatchNormalization: _values,
        layers.LayerNormalization: _values,
        layers.Normalization: _values,
        layers.Embedding: _nothing,
    }
    if not layer.weights:
        return 0
    counter = next((counter for kind, counter in counters.items() if isinstance(layer, kind)), _unknown)
    return None if None in layer.output.shape[1:] else counter(layer)


def _kernel(layer: Any) -> int:
    """Every weight of the kernel serves once at each position of the output."""
    return int(prod(layer.kernel.shape) * prod(layer.output.shape[1:-1]))


def _values(layer: Any) -> int:
    return int(prod(layer.output.shape[1:]))


def _einsum(layer: Any) -> int:
    """Every value of the output is a sum over the axes of the kernel that it lacks."""
    operands, output = layer.equation.split("->")
    axes = dict(zip(operands.split(",")[1], layer.kernel.shape, strict=True))
    summed = prod(size for axis, size in axes.items() if axis not in output)
    return int(prod(layer.output.shape[1:]) * summed)


def _attention(layer: Any) -> int:
    """Project queries, keys, values and results; between, meet all keys and all values with each query."""
    query, value, key = [*layer.input, layer.input[1]][:3]
    queries, sources = prod(query.shape[1:-1]), prod(value.shape[1:-1])
    config = layer.get_config()
    heads, key_size = config["num_heads"], config["key_dim"]
    value_size = config["value_dim"] or key_size
    widths = key_size * (queries * query.shape[-1] + sources * key.shape[-1])
    widths += value_size * (sources * value.shape[-1] + queries * layer.output.shape[-1])
    return int(heads * (widths + queries * sources * (key_size + value_size)))


def _nothing(layer: Any) -> int:
    return 0


def _unknown(layer: Any) -> None:
    return None
