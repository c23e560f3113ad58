"""MobileNetV2 and the vision transformer as their authors' PyTorch code computes them, written out in NumPy."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Arrays = Mapping[str, Array]

MOBILENET_BLOCKS = [
    (expansion, stride if first else 1)
    for expansion, repetitions, stride in ((1, 1, 1), (6, 2, 2), (6, 3, 2), (6, 4, 2), (6, 3, 1), (6, 3, 2), (6, 1, 1))
    for first in [True] + [False] * (repetitions - 1)
]
"""Expansion and stride of each block: torchvision's `inverted_residual_setting`."""


def mobilenet_v2(images: Array, weights: list[Array]) -> Array:
    """Averaged features (n, 1280) of images (n, h, w, 3); weights in the order of the layers, kernels h, w, in, out."""
    rest = iter(weights)
    x = relu6(batch_norm(convolution(images, next(rest), stride=2), rest))
    for expansion, stride in MOBILENET_BLOCKS:
        y = x
        if expansion > 1:
            y = relu6(batch_norm(y @ next(rest)[0, 0], rest))
        y = relu6(batch_norm(depthwise(y, next(rest), stride), rest))
        y = batch_norm(y @ next(rest)[0, 0], rest)
        x = x + y if x.shape == y.shape and stride == 1 else y
    x = relu6(batch_norm(x @ next(rest)[0, 0], rest))
    assert next(rest, None) is None
    return np.asarray(x.mean(axis=(1, 2)))


def windows(x: Array, stride: int) -> Array:
    """Every 3×3 window of maps that are padded by one zero on every side, as PyTorch's `padding=1` does."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::stride, ::stride]


def convolution(x: Array, kernel: Array, stride: int) -> Array:
    return np.asarray(np.einsum("nhwcij,ijco->nhwo", windows(x, stride), kernel))


def depthwise(x: Array, kernel: Array, stride: int) -> Array:
    return np.asarray(np.einsum("nhwcij,ijc->nhwc", windows(x, stride), kernel[..., 0]))


def batch_norm(x: Array, weights: Iterator[Array]) -> Array:
    scale, offset, mean, variance = (next(weights) for _ in range(4))
    return np.asarray((x - mean) / np.sqrt(variance + 1e-3) * scale + offset)


def relu6(x: Array) -> Array:
    return np.clip(x, 0, 6)


def vision_transformer(images: Array, state: Arrays, *, patch: int, heads: int) -> Array:
    """timm's `forward_features` and the class token of it, (n, width), from its state by its names."""
    n, side = len(images), images.shape[1] // patch
    patches = images.reshape(n, side, patch, side, patch, 3).transpose(0, 1, 3, 5, 2, 4).reshape(n, side * side, -1)
    kernel = state["patch_embed.proj.weight"]
    x = patches @ kernel.reshape(len(kernel), -1).T + state["patch_embed.proj.bias"]
    x = np.concatenate([np.repeat(state["cls_token"], n, axis=0), x], axis=1) + state["pos_embed"]
    block = 0
    while f"blocks.{block}.norm1.weight" in state:
        name = f"blocks.{block}"
        x = x + attention(layer_norm(x, state, f"{name}.norm1"), state, f"{name}.attn", heads)
        hidden = gelu(linear(layer_norm(x, state, f"{name}.norm2"), state, f"{name}.mlp.fc1"))
        x = x + linear(hidden, state, f"{name}.mlp.fc2")
        block += 1
    return layer_norm(x, state, "norm")[:, 0]


def attention(x: Array, state: Arrays, name: str, heads: int) -> Array:
    """Scaled dot-product attention by one projection to queries, keys and values."""
    n, tokens, width = x.shape
    qkv = linear(x, state, f"{name}.qkv").reshape(n, tokens, 3, heads, width // heads)
    q, k, v = qkv.transpose(2, 0, 3, 1, 4)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(width // heads)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return linear((weights @ v).transpose(0, 2, 1, 3).reshape(n, tokens, width), state, f"{name}.proj")


def linear(x: Array, state: Arrays, name: str) -> Array:
    return np.asarray(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])


def layer_norm(x: Array, state: Arrays, name: str) -> Array:
    normed = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-6)
    return np.asarray(normed * state[f"{name}.weight"] + state[f"{name}.bias"])


def gelu(x: Array) -> Array:
    return np.asarray(x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2)


def timm_state(*, size: int, patch: int, depth: int, width: int, seed: int = 0) -> dict[str, Array]:
    """Random weights, large enough that every part tells, by timm's names and in PyTorch's shapes."""
    shapes: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, (size // patch) ** 2 + 1, width),
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
    }
    for number in range(depth):
        for part, rows, columns in (
            ("attn.qkv", 3 * width, width),
            ("attn.proj", width, width),
            ("mlp.fc1", 4 * width, width),
            ("mlp.fc2", width, 4 * width),
        ):
            shapes[f"blocks.{number}.{part}.weight"] = (rows, columns)
            shapes[f"blocks.{number}.{part}.bias"] = (rows,)
        for part in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"):
            shapes[f"blocks.{number}.{part}"] = (width,)
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
