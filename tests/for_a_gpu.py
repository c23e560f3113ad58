"""Check, without a GPU, that one can take every recipe page's training step: `python tests/for_a_gpu.py`.

A step is the forward pass, the loss, its gradients and the optimiser's update. Under TensorFlow each of its operations
must have a kernel for GPUs; under JAX the whole of it is lowered for CUDA. PyTorch tells neither beforehand.
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

BATCH = (FACES.images, FACES.labels, np.ones(len(FACES.labels), np.float32))


def operations_without_gpu_kernel(step: Any, *arguments: Any) -> set[str]:
    """Trace a function of tensors by TensorFlow, and name the operations that would stay on the processor."""
    import tensorflow as tf
    from tensorflow.python.framework.kernels import get_registered_kernels_for_op

    graph = tf.function(step).get_concrete_function(*arguments).graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    functions = {function.signature.name for function in graph.library.function}

    @cache
    def kernels(operation: str) -> list[Any]:
        return [it for it in get_registered_kernels_for_op(operation).kernel if it.device_type in {"GPU", "DEFAULT"}]

    def takes(kernel: Any, node: Any) -> bool:
        types = ((node.attr[it.name].type, it.allowed_values.list.type) for it in kernel.constraint)
        return all(not own or own in allowed for own, allowed in types)

    return {
        node.op for node in nodes if node.op not in functions and not any(takes(it, node) for it in kernels(node.op))
    }


def lowered_for_cuda(model: keras.Model) -> tuple[str, ...]:
    """Lower a compiled model's training step by JAX, and name the platforms that can run what comes out."""
    import jax

    def loss(trainable: Any, others: Any, faces: Any, labels: Any, weights: Any) -> Any:
        predicted, others = model.stateless_call(trainable, others, faces, training=True)
        return model.compute_loss(faces, labels, predicted, weights), others

    def step(trainable: Any, others: Any, optimizer: Any, *batch: Any) -> Any:
        (value, others), gradients = jax.value_and_grad(loss, has_aux=True)(trainable, others, *batch)
        return value, others, model.optimizer.stateless_apply(optimizer, gradients, trainable)

    variables = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
    state = [[variable.value for variable in group] for group in variables]
    platforms: tuple[str, ...] = jax.export.export(jax.jit(step), platforms=["cuda"])(*state, *BATCH).platforms
    return platforms


def check(model: keras.Model) -> None:
    """Raise AssertionError if a compiled model's training step is not for GPUs."""
    if keras.backend.backend() == "jax":
        assert lowered_for_cuda(model) == ("cuda",)
    else:
        import tensorflow as tf

        def step(*batch: Any) -> Any:
            return model.train_step(batch)

        assert operations_without_gpu_kernel(step, *map(tf.constant, BATCH)) <= {"Placeholder"}


def main() -> None:
    """Write a line for the backend and one for each recipe."""
    sys.stdout.write(f"backend {keras.backend.backend()}\n")
    with TemporaryDirectory() as folder:
        for name, page in recipe_pages().items():
            recipe = short(page, Path(folder))
            model = built_model(recipe, FACES, CLASSES, "mixed_bfloat16")
            compile_model(model, recipe, learning_rate=0.001)
            check(model)
            sys.stdout.write(f"for a GPU: {name}\n")


if __name__ == "__main__":
    main()
