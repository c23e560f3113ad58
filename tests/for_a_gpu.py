"""Check, without a GPU, that one can take every recipe page's training step.

    python tests/for_a_gpu.py [precision ...]
    KERAS_BACKEND=jax python tests/for_a_gpu.py [precision ...]

A step is the forward pass, the loss, its gradients, the optimiser's update and the metrics. Under TensorFlow each of
its operations must have a kernel for GPUs; under JAX the whole of it is lowered for CUDA. PyTorch tells neither.
"""

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from one_step import CLASSES, FACES, short
from recipe_pages import recipe_pages

from fer_kedro.learning.fit import built_model, compile_model

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
BATCH = (FACES.images, FACES.labels, np.ones(len(FACES.labels), np.float32))
OVERFLOW_CHECK = {("TensorScatterUpdate", "bool")}
"""For float16 Keras scatters truth values over the gradient of embeddings; TensorFlow does so on the processor."""


def knows_gpus() -> bool:
    """Whether TensorFlow was built with kernels for GPUs; it tells of them where there is none."""
    import tensorflow as tf

    return bool(tf.test.is_built_with_cuda())


def without_gpu_kernel(step: Any, *arguments: Any) -> set[tuple[str, str]]:
    """Trace a function of tensors by TensorFlow; name operations without a GPU kernel, and what they compute with."""
    import tensorflow as tf
    from tensorflow.python.framework.kernels import get_registered_kernels_for_op

    graph = tf.function(step).get_concrete_function(*arguments).graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    functions = {function.signature.name for function in graph.library.function}

    @cache
    def kernels(operation: str) -> list[Any]:
        registered = get_registered_kernels_for_op(operation).kernel
        return [kernel for kernel in registered if kernel.device_type in {"GPU", "DEFAULT"} and not kernel.label]

    def takes(kernel: Any, node: Any) -> bool:
        types = ((node.attr[it.name].type, it.allowed_values.list.type) for it in kernel.constraint)
        return all(not own or own in allowed for own, allowed in types)

    return {
        (node.op, tf.as_dtype(node.attr["T"].type).name if "T" in node.attr else "")
        for node in nodes
        if node.op not in functions and not any(takes(it, node) for it in kernels(node.op))
    }


def lower_for_cuda(step: Any, *arguments: Any) -> None:
    """Lower a function of arrays by JAX; an operation that CUDA is not known for raises NotImplementedError."""
    import jax

    jax.export.export(jax.jit(step), platforms=["cuda"])(*arguments)


def check(model: keras.Model) -> None:
    """Raise an exception if Keras' own training step of a compiled model is not for GPUs."""
    model._symbolic_build(data_batch=BATCH)  # builds the metrics too
    if keras.backend.backend() == "jax":
        groups = ("trainable", "non_trainable", "optimizer", "metrics")
        state = model._get_jax_state(**{f"{group}_variables": True for group in groups})
        lower_for_cuda(model.train_step, state, BATCH)
        return
    import tensorflow as tf

    def step(*batch: Any) -> Any:
        return model.train_step(batch)

    missing = without_gpu_kernel(step, *map(tf.constant, BATCH))
    if model.dtype_policy.name == "mixed_float16":
        missing -= OVERFLOW_CHECK
    assert not missing, f"{model.name} has operations without a GPU kernel: {missing}"


def main() -> None:
    """Write a line for the backend and one for each recipe."""
    backend = keras.backend.backend()
    if backend not in {"tensorflow", "jax"}:
        sys.exit(f"{backend} does not tell beforehand what a GPU can compute: set KERAS_BACKEND to tensorflow or jax.")
    if backend == "tensorflow" and not knows_gpus():
        sys.exit("This build of TensorFlow knows no GPUs: install one for CUDA, or set KERAS_BACKEND to jax.")
    sys.stdout.write(f"backend {backend}\n")
    with TemporaryDirectory() as folder:
        for name, page in recipe_pages().items():
            for precision in sys.argv[1:] or PRECISIONS:
                recipe = short(page, Path(folder))
                model = built_model(recipe, FACES, CLASSES, precision)
                compile_model(model, recipe, learning_rate=0.001)
                check(model)
            sys.stdout.write(f"for a GPU: {name}\n")


if __name__ == "__main__":
    main()
