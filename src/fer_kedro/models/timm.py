"""Weights of timm's vision transformers, by timm's names, for ours."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fer_kedro.errors import InputError

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any

Arrays = Mapping[str, npt.NDArray[np.floating]]


def set_timm_weights(base: KerasModel, arrays: Arrays) -> None:
    """Give the base of a vision transformer the weights of timm's, such as `vit_tiny_patch16_224`.

    Parameters
    ----------
    base
        Of a model that `build_model` made; `split_at_base` gives it.
    arrays
        timm's state by its names; PyTorch keeps matrices the other way round. The classifier's are not used.

    Raises
    ------
    InputError
        If an array is missing or of another shape.
    """
    for layer in (layer for layer in base.layers if layer.weights):
        try:
            layer.set_weights(list(_arrays(layer, arrays)))
        except (KeyError, ValueError) as error:
            raise InputError(
                f"These are not timm's weights of this vision transformer: its layer {layer.name} wants "
                f"{[tuple(weight.shape) for weight in layer.weights]} ({error}); give those of the same model."
            ) from error


def _arrays(layer: Any, arrays: Arrays) -> Iterator[Any]:
    """Give what timm has for one of our layers, in the order of its weights."""
    name = layer.name
    if name == "class_token":
        yield arrays["cls_token"][0]
    elif name == "positions":
        yield arrays["pos_embed"][0]
    elif name == "patches":
        yield arrays["patch_embed.proj.weight"].transpose(2, 3, 1, 0)
        yield arrays["patch_embed.proj.bias"]
    elif name.endswith("attention"):
        yield from _attention(arrays, _prefix(name), layer.num_heads)
    else:
        yield from (arrays[f"{_prefix(name)}.{part}"].T for part in ("weight", "bias"))


def _prefix(name: str) -> str:
    """Translate `layer_3_norm_1` into `blocks.3.norm1`."""
    if name == "norm":
        return name
    _, number, part = name.split("_", 2)
    return f"blocks.{number}." + {"mlp_1": "mlp.fc1", "mlp_2": "mlp.fc2", "attention": "attn"}.get(
        part, part.replace("_", "")
    )


def _attention(arrays: Arrays, prefix: str, heads: int) -> Iterator[Any]:
    """Part timm's one projection into queries, keys and values, and each of these into heads."""
    kernel, bias = arrays[f"{prefix}.qkv.weight"], arrays[f"{prefix}.qkv.bias"]
    for rows, offsets in zip(np.split(kernel, 3), np.split(bias, 3), strict=True):
        yield rows.T.reshape(len(rows), heads, -1)
        yield offsets.reshape(heads, -1)
    projection = arrays[f"{prefix}.proj.weight"]
    yield projection.T.reshape(heads, -1, len(projection))
    yield arrays[f"{prefix}.proj.bias"]
