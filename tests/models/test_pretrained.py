"""MobileNetV2 and VGG16: their sizes, what they see of a face, and PyTorch's way of padding."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy_networks import mobilenet_v2
from project_copy import PROJECT

from fer_kedro.architecture import PretrainedNetwork
from fer_kedro.datasets.keras_model_dataset import KerasModelDataset
from fer_kedro.errors import InputError
from fer_kedro.models.build import build_model
from fer_kedro.models.normalization import FusedBatchNormalization, plain
from fer_kedro.models.trainable import FEATURES, base_layers, split_at_base

REAL_WEIGHTS = PROJECT.parent / "shared" / "weights" / "mobilenet_v2_imagenet_no_top.weights.h5"
FACES = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1), dtype=np.uint8)
TORCH_MEAN, TORCH_DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def network(family: Any = "mobilenet_v2", **settings: Any) -> PretrainedNetwork:
    return PretrainedNetwork(family=family, **settings)


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of each family that Keras wrote, with statistics as if they had been trained."""
    generator = np.random.default_rng(0)
    files = {}
    for family in ("mobilenet_v2", "vgg16"):
        base = stock(family)
        base.set_weights([trained(w, generator) for w in base.get_weights()])
        files[family] = tmp_path_factory.mktemp("weights") / f"{family}.weights.h5"
        base.save_weights(files[family])
    return files


