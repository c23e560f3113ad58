"""Architectures have the published shapes, and their operations are the formulas of the docs."""

import random

import numpy as np
import pytest
from recipe_pages import recipe_pages

from fer_kedro.architecture import (
    Architecture,
    ConvolutionalNetwork,
    PretrainedNetwork,
    ResidualNetwork,
    VisionTransformer,
)
from fer_kedro.models.build import build_model

TINY = ConvolutionalNetwork(blocks=((2,), (3,)), dense=(4,))
FAMILIES: list[Architecture] = [
    TINY.model_copy(update={"batch_norm": True, "dense_dropout": 0.5}),
    ResidualNetwork(filters=(4, 8), blocks=1, dense=(6,), dense_dropout=0.5),
    PretrainedNetwork(family="mobilenet_v2", size=32, dense=(4,), dense_dropout=0.5),
    PretrainedNetwork(family="vgg16", size=32, dense=(4,), dense_dropout=0.5),
    VisionTransformer(size=32, patch=16, depth=1, width=6, heads=2, dropout=0.1),
]
CONVOLUTIONAL = {
    name: page.model for name, page in recipe_pages().items() if isinstance(page.model, ConvolutionalNetwork)
}


def parameters_by_hand(network: ConvolutionalNetwork, classes: int, size: int) -> int:
    """Weights and biases of each convolution and dense layer, four numbers a channel of batch norm."""
    total, channels = 0, 1
    for filters in network.blocks:
        for width in filters:
            total += network.kernel**2 * channels * width + width + 4 * width * network.batch_norm
            channels = width
            size -= 0 if network.padding == "same" else network.kernel - 1
        size //= 2
    units = size * size * channels
    for width in network.dense:
        total, units = total + units * width + width + 4 * width * network.dense_batch_norm, width
    return total + units * classes + classes


@pytest.mark.parametrize("network", CONVOLUTIONAL.values(), ids=CONVOLUTIONAL)
def test_parameter_count_is_the_sum_of_the_layers(network: ConvolutionalNetwork) -> None:
    assert build_model(network, 7).count_params() == parameters_by_hand(network, 7, 48)


def test_light_network_has_the_1_5_million_parameters_of_its_report() -> None:
    assert round(build_model(CONVOLUTIONAL["hejslet_light"], 7).count_params() / 1e6, 1) == 1.5


@pytest.mark.parametrize("network", FAMILIES, ids=lambda network: network.family)
def test_model_takes_raw_faces_and_gives_probabilities(network: Architecture) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 1), dtype=np.uint8)
    probabilities = np.asarray(build_model(network, 7, scale=1 / 255, size=16)(faces))
    assert probabilities.shape == (3, 7)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("network", FAMILIES, ids=lambda network: network.family)
def test_weights_depend_on_the_seed_alone_not_on_pythons_random_state(network: Architecture) -> None:
    models = []
    for state, seed in ((1, 5), (2, 5), (2, 6)):
        random.seed(state)
        models.append(build_model(network, 7, scale=1 / 255, seed=seed))
    first, second, other = (model.get_weights() for model in models)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    drawn = [np.ptp(a) > 0 for a in first]
    assert [not np.array_equal(a, b) for a, b in zip(first, other, strict=True)] == drawn
    assert any(drawn)


@pytest.mark.parametrize("network", FAMILIES, ids=lambda network: network.family)
def test_no_two_layers_start_with_the_same_weights(network: Architecture) -> None:
    kernels = [weight for weight in build_model(network, 7, scale=1 / 255).get_weights() if np.ptp(weight)]
    for number, kernel in enumerate(kernels):
        assert not any(np.array_equal(kernel, other) for other in kernels[number + 1 :])


def test_network_computes_the_formulas_of_the_explanation() -> None:
    """Convolution, ReLU, pooling, dense and softmax, in plain NumPy, equal the built model."""
    model = build_model(ConvolutionalNetwork(blocks=((2,),), padding="valid"), 3, size=8)
    faces = np.random.default_rng(0).integers(0, 5, (1, 8, 8, 1), dtype=np.uint8)
    kernel, bias, dense, dense_bias = (np.asarray(weight, np.float64) for weight in model.get_weights())
    image = faces[0, :, :, 0].astype(float)
    convolved = np.stack(
        [
            [[(image[i : i + 3, j : j + 3] * kernel[:, :, 0, f]).sum() + bias[f] for j in range(6)] for i in range(6)]
            for f in range(2)
        ],
        axis=-1,
    )
    rectified = np.maximum(0, convolved)
    pooled = rectified.reshape(3, 2, 3, 2, 2).max(axis=(1, 3))
    logits = pooled.ravel() @ dense + dense_bias
    softmax = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(np.asarray(model(faces))[0], softmax, rtol=1e-4)


def test_l2_is_on_the_kernels_of_convolutions_and_hidden_dense_layers_alone() -> None:
    model = build_model(TINY.model_copy(update={"l2": 0.01}), 3)
    kernels = {weight.path: weight.numpy() for weight in model.weights if weight.path.endswith("/kernel")}
    assert np.square(kernels.pop("logits/kernel")).sum() > 0
    assert len(kernels) == len(TINY.blocks) + len(TINY.dense)
    expected = 0.01 * sum(float(np.square(kernel).sum()) for kernel in kernels.values())
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)
    assert not build_model(TINY, 3).losses
