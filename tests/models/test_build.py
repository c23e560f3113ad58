"""Architectures have the published shapes, and their operations are the formulas of the docs."""

import numpy as np
import pytest
import yaml

from fer_kedro.architecture import ConvolutionalNetwork
from fer_kedro.models.build import build_model
from fer_kedro.pipeline_registry import CONF, recipes

TINY = ConvolutionalNetwork(blocks=((2,), (3,)), dense=(4,))


def architecture(recipe: str) -> ConvolutionalNetwork:
    page = yaml.safe_load((CONF / "parameters_recipes" / f"{recipe}.yml").read_text())
    return ConvolutionalNetwork(**page["recipes"][recipe]["model"])


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


@pytest.mark.parametrize("recipe", recipes())
def test_parameter_count_is_the_sum_of_the_layers(recipe: str) -> None:
    network = architecture(recipe)
    assert build_model(network, 7).count_params() == parameters_by_hand(network, 7, 48)


def test_light_network_has_the_1_5_million_parameters_of_its_report() -> None:
    assert round(build_model(architecture("hejslet_light"), 7).count_params() / 1e6, 1) == 1.5


def test_model_takes_raw_faces_and_gives_probabilities() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 1), dtype=np.uint8)
    probabilities = np.asarray(build_model(TINY, 7, scale=1 / 255, size=16)(faces))
    assert probabilities.shape == (5, 7)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, second, other = (build_model(TINY, 7, seed=seed, size=16).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


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
