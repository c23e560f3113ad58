"""The vision transformer: patches as tokens, pre-norm layers, the class token's features."""

from typing import Any

from fer_kedro.architecture import VisionTransformer
from fer_kedro.models.layers import dropout
from fer_kedro.models.seeds import Seeds
from fer_kedro.models.trainable import FEATURES
from fer_kedro.models.weights import load_weights


def vision_transformer(pixels: Any, network: VisionTransformer, seeds: Seeds) -> Any:
    """Stack the layers on a Keras tensor (n, size, size, 3); the features (n, width) are float32 at any precision."""
    import keras

    x = _tokens(pixels, network, seeds)
    for number in range(network.depth):
        x = _layer(x, network, seeds, f"layer_{number}")
    x = keras.layers.Cropping1D((0, network.patches))(x)
    features = keras.layers.Flatten(dtype="float32", name=FEATURES)(_normalised(x, "norm"))
    if network.weights != "none":
        load_weights(keras.Model(keras.utils.get_source_inputs(features), features), network)
    return features


def _tokens(pixels: Any, network: VisionTransformer, seeds: Seeds) -> Any:
    """Project each patch, put the class token before them, add what is learnt of each place."""
    import keras

    patches = keras.layers.Conv2D(
        network.width, network.patch, network.patch, kernel_initializer=_initializer(seeds), name="patches"
    )(pixels)
    patches = keras.layers.Reshape((network.patches, network.width))(patches)
    first = keras.ops.zeros_like(patches[:, :1, 0], dtype="int32")
    tokens = keras.layers.Concatenate(axis=1)([_embedding(1, network, seeds, "class_token")(first), patches])
    places = keras.ops.cumsum(keras.ops.ones_like(tokens[:, :, 0], dtype="int32"), axis=1) - 1
    positions = _embedding(network.patches + 1, network, seeds, "positions")(places)
    return dropout(keras.layers.Add()([tokens, positions]), network.dropout, seeds)


def _layer(x: Any, network: VisionTransformer, seeds: Seeds, name: str) -> Any:
    import keras

    attended = _attention(_normalised(x, f"{name}_norm_1"), network, seeds, f"{name}_attention")
    x = keras.layers.Add()([x, dropout(attended, network.dropout, seeds)])
    hidden = _normalised(x, f"{name}_norm_2")
    for part, units, activation in (("1", network.width * network.mlp_ratio, "gelu"), ("2", network.width, None)):
        dense = keras.layers.Dense(units, activation, kernel_initializer=_initializer(seeds), name=f"{name}_mlp_{part}")
        hidden = dropout(dense(hidden), network.dropout, seeds)
    return keras.layers.Add()([x, hidden])


def _attention(x: Any, network: VisionTransformer, seeds: Seeds, name: str) -> Any:
    import keras

    attention = keras.layers.MultiHeadAttention(
        network.heads, network.width // network.heads, kernel_initializer=_initializer(seeds), name=name
    )
    attended = attention(x, x)
    # One seed for all four projections, as Keras passes it on, would make queries, keys and values equal.
    for dense in (attention.query_dense, attention.key_dense, attention.value_dense, attention.output_dense):
        dense.kernel.assign(_initializer(seeds)(dense.kernel.shape))
    return attended


def _normalised(x: Any, name: str) -> Any:
    import keras

    return keras.layers.LayerNormalization(epsilon=1e-6, name=name)(x)


def _embedding(rows: int, network: VisionTransformer, seeds: Seeds, name: str) -> Any:
    import keras

    return keras.layers.Embedding(rows, network.width, embeddings_initializer=_initializer(seeds), name=name)


def _initializer(seeds: Seeds) -> Any:
    return seeds.initializer("truncated_normal", stddev=0.02)