def trained(weight: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Kernels as they are, everything else moved, so that each statistic and bias tells."""
    return weight if weight.ndim > 1 else weight + generator.uniform(0, 0.3, weight.shape)


def stock(family: str) -> keras.Model:
    application = {"mobilenet_v2": keras.applications.MobileNetV2, "vgg16": keras.applications.VGG16}[family]
    return application(include_top=False, weights=None, input_shape=(48, 48, 3))


def layer_output(model: keras.Model, name: str) -> np.ndarray:
    return np.asarray(keras.Model(model.input, model.get_layer(name).output)(FACES))


@pytest.mark.parametrize(
    ("family", "published", "channels"), [("mobilenet_v2", 2_257_984, 1280), ("vgg16", 14_714_688, 512)]
)
def test_base_has_the_published_number_of_parameters(family: str, published: int, channels: int) -> None:
    base, head = split_at_base(build_model(network(family, dense=(10,)), 7))
    assert base.count_params() == published
    assert base.output.shape == (None, channels)
    assert head.count_params() == channels * 10 + 10 + 10 * 7 + 7


def test_base_has_keras_layers_in_keras_order_and_no_model_inside() -> None:
    model = build_model(network(), 7)
    assert [layer.name for layer in base_layers(model)] == [layer.name for layer in stock("mobilenet_v2").layers[1:]]
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)


def test_without_weights_the_recipe_scales() -> None:
    seen = layer_output(build_model(network(), 7, scale=1 / 255, offset=-0.5), "preprocessing")
    np.testing.assert_allclose(seen, np.repeat(FACES / 255 - 0.5, 3, axis=-1), atol=1e-6)


@pytest.mark.parametrize("family", ["mobilenet_v2", "vgg16"])
def test_with_weights_faces_are_scaled_as_keras_scales_for_them(family: str, random_weights: dict[str, Path]) -> None:
    seen = layer_output(build_model(network(family, weights=str(random_weights[family])), 7), "preprocessing")
    colours = np.repeat(FACES, 3, axis=-1).astype(np.float32)
    np.testing.assert_allclose(seen, getattr(keras.applications, family).preprocess_input(colours), atol=1e-4)


@pytest.mark.parametrize("family", ["mobilenet_v2", "vgg16"])
def test_with_torchvision_weights_faces_are_standardised(family: str, random_weights: dict[str, Path]) -> None:
    given = network(family, weights=str(random_weights[family]), weights_origin="torchvision")
    expected = (np.repeat(FACES, 3, axis=-1) / 255 - TORCH_MEAN) / TORCH_DEVIATION
    np.testing.assert_allclose(layer_output(build_model(given, 7), "preprocessing"), expected, atol=1e-5)


def test_faces_are_resized_by_bilinear_interpolation_of_pixel_centres() -> None:
    """Twice as large, every pixel lies a quarter from one of the former centres and three quarters from the next."""
    model = build_model(network(size=96), 7, scale=1.0)
    seen = np.asarray(keras.Model(model.input, model.get_layer("Conv1").input)(FACES))
    padded = np.pad(FACES[..., 0].astype(float), ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = np.stack([0.25 * padded[:, :-2] + 0.75 * padded[:, 1:-1], 0.75 * padded[:, 1:-1] + 0.25 * padded[:, 2:]], 2)
    rows = rows.reshape(2, 96, 50)
    both = np.stack([0.25 * rows[..., :-2] + 0.75 * rows[..., 1:-1], 0.75 * rows[..., 1:-1] + 0.25 * rows[..., 2:]], -1)
    np.testing.assert_allclose(seen, np.repeat(both.reshape(2, 96, 96, 1), 3, axis=-1), atol=1e-3)


@pytest.mark.parametrize("family", ["mobilenet_v2", "vgg16"])
def test_base_computes_what_keras_own_model_computes(family: str, random_weights: dict[str, Path]) -> None:
    base, _ = split_at_base(build_model(network(family, weights=str(random_weights[family])), 7))
    original = stock(family)
    original.load_weights(random_weights[family])
    colours = getattr(keras.applications, family).preprocess_input(np.repeat(FACES, 3, axis=-1).astype(np.float32))
    expected = np.asarray(original(colours)).mean(axis=(1, 2))
    np.testing.assert_allclose(np.asarray(base(FACES)), expected, rtol=1e-3, atol=1e-4)


def resized_by_keras(size: int) -> np.ndarray:
    colours = keras.ops.image.resize(np.repeat(FACES, 3, axis=-1).astype(np.float32), (size, size))
    return (np.asarray(colours, np.float64) / 255 - TORCH_MEAN) / TORCH_DEVIATION


@pytest.mark.parametrize("size", [48, 64, 33])
def test_torchvision_base_pads_as_pytorch_at_any_size(size: int, random_weights: dict[str, Path]) -> None:
    """At 48 and 33 pixels some maps have an odd side, of which PyTorch's last window reaches beyond the end."""
    path = random_weights["mobilenet_v2"]
    base, _ = split_at_base(build_model(network(weights=str(path), weights_origin="torchvision", size=size), 7))
    original = stock("mobilenet_v2")
    original.load_weights(path)
    expected = mobilenet_v2(resized_by_keras(size), original.get_weights())
    assert expected.std() > 0.05
    np.testing.assert_allclose(np.asarray(base(FACES)), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("size", [48, 96])
def test_torchvisions_real_weights_give_pytorchs_features(size: int) -> None:
    if not REAL_WEIGHTS.exists():
        pytest.skip("torchvision's weights of MobileNetV2 are not beside this project")
    given = network(weights=str(REAL_WEIGHTS), weights_origin="torchvision", size=size)
    base, _ = split_at_base(build_model(given, 7))
    original = stock("mobilenet_v2")
    original.load_weights(REAL_WEIGHTS)
    expected = mobilenet_v2(resized_by_keras(size), original.get_weights())
    np.testing.assert_allclose(np.asarray(base(FACES)), expected, atol=2e-4)
    assert expected.std() > 0.1


@pytest.mark.parametrize("size", [32, 48, 64])
def test_calling_a_model_is_predicting(size: int) -> None:
    """Keras' Resizing layer would switch the layers behind it to training, and their statistics would drift."""
    model = build_model(network(size=size), 7, scale=1 / 255)
    before = model.get_weights()
    np.testing.assert_allclose(np.asarray(model(FACES)), model.predict_on_batch(FACES), rtol=1e-4)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_features_stay_float32_at_half_precision() -> None:
    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(network(size=32), 7)
    finally:
        keras.config.set_dtype_policy(former)
    assert model.get_layer("Conv_1").compute_dtype == "bfloat16"
    assert model.get_layer(FEATURES).output.dtype == "float32"


def test_imagenet_weights_are_those_that_keras_downloads(
    random_weights: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(name: str, *_: object, **__: object) -> str:
        asked.append(name)
        return str(random_weights["vgg16"])

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", download)
    given, file = (build_model(network("vgg16", weights=w), 7) for w in ("imagenet", str(random_weights["vgg16"])))
    assert asked == ["vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"]
    assert np.array_equal(np.asarray(given(FACES)), np.asarray(file(FACES)))


@pytest.mark.parametrize("family", ["mobilenet_v2", "vgg16"])
def test_imagenet_weights_without_a_network_are_a_sentence(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise Exception("URL fetch failure on https://example.org: None -- no route\nTraceback ...")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", fail)
    with pytest.raises(InputError, match=r"^Keras could not get the ImageNet weights of \w+ \(URL .*no route\); give"):
        build_model(network(family, weights="imagenet"), 7)


def test_model_is_saved_without_this_package_and_loaded_in_safe_mode(
    random_weights: dict[str, Path], tmp_path: Path
) -> None:
    given = network(weights=str(random_weights["mobilenet_v2"]), weights_origin="torchvision", size=40, dense=(4,))
    model = build_model(given, 7)
    assert any(isinstance(layer, FusedBatchNormalization) for layer in model.layers)
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(plain(model))
    loaded = dataset.load()
    assert {type(layer).__module__.partition(".")[0] for layer in loaded.layers} == {"keras"}
    assert np.array_equal(np.asarray(loaded(FACES)), np.asarray(model(FACES)))
    assert len(base_layers(loaded)) == len(base_layers(model))
