"""Weights files are checked before anything is trained, and whatever is wrong is one sentence."""

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from pydantic import ValidationError

from fer_kedro.architecture import ConvolutionalNetwork, PretrainedNetwork, VisionTransformer, weights_of
from fer_kedro.errors import InputError
from fer_kedro.models.build import build_model
from fer_kedro.models.trainable import split_at_base
from fer_kedro.models.weight_shapes import weight_shapes
from fer_kedro.models.weights import check_weights

TINY = VisionTransformer(size=8, patch=4, depth=1, width=6, heads=2, dropout=0.1)


def tiny(weights: Path | str) -> VisionTransformer:
    return TINY.model_copy(update={"weights": str(weights)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The weights of a tiny transformer's base."""
    keras.utils.clear_session()  # numbers in the names of layers, which the file holds, start anew
    base, _ = split_at_base(build_model(TINY, 7, seed=1))
    base.save_weights(tmp_path / "tiny.weights.h5")
    return tmp_path / "tiny.weights.h5"


@pytest.mark.parametrize(
    "network",
    [
        PretrainedNetwork(family="mobilenet_v2", size=32),
        PretrainedNetwork(family="vgg16", size=32),
        VisionTransformer(),
        TINY,
    ],
    ids=["mobilenet_v2", "vgg16", "vit", "tiny"],
)
def test_shapes_told_from_numbers_are_those_of_the_built_base(network: Any) -> None:
    base, _ = split_at_base(build_model(network, 7))
    floats = [weight for weight in base.weights if "float" in weight.dtype]
    assert weight_shapes(network) == Counter(tuple(weight.shape) for weight in floats)


def test_record_names_the_file_and_its_hash_but_no_folder(file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    assert check_weights(tiny(file)) == f"tiny.weights.h5, sha256 {digest}"


def test_record_says_where_a_file_is_from_whose_padding_and_scaling_are_not_keras(tmp_path: Path) -> None:
    network = PretrainedNetwork(family="mobilenet_v2", size=32)
    path = tmp_path / "base.weights.h5"
    split_at_base(build_model(network, 7))[0].save_weights(path)
    told = check_weights(network.model_copy(update={"weights": str(path), "weights_origin": "torchvision"}))
    assert told == check_weights(network.model_copy(update={"weights": str(path)})) + ", from torchvision"


def test_record_says_what_keras_downloads_or_that_there_is_nothing() -> None:
    assert check_weights(PretrainedNetwork(family="vgg16", weights="imagenet")) == "imagenet (Keras)"
    assert check_weights(PretrainedNetwork(family="vgg16")) == "none"
    assert check_weights(ConvolutionalNetwork(blocks=((2,),))) == "none"
    assert weights_of(ConvolutionalNetwork(blocks=((2,),))) == "none"


def test_weights_below_the_home_folder_are_found(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(file.parent))
    assert check_weights(tiny("~/tiny.weights.h5")) == check_weights(tiny(file))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^There is no file of weights .*gone\.weights\.h5; give .*\.$"):
        check_weights(tiny(tmp_path / "gone.weights.h5"))
    with pytest.raises(InputError, match="There is no file"):
        check_weights(tiny(tmp_path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"\x80\x04 a pickle", b"\x89HDF\r\n\x1a\n cut short"])
def test_a_file_that_is_no_hdf5_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.weights.h5").write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.weights\.h5 is no HDF5 file of weights that can be read; give"):
        check_weights(tiny(tmp_path / "odd.weights.h5"))


@pytest.mark.parametrize(
    ("network", "difference"),
    [
        (TINY.model_copy(update={"depth": 2}), r"it has \d+ arrays of shape [\d×]+ instead of \d+"),
        (TINY.model_copy(update={"size": 16}), "it has 0 arrays of shape 17×6 instead of 1"),
        (TINY.model_copy(update={"width": 4}), "it has 0 arrays of shape 4×4×3×4 instead of 1"),
        (PretrainedNetwork(family="vgg16"), "it has 0 arrays of shape 3×3×3×64 instead of 1"),
    ],
    ids=["deeper", "larger", "narrower", "vgg16"],
)
def test_weights_of_another_network_are_refused(file: Path, network: Any, difference: str) -> None:
    given = network.model_copy(update={"weights": str(file)})
    with pytest.raises(InputError, match=f"does not hold the weights of {network.family}: {difference}.*; give"):
        check_weights(given)
    with pytest.raises(InputError, match="does not hold"):
        build_model(given, 7)


def test_weights_of_more_than_the_base_are_refused(tmp_path: Path) -> None:
    build_model(TINY, 7).save_weights(tmp_path / "whole.weights.h5")
    with pytest.raises(InputError, match="it has 1 arrays of shape 6×7 instead of 0"):
        check_weights(tiny(tmp_path / "whole.weights.h5"))


def test_keras_former_format_is_read_too(tmp_path: Path) -> None:
    """Keras' own ImageNet files have it, so a copy of one serves where there is no network."""
    stock = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    with h5py.File(tmp_path / "vgg16_notop.h5", "w") as former:
        keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(former, stock)
    network = PretrainedNetwork(family="vgg16", size=32, weights=str(tmp_path / "vgg16_notop.h5"))
    base, _ = split_at_base(build_model(network, 7))
    assert all(np.array_equal(a, b) for a, b in zip(base.get_weights(), stock.get_weights(), strict=True))
    (tmp_path / "vgg16_notop.h5").rename(tmp_path / "vgg16.weights.h5")
    with pytest.raises(InputError, match=r"by the ending \.h5 and not \.weights\.h5; rename it"):
        check_weights(network.model_copy(update={"weights": str(tmp_path / "vgg16.weights.h5")}))


@pytest.mark.parametrize("name", ["tiny.h5", "tiny", "weights.keras"])
def test_a_name_by_which_keras_would_not_know_the_format_is_refused(file: Path, name: str) -> None:
    renamed = file.rename(file.parent / name)
    with pytest.raises(InputError, match=r"by the ending \.weights\.h5; rename it"):
        check_weights(tiny(renamed))


def test_the_right_shapes_in_the_wrong_places_are_a_sentence(file: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.weights.h5"
    with h5py.File(file) as right, h5py.File(odd, "w") as wrong:
        shapes: list[tuple[int, ...]] = []
        right.visititems(lambda _, item: shapes.append(item.shape) if isinstance(item, h5py.Dataset) else None)
        for number, shape in enumerate(shapes):
            wrong[f"heap/{number}"] = np.zeros(shape, np.float32 if shape != (2,) else np.uint32)
    with pytest.raises(InputError, match=r"^Keras can't read the weights of vit in .*odd\.weights\.h5 \(.+\); give"):
        build_model(tiny(odd), 7, size=8)


def test_no_changed_byte_gives_anything_but_a_sentence_or_weights(file: Path) -> None:
    generator, content = np.random.default_rng(0), file.read_bytes()
    refused = 0
    for _ in range(60):
        changed = bytearray(content)
        changed[generator.integers(len(changed) // 4)] ^= int(generator.integers(1, 256))
        file.write_bytes(changed)
        try:
            check_weights(tiny(file))
        except InputError as error:
            refused += 1
            assert str(error).endswith(".")
    assert 0 < refused < 60


def test_checking_imports_no_keras(file: Path) -> None:
    program = (
        "import sys; from fer_kedro.architecture import VisionTransformer as V; "
        "from fer_kedro.models.weights import check_weights; "
        f"print(check_weights(V(**{tiny(file).model_dump()!r}))); "
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny.weights.h5, sha256 ")


@pytest.mark.parametrize("weights", ["none", "imagenet"])
def test_torchvisions_padding_without_a_file_of_theirs_is_refused(weights: str) -> None:
    with pytest.raises(ValidationError, match="torchvision goes with the path of a file, while weights is"):
        PretrainedNetwork(family="mobilenet_v2", weights=weights, weights_origin="torchvision")
