"""Every recipe page's model can be built and fitted, under every backend that is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from project_copy import PROJECT
from recipe_pages import recipe_pages

from fer_kedro.architecture import PretrainedNetwork, VisionTransformer, weights_of

PRETRAINED = {
    "vgg16_transfer",
    "focal_mobilenet_head",
    "focal_mobilenet_finetuned",
    "liang_mobilenet",
    "liang_vit",
}


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_every_recipe_fits_one_step_with_small_inputs_for_pretrained_families(backend: str, tmp_path: Path) -> None:
    """VGG16 and MobileNetV2 see 32 pixels, the transformer has one thin layer; the others are as their pages say."""
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    told = {"KERAS_BACKEND": backend, "KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, str(PROJECT / "tests" / "one_step.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
        env={**os.environ, **hidden, **told},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split("\n") == [f"backend {backend}, cpu", *(f"fitted {name}" for name in recipe_pages()), ""]


def test_pretrained_pages_take_their_weights_from_the_command_line() -> None:
    pages = recipe_pages(
        mobilenet_v2_weights="/there/m.weights.h5",
        mobilenet_v2_origin="torchvision",
        vgg16_weights="imagenet",
        vit_weights="/there/v.weights.h5",
    )
    assert {name for name, page in pages.items() if weights_of(page.model) != "none"} == PRETRAINED
    for name in ("focal_mobilenet_head", "focal_mobilenet_finetuned", "liang_mobilenet"):
        network = pages[name].model
        assert isinstance(network, PretrainedNetwork)
        assert (network.weights, network.weights_origin) == ("/there/m.weights.h5", "torchvision")
    assert weights_of(pages["vgg16_transfer"].model) == "imagenet"
    assert weights_of(pages["liang_vit"].model) == "/there/v.weights.h5"


def test_without_them_no_page_wants_a_file_or_a_network() -> None:
    assert {weights_of(page.model) for page in recipe_pages().values()} == {"none"}


def test_phases_are_those_of_the_reports() -> None:
    pages = recipe_pages()
    phases = {name: [(p.trainable, p.epochs) for p in pages[name].training.fine_tuning] for name in PRETRAINED}
    assert phases == {
        "vgg16_transfer": [("head", 5), (4, 15)],
        "focal_mobilenet_head": [("head", 120)],
        "focal_mobilenet_finetuned": [("all", 120)],
        "liang_mobilenet": [("head", 5), (30, 25)],
        "liang_vit": [("all", 5)],
    }


def test_vision_transformer_page_is_vit_tiny() -> None:
    assert recipe_pages()["liang_vit"].model == VisionTransformer()


def test_demo_is_small() -> None:
    demo, real = recipe_pages("demo"), recipe_pages()
    for name in PRETRAINED:
        epochs = [phase.epochs for phase in demo[name].training.fine_tuning]
        assert demo[name].training.epochs == 1
        assert epochs == [1] * len(real[name].training.fine_tuning)
    network = demo["liang_vit"].model
    assert isinstance(network, VisionTransformer)
    assert (network.size, network.patch, network.depth, network.width) == (48, 16, 2, 192)
