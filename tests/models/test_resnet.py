"""The residual family."""

import keras
import numpy as np
import pytest

from fer_kedro.architecture import ResidualNetwork
from fer_kedro.models.build import build_model


def parameters_by_hand(network: ResidualNetwork, classes: int) -> int:
    """Weights of convolutions without bias, four numbers a channel of batch normalisation, dense layers."""
    first, inputs = network.filters[0], network.filters[0]
    count = 9 * first + 4 * first
    for filters in network.filters:
        for block in range(network.blocks):
            count += 9 * inputs * filters + 9 * filters * filters + 8 * filters
            if inputs != filters and block == 0:
                count += inputs * filters + 4 * filters
            inputs = filters
    for units in (*network.dense, classes):
        count += inputs * units + units
        inputs = units
    return count


@pytest.mark.parametrize(
    "network",
    [ResidualNetwork(), ResidualNetwork(filters=(4, 8), blocks=1, dense=(6,)), ResidualNetwork(filters=(5,), blocks=3)],
    ids=str,
)
def test_parameters_are_those_counted_by_hand(network: ResidualNetwork) -> None:
    assert build_model(network, 7, size=16).count_params() == parameters_by_hand(network, 7)


def test_every_stage_but_the_first_halves_height_and_width() -> None:
    model = build_model(ResidualNetwork(filters=(2, 3, 4), blocks=1), 3, size=16)
    maps = [layer.output.shape[1:3] for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert maps == [(16, 16), (8, 8), (4, 4)]


def test_block_whose_convolutions_are_zero_passes_its_input_on() -> None:
    model = build_model(ResidualNetwork(filters=(3,), blocks=1), 3, size=8)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in convolutions[1:]:
        layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    activations = [layer.output for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    inner = keras.Model(model.input, [activations[0], activations[-1]])
    first, last = inner(np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1), dtype=np.uint8))
    np.testing.assert_allclose(np.asarray(last), np.asarray(first), rtol=1e-6)
    assert float(np.abs(first).max()) > 0
