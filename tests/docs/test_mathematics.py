"""The formulas of `docs/explanation/mathematics.md`, written in NumPy, equal what Keras computes.

The page shows the parts between two `--8<--` marks as they stand here, so their lines are short.
"""

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from numpy.random import Generator
from numpy.testing import assert_allclose
from scipy.signal import convolve2d

Array = npt.NDArray[np.float64]


@pytest.fixture
def rng() -> Generator:
    return np.random.default_rng(156)


# --8<-- [start:convolution]
def cross_correlation(image: Array, kernel: Array, bias: Array) -> Array:
    """image (height, width, channels), kernel (M, N, channels, filters)."""
    rows, columns, *_ = kernel.shape
    height, width = image.shape[0] - rows + 1, image.shape[1] - columns + 1
    feature_maps = np.zeros((height, width, len(bias))) + bias
    for m, n in np.ndindex(rows, columns):
        feature_maps += image[m : m + height, n : n + width] @ kernel[m, n]
    return feature_maps


def test_convolution_layer_computes_a_cross_correlation(rng: Generator) -> None:
    image, kernel = rng.normal(size=(6, 7, 2)), rng.normal(size=(3, 3, 2, 4))
    bias = rng.normal(size=4)
    layer = keras.layers.Conv2D(filters=4, kernel_size=3)
    layer.build((1, 6, 7, 2))
    layer.set_weights([kernel, bias])
    by_keras = layer(image[np.newaxis])[0]
    assert_allclose(by_keras, cross_correlation(image, kernel, bias), atol=1e-5)
    # --8<-- [end:convolution]


def test_padded_convolution_is_one_of_an_image_with_a_rim_of_zeros(rng: Generator) -> None:
    image, kernel = rng.normal(size=(6, 7, 1)), rng.normal(size=(3, 3, 1, 1))
    padded = keras.ops.conv(image[np.newaxis], kernel, padding="same")[0]
    expected = cross_correlation(np.pad(image, [(1, 1), (1, 1), (0, 0)]), kernel, np.zeros(1))
    assert_allclose(padded, expected, atol=1e-5)


# --8<-- [start:flipped]
def test_true_convolution_turns_the_kernel_around(rng: Generator) -> None:
    image, kernel = rng.normal(size=(6, 7)), rng.normal(size=(3, 3))
    by_keras = keras.ops.conv(image[None, ..., None], kernel[..., None, None])
    by_keras = np.asarray(by_keras)[0, ..., 0]
    turned = kernel[::-1, ::-1]
    assert_allclose(by_keras, convolve2d(image, turned, mode="valid"), atol=1e-5)
    assert not np.allclose(by_keras, convolve2d(image, kernel, mode="valid"))
    # --8<-- [end:flipped]


# --8<-- [start:relu]
def test_relu_keeps_what_is_positive(rng: Generator) -> None:
    x = rng.normal(size=(3, 4))
    assert_allclose(keras.layers.ReLU()(x), np.maximum(0, x), rtol=1e-6)
    # --8<-- [end:relu]


# --8<-- [start:pooling]
def test_max_pooling_takes_the_largest_of_each_window(rng: Generator) -> None:
    feature_map, p = rng.normal(size=(8, 6)), 2
    corners = [feature_map[i::p, j::p] for i in range(p) for j in range(p)]
    pooled = np.asarray(keras.layers.MaxPooling2D(p)(feature_map[None, ..., None]))
    assert_allclose(pooled[0, ..., 0], np.max(corners, axis=0), rtol=1e-6)
    # --8<-- [end:pooling]


# --8<-- [start:softmax]
def softmax(z: Array) -> Array:
    """z (n, classes)."""
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def test_softmax_layer_computes_the_formula(rng: Generator) -> None:
    z = rng.normal(size=(5, 7))
    assert_allclose(keras.layers.Softmax()(z), softmax(z), rtol=1e-5)
    assert_allclose(keras.layers.Softmax()(z + 200), softmax(z), rtol=1e-3)
    # --8<-- [end:softmax]


# --8<-- [start:cross_entropy]
def cross_entropy(y: Array, y_hat: Array) -> float:
    """y one-hot, y_hat probabilities, both (n, classes)."""
    return -float((y * np.log(y_hat)).sum()) / len(y)


def test_loss_is_the_mean_over_the_batch(rng: Generator) -> None:
    codes, y_hat = rng.integers(7, size=5), softmax(rng.normal(size=(5, 7)))
    loss = keras.losses.SparseCategoricalCrossentropy()(codes, y_hat)
    assert float(loss) == pytest.approx(cross_entropy(np.eye(7)[codes], y_hat))
    # --8<-- [end:cross_entropy]


def test_loss_of_codes_is_the_loss_of_one_hot_labels(rng: Generator) -> None:
    codes, y_hat = rng.integers(7, size=5), softmax(rng.normal(size=(5, 7)))
    one_hot = keras.losses.CategoricalCrossentropy()(np.eye(7)[codes], y_hat)
    assert float(keras.losses.SparseCategoricalCrossentropy()(codes, y_hat)) == pytest.approx(float(one_hot))


# --8<-- [start:gradient]
def test_gradient_at_logits_is_prediction_minus_label(rng: Generator) -> None:
    codes, z = rng.integers(7, size=5), tf.Variable(rng.normal(size=(5, 7)))
    loss = keras.losses.SparseCategoricalCrossentropy(dtype="float64")
    with tf.GradientTape() as tape:
        value = loss(codes, keras.ops.softmax(z))
    expected = (softmax(z.numpy()) - np.eye(7)[codes]) / 5
    assert_allclose(tape.gradient(value, z), expected, atol=1e-6)
    # --8<-- [end:gradient]


# --8<-- [start:adam]
def adam(w: Array, gradients: Array) -> Array:
    """Take one step for each gradient."""
    eta, beta_1, beta_2, epsilon = 1e-3, 0.9, 0.999, 1e-7
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        correction = np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - eta * correction * m / (np.sqrt(v) + epsilon)
    return w


def adam_by_keras(w: Array, gradients: Array) -> Array:
    """Take the same steps with the optimiser that the recipes name."""
    optimizer, variable = keras.optimizers.Adam(1e-3), keras.Variable(w)
    for g in gradients:
        optimizer.apply([keras.ops.cast(g, "float32")], [variable])
    return np.asarray(variable, dtype=np.float64)


def test_adam_takes_the_steps_of_the_formula(rng: Generator) -> None:
    w, gradients = rng.normal(size=4), rng.normal(size=(10, 4))
    assert_allclose(adam_by_keras(w, gradients), adam(w, gradients), atol=1e-6)
    # --8<-- [end:adam]


# --8<-- [start:first_step]
def test_without_correction_the_first_step_is_too_long(rng: Generator) -> None:
    w, g = np.zeros(4), rng.normal(size=4)
    first_step = adam_by_keras(w, g[np.newaxis])
    assert_allclose(first_step, -1e-3 * np.sign(g), rtol=1e-3)
    m, v = 0.1 * g, 0.001 * g**2
    as_reported = -1e-3 * m / (np.sqrt(v) + 1e-7)
    assert_allclose(as_reported / first_step, np.sqrt(10), rtol=1e-3)
    # --8<-- [end:first_step]
