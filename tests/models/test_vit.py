"""The vision transformer is timm's: its parameters, its formulas, its weights."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy_networks import timm_state, vision_transformer
from pydantic import ValidationError

from fer_kedro.architecture import VisionTransformer
from fer_kedro.datasets.keras_model_dataset import KerasModelDataset
from fer_kedro.errors import InputError
from fer_kedro.models.build import build_model
from fer_kedro.models.normalization import plain
from fer_kedro.models.timm import set_timm_weights
from fer_kedro.models.trainable import split_at_base

TINY = VisionTransformer(size=8, patch=4, depth=2, width=6, heads=2)
STATE = timm_state(size=8, patch=4, depth=2, width=6)
FACES = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), dtype=np.uint8)


def tiny_model(seed: int = 0, **settings: Any) -> keras.Model:
    return build_model(TINY.model_copy(update=settings), 7, scale=1 / 255, offset=-0.5, size=8, seed=seed)


def test_defaults_are_vit_tiny_with_5_525_767_parameters_for_7_classes() -> None:
    network = VisionTransformer()
    model = build_model(network, 7)
    assert model.count_params() == 5_525_767
    assert network.patches + 1 == 197
    assert model.get_layer("layer_11_norm_2").output.shape == (None, 197, 192)
    assert all(layer.epsilon == 1e-6 for layer in model.layers if isinstance(layer, keras.layers.LayerNormalization))


def test_base_computes_timms_formulas_with_timms_weights() -> None:
    base, _ = split_at_base(tiny_model())
    set_timm_weights(base, STATE)
    images = np.repeat(FACES / 255 - 0.5, 3, axis=-1)
    expected = vision_transformer(images, STATE, patch=4, heads=2)
    np.testing.assert_allclose(np.asarray(base(FACES)), expected, rtol=1e-3, atol=1e-4)
    assert np.ptp(expected, axis=0).max() > 0.1, "the features must depend on the face"


@pytest.mark.parametrize("name", sorted(STATE))
def test_every_array_of_timms_counts(name: str) -> None:
    """Changed in one array, the weights give other features: none is left out or read for another."""
    base, _ = split_at_base(tiny_model())
    changed = {**STATE, name: STATE[name][..., ::-1] + 0.1}
    set_timm_weights(base, changed)
    images = np.repeat(FACES / 255 - 0.5, 3, axis=-1)
    features = np.asarray(base(FACES))
    np.testing.assert_allclose(features, vision_transformer(images, changed, patch=4, heads=2), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {name: array for name, array in STATE.items() if "blocks.1" not in name},
        timm_state(size=16, patch=4, depth=2, width=6),
        timm_state(size=8, patch=4, depth=2, width=12),
    ],
    ids=["empty", "shallower", "larger", "wider"],
)
def test_timms_weights_of_another_model_are_a_sentence(state: dict[str, Any]) -> None:
    base, _ = split_at_base(tiny_model())
    with pytest.raises(InputError, match=r"not timm's weights of this vision transformer: its layer .* wants .*; give"):
        set_timm_weights(base, state)


def test_file_of_the_base_is_loaded_and_faces_are_scaled_to_minus_1_to_1(tmp_path: Path) -> None:
    base, _ = split_at_base(tiny_model())
    set_timm_weights(base, STATE)
    base.save_weights(tmp_path / "tiny.weights.h5")
    loaded, _ = split_at_base(tiny_model(seed=1, weights=str(tmp_path / "tiny.weights.h5")))
    expected = vision_transformer(np.repeat(FACES / 127.5 - 1, 3, axis=-1), STATE, patch=4, heads=2)
    np.testing.assert_allclose(np.asarray(loaded(FACES)), expected, rtol=1e-3, atol=1e-4)


def test_weights_begin_with_standard_deviation_0_02_cut_at_two_of_them() -> None:
    model = build_model(VisionTransformer(size=32, patch=16, depth=1), 7)
    for name in ("class_token", "positions", "patches", "layer_0_attention", "layer_0_mlp_1", "layer_0_mlp_2"):
        drawn = np.concatenate([w.ravel() for w in model.get_layer(name).get_weights() if np.ptp(w)])
        assert np.abs(drawn).max() <= 0.04 + 1e-6
        assert drawn.std() == pytest.approx(0.02 * 0.88, rel=0.15)  # a normal cut at two deviations has 0.88 of its own


def test_dropout_acts_in_training_alone_and_has_seeds_of_its_own() -> None:
    model = tiny_model(dropout=0.5)
    assert np.array_equal(np.asarray(model(FACES)), np.asarray(model(FACES)))
    assert not np.allclose(np.asarray(model(FACES, training=True)), np.asarray(model(FACES)))
    seeds = [layer.seed for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert len(set(seeds)) == len(seeds) == 1 + 3 * TINY.depth


def test_plain_copy_is_saved_and_loaded_in_safe_mode_with_keras_own_layers(tmp_path: Path) -> None:
    model = tiny_model(dropout=0.1)
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(plain(model))
    loaded = dataset.load()
    assert {type(layer).__module__.partition(".")[0] for layer in loaded.layers} == {"keras"}
    assert np.array_equal(np.asarray(loaded(FACES)), np.asarray(model(FACES)))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"size": 50}, "size 50 is no multiple of patch 16"),
        ({"width": 190}, "width 190 is no multiple of heads 3"),
        ({"weights": "imagenet"}, "no ImageNet weights of a vision transformer"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        VisionTransformer(**settings)
