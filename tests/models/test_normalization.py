"""The fused batch normalisation is Keras' own, only faster."""

import keras
import numpy as np
import pytest

from fer_kedro.models.normalization import FusedBatchNormalization, plain

IMAGES = np.random.default_rng(0).normal(3, 2, (6, 5, 4, 3)).astype(np.float32)
TARGETS = np.random.default_rng(1).normal(size=(6, 5, 4, 3)).astype(np.float32)


def trained(layer: keras.layers.Layer, steps: int) -> keras.Model:
    before = keras.layers.Conv2D(3, 1, kernel_initializer=keras.initializers.GlorotUniform(seed=0))
    pixels = keras.Input((5, 4, 3))
    model = keras.Model(pixels, layer(before(pixels)))
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
    for _ in range(steps):
        model.train_on_batch(IMAGES, TARGETS)
    return model


@pytest.mark.parametrize("steps", [1, 5])
def test_weights_and_statistics_after_training_equal_keras_own(steps: int) -> None:
    ours, theirs = (trained(kind(), steps) for kind in (FusedBatchNormalization, keras.layers.BatchNormalization))
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("arguments", [{"trainable": False}, {"scale": False}, {"center": False}], ids=str)
def test_frozen_or_without_scale_it_is_keras_own(arguments: dict[str, bool]) -> None:
    ours, theirs = (kind(**arguments) for kind in (FusedBatchNormalization, keras.layers.BatchNormalization))
    outputs = [np.asarray(layer(IMAGES, training=True)) for layer in (ours, theirs)]
    assert np.array_equal(*outputs)
    assert all(np.array_equal(a, b) for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True))


def test_training_output_has_mean_0_and_variance_1_by_channel() -> None:
    normalised = np.asarray(FusedBatchNormalization()(IMAGES, training=True))
    np.testing.assert_allclose(normalised.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(normalised.var(axis=(0, 1, 2)), 1, atol=1e-3)


def test_plain_copy_predicts_the_same_with_keras_own_layers() -> None:
    model = trained(FusedBatchNormalization(), 3)
    copy = plain(model)
    assert type(copy.layers[-1]) is keras.layers.BatchNormalization
    assert np.array_equal(np.asarray(copy(IMAGES)), np.asarray(model(IMAGES)))
