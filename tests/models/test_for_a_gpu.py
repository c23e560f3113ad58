"""A GPU can take every recipe's training step, as far as a machine without one can tell."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from for_a_gpu import knows_gpus, lower_for_cuda, without_gpu_kernel
from project_copy import PROJECT
from recipe_pages import recipe_pages

HIDDEN = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
KNOWS_GPUS = pytest.mark.skipif(not knows_gpus(), reason="this build of TensorFlow knows no GPUs")


@pytest.mark.parametrize("backend", [pytest.param("tensorflow", marks=KNOWS_GPUS), "jax"])
def test_every_recipes_training_step_is_for_a_gpu(backend: str, tmp_path: Path) -> None:
    """At the precision whose step has the most to do; the script alone goes through all of them."""
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, str(PROJECT / "tests" / "for_a_gpu.py"), "mixed_float16"],
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
        env={
            **os.environ,
            **HIDDEN,
            "KERAS_BACKEND": backend,
            "KERAS_HOME": str(tmp_path),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split("\n") == [f"backend {backend}", *(f"for a GPU: {name}" for name in recipe_pages()), ""]


@KNOWS_GPUS
def test_an_operation_without_a_gpu_kernel_is_found() -> None:
    ones = tf.ones((3, 3))
    assert without_gpu_kernel(tf.as_string, ones) == {("AsString", "float32")}
    assert without_gpu_kernel(tf.cumsum, ones) == set()


@KNOWS_GPUS
def test_a_kernel_for_other_numbers_is_none() -> None:
    assert without_gpu_kernel(tf.cumsum, tf.ones((3, 3), tf.uint16)) == {("Cumsum", "uint16")}


def test_what_jax_cannot_lower_for_cuda_is_found() -> None:
    jax = pytest.importorskip("jax")
    with pytest.raises(NotImplementedError, match="schur"):
        lower_for_cuda(jax.lax.linalg.schur, np.eye(3, dtype=np.float32))
