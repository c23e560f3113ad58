"""The operations of a model's way forward, against counts by hand and against TensorFlow's own profiler."""

from typing import Any

import keras
import pytest

from fer_kedro.architecture import (
    Architecture,
    ConvolutionalNetwork,
    PretrainedNetwork,
    ResidualNetwork,
    VisionTransformer,
)
from fer_kedro.models.build import build_model
from fer_kedro.models.flops import flops


def layer_flops(layer: Any, *shapes: tuple[int | None, ...]) -> int | None:
    """Of one layer alone, on inputs of these shapes."""
    inputs = [keras.Input(shape) for shape in shapes]
    return flops(keras.Model(inputs, layer(*inputs)))


@pytest.mark.parametrize(
    ("layer", "shape", "operations"),
    [
        # Padded to keep its size: 8 · 8 positions, each a sum of 3 · 3 · 5 products for each of 4 filters.
        (keras.layers.Conv2D(4, 3, padding="same"), (8, 8, 5), 2 * 8 * 8 * 3 * 3 * 5 * 4),
        # Unpadded, every second position: 3 · 3 of them.
        (keras.layers.Conv2D(4, 3, strides=2, use_bias=False), (8, 8, 5), 2 * 3 * 3 * 3 * 3 * 5 * 4),
        # Groups see a share of the channels.
        (keras.layers.Conv2D(4, 3, padding="same", groups=2), (8, 8, 6), 2 * 8 * 8 * 3 * 3 * 3 * 4),
        # Every channel has a filter of its own.
        (keras.layers.DepthwiseConv2D(3, padding="same"), (8, 8, 5), 2 * 8 * 8 * 3 * 3 * 5),
        (keras.layers.Dense(7), (20,), 2 * 20 * 7),
        # One matrix for each of 10 tokens.
        (keras.layers.Dense(7), (10, 20), 2 * 10 * 20 * 7),
        (keras.layers.EinsumDense("abc,cde->abde", output_shape=(10, 3, 8)), (10, 24), 2 * 10 * 24 * 3 * 8),
        (keras.layers.EinsumDense("...x,xy->...y", output_shape=8), (10, 24), 2 * 10 * 24 * 8),
        (keras.layers.BatchNormalization(), (8, 8, 5), 2 * 8 * 8 * 5),
        (keras.layers.LayerNormalization(), (10, 20), 2 * 10 * 20),
        (keras.layers.Embedding(100, 20), (10,), 0),
        (keras.layers.MaxPooling2D(2), (8, 8, 5), 0),
        (keras.layers.Dropout(0.5, seed=0), (8, 8, 5), 0),
    ],
)
def test_layer_costs_twice_its_multiply_adds(layer: Any, shape: tuple[int, ...], operations: int) -> None:
    assert layer_flops(layer, shape) == operations


def test_attention_projects_and_compares_each_query_with_each_key() -> None:
    """Ten tokens of width 24, three heads whose keys have 8 numbers and whose values 5."""
    projections = 10 * 24 * 8 + 10 * 24 * 8 + 10 * 24 * 5 + 10 * 5 * 24
    products = 10 * 10 * 8 + 10 * 10 * 5
    tokens = keras.Input((10, 24))
    attended = keras.layers.MultiHeadAttention(3, 8, value_dim=5)(tokens, tokens)
    assert flops(keras.Model(tokens, attended)) == 2 * 3 * (projections + products)


def test_attention_to_other_tokens_counts_both_lengths() -> None:
    projections = 10 * 24 * 8 + 7 * 12 * 8 + 7 * 12 * 8 + 10 * 8 * 24
    products = 2 * 10 * 7 * 8
    assert layer_flops(keras.layers.MultiHeadAttention(3, 8), (10, 24), (7, 12)) == 2 * 3 * (projections + products)


def test_layers_of_a_model_inside_a_model_count() -> None:
    inner = keras.Sequential([keras.Input((20,)), keras.layers.Dense(7), keras.layers.Dense(3)])
    outer = keras.Sequential([keras.Input((20,)), keras.layers.Dense(20), inner])
    assert flops(outer) == 2 * (20 * 20 + 20 * 7 + 7 * 3)


class Scaled(keras.layers.Layer):
    """A layer that nobody else knows."""

    def build(self, shape: tuple[int, ...]) -> None:
        self.factor = self.add_weight(shape=shape[1:])

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Scaled(), (4,)),
        (keras.layers.Conv2DTranspose(4, 3, strides=2), (8, 8, 5)),
        (keras.layers.Conv2D(4, 3), (None, None, 1)),
    ],
)
def test_what_is_unknown_gives_no_number_rather_than_a_wrong_one(layer: Any, shape: tuple[int | None, ...]) -> None:
    assert layer_flops(layer, shape) is None


SMALL = ConvolutionalNetwork(blocks=((8,), (16,)), dense=(32,))


def test_recipe_model_costs_the_sum_of_its_layers_by_hand() -> None:
    convolutions = 16 * 16 * 9 * 1 * 8 + 8 * 8 * 9 * 8 * 16
    dense = 4 * 4 * 16 * 32 + 32 * 7
    assert flops(build_model(SMALL, 7, size=16)) == 2 * (convolutions + dense)


def test_vision_transformer_costs_the_sum_of_its_layers_by_hand() -> None:
    width, depth, tokens = 12, 2, 1 + 16
    layer = tokens * (4 * width * width + 2 * tokens * width + 2 * width * 4 * width) + 2 * tokens * width
    patches, last_norm, logits = 16 * (8 * 8 * 3) * width, width, width * 7
    network = VisionTransformer(size=32, patch=8, depth=depth, width=width, heads=3)
    assert flops(build_model(network, 7)) == 2 * (patches + depth * layer + last_norm + logits)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the profiler is TensorFlow's")
@pytest.mark.parametrize(
    "network",
    [
        SMALL,
        SMALL.model_copy(update={"batch_norm": True}),
        ResidualNetwork(filters=(16, 32), dense=(32,)),
        PretrainedNetwork(family="mobilenet_v2", size=64),
    ],
    ids=["cnn", "batch_norm", "resnet", "mobilenet"],
)
def test_count_is_within_5_percent_of_tensorflows_profiler(network: Architecture) -> None:
    model = build_model(network, 7, size=24)
    assert flops(model) == pytest.approx(profiled(model), rel=0.05)


def profiled(model: Any) -> int:
    """What TensorFlow counts for one face, in a graph whose weights are constants."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    face = tf.TensorSpec((1, *model.input.shape[1:]), model.input.dtype)
    forward = tf.function(lambda faces: model(faces, training=False)).get_concrete_function(face)
    graph = convert_variables_to_constants_v2(forward).graph
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    return int(profiler.profile(graph, options=options.build()).total_float_ops)
