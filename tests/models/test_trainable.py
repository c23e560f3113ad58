"""Base and head: what is frozen, and each as a model that shares the whole one's weights."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from fer_kedro.architecture import Architecture, ConvolutionalNetwork, PretrainedNetwork, VisionTransformer
from fer_kedro.models.build import build_model
from fer_kedro.models.trainable import base_layers, set_trainable, split_at_base, split_before_learning

FACES = np.random.default_rng(0).integers(0, 256, (6, 48, 48, 1), dtype=np.uint8)
LABELS = np.arange(6) % 3
VGG16 = PretrainedNetwork(family="vgg16", size=32, dense=(8,), dense_dropout=0.5)
WITH_BASE: list[Architecture] = [
    VGG16,
    PretrainedNetwork(family="mobilenet_v2", size=32, dense=(8,), dense_dropout=0.5),
    VisionTransformer(size=48, patch=16, depth=1, width=6, heads=2),
]


def built(network: Architecture) -> keras.Model:
    return build_model(network, 3, scale=1 / 255)


def changed(model: keras.Model) -> set[str]:
    """Layers whose weights a step of training changes."""
    before = {layer.name: layer.get_weights() for layer in model.layers}
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy", run_eagerly=True)
    model.train_on_batch(FACES, LABELS)
    return {
        layer.name
        for layer in model.layers
        if not all(np.array_equal(a, b) for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
    }


def test_base_ends_with_block_5_of_vgg16() -> None:
    assert [layer.name for layer in base_layers(built(VGG16))[-4:]] == [
        "block5_conv1",
        "block5_conv2",
        "block5_conv3",
        "block5_pool",
    ]


def test_preprocessing_is_no_part_of_the_base() -> None:
    assert [base_layers(built(network))[0].name for network in WITH_BASE] == ["block1_conv1", "Conv1", "patches"]


def test_network_without_a_base_has_no_base_layers_and_is_all_head() -> None:
    model = built(ConvolutionalNetwork(blocks=((2,),)))
    set_trainable(model, "head")
    assert base_layers(model) == []
    assert len(model.trainable_weights) == len(model.weights) == 4
    with pytest.raises(ValueError, match="cnn has no base"):
        split_at_base(model)


@pytest.mark.parametrize(
    ("trainable", "learning"),
    [
        ("head", set()),
        (1, set()),  # the last layer pools
        (2, {"block5_conv3"}),
        (4, {"block5_conv1", "block5_conv2", "block5_conv3"}),
    ],
)
def test_only_the_head_and_so_many_last_layers_learn(trainable: Any, learning: set[str]) -> None:
    model = built(VGG16)
    set_trainable(model, trainable)
    head = {layer.name for layer in model.layers if isinstance(layer, keras.layers.Dense)}
    assert changed(model) == head | learning


@pytest.mark.parametrize("trainable", ["all", 18, 1000])
def test_all_layers_learn_where_all_are_asked_for(trainable: Any) -> None:
    model = built(VGG16)
    set_trainable(model, "head")
    set_trainable(model, trainable)
    assert changed(model) == {layer.name for layer in model.layers if layer.weights and "dropout" not in layer.name}


def test_frozen_batch_normalisation_keeps_its_statistics() -> None:
    model = built(WITH_BASE[1])
    set_trainable(model, "head")
    assert not changed(model) & {layer.name for layer in base_layers(model)}
    set_trainable(model, 2)
    assert changed(model) & {layer.name for layer in base_layers(model)} == {"Conv_1_bn"}


@pytest.mark.parametrize("network", WITH_BASE, ids=lambda network: network.family)
def test_head_of_the_bases_features_is_the_whole_network(network: Architecture) -> None:
    model = built(network)
    base, head = split_at_base(model)
    features = base.predict_on_batch(FACES)
    assert features.dtype == np.float32
    assert features.ndim == 2
    np.testing.assert_allclose(head.predict_on_batch(features), model.predict_on_batch(FACES), rtol=1e-5)


def test_head_shares_its_weights_with_the_whole_network_which_can_still_be_saved(tmp_path: Path) -> None:
    model = built(VGG16)
    set_trainable(model, "head")
    base, head = split_at_base(model)
    before = model.predict_on_batch(FACES)
    head.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy", run_eagerly=True)
    head.train_on_batch(base.predict_on_batch(FACES), LABELS)
    after = model.predict_on_batch(FACES)
    assert not np.allclose(before, after)
    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.saving.load_model(tmp_path / "model.keras").predict_on_batch(FACES), after)


MOBILENET = PretrainedNetwork(family="mobilenet_v2", size=32, dense=(8,))
TRANSFORMER = VisionTransformer(size=48, patch=16, depth=2, width=6, heads=2)


@pytest.mark.parametrize(
    ("network", "trainable", "meet"),
    [
        (MOBILENET, "head", "features"),
        (MOBILENET, 11, "block_15_add"),  # block 16 and what follows
        (MOBILENET, 13, "block_14_add"),  # a shortcut leads past the frozen layers of block 15
        (PretrainedNetwork(family="vgg16", size=32, dense=(8,)), 4, "block4_pool"),
        (TRANSFORMER, "head", "features"),
    ],
)
def test_frozen_layers_end_where_one_tensor_alone_goes_on(network: Architecture, trainable: Any, meet: str) -> None:
    model = built(network)
    set_trainable(model, trainable)
    parts = split_before_learning(model)
    assert parts is not None
    frozen, learning = parts
    assert frozen.trainable_weights == []
    assert len(learning.trainable_weights) == len(model.trainable_weights)
    assert frozen.operations[-1].name == meet
    for training in (False, True):
        together, whole = learning(frozen(FACES, training=training), training=training), model(FACES, training=training)
        np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (together, whole)), rtol=1e-5)


@pytest.mark.parametrize(
    ("network", "trainable"), [(VGG16, "all"), (VGG16, 18), (ConvolutionalNetwork(blocks=((2,),)), "head")]
)
def test_where_no_layer_is_frozen_there_is_nothing_to_compute_once(network: Architecture, trainable: Any) -> None:
    model = built(network)
    set_trainable(model, trainable)
    assert split_before_learning(model) is None


def test_frozen_layers_that_drop_activations_are_computed_in_every_epoch() -> None:
    model = built(TRANSFORMER.model_copy(update={"dropout": 0.1}))
    set_trainable(model, "head")
    parts = split_before_learning(model)
    assert parts is not None
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in parts[0].layers)
    assert base_layers(model)[-1] in parts[1].layers


def test_features_are_of_so_many_values_at_most() -> None:
    model = built(MOBILENET)
    set_trainable(model, 8)  # block 16 from its widened channels on
    widest, narrow = split_before_learning(model), split_before_learning(model, most=960 - 1)
    assert widest is not None
    assert narrow is not None
    assert (widest[0].output.shape, narrow[0].output.shape) == ((None, 1, 1, 960), (None, 1, 1, 160))
    assert split_before_learning(model, most=0) is None


def test_layer_that_moves_its_statistics_alone_is_not_frozen() -> None:
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(3, trainable=False, name="frozen")(inputs)
    moving = keras.layers.BatchNormalization(scale=False, center=False)(hidden)
    parts = split_before_learning(keras.Model(inputs, keras.layers.Dense(2)(moving)))
    assert parts is not None
    assert parts[0].operations[-1].name == "frozen"


def test_layers_of_several_outputs_are_no_place_to_meet() -> None:
    inputs = keras.Input((4,))
    left, right = keras.ops.split(keras.layers.Dense(4, trainable=False, name="frozen")(inputs), 2, axis=1)
    parts = split_before_learning(keras.Model(inputs, keras.layers.Dense(2)(left * right)))
    assert parts is not None
    assert len(parts[0].outputs) == 1
    assert parts[0].output.shape == (None, 2)
