"""Base and head: which layers were pre-trained, which of them learn, and each as a model of its own."""

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

from fer_kedro.models.inputs import INPUT_LAYERS

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any

FEATURES = "features"
"""Name of the layer between base and head."""


def base_layers(model: KerasModel) -> list[Any]:
    """Layers of a network's base from first to last, none for a family without a base.

    Preprocessing before the base and the pooling after it do not count: the last so many layers are those of the
    published network.
    """
    names = [layer.name for layer in model.layers]
    if FEATURES not in names:
        return []
    return [layer for layer in model.layers[: names.index(FEATURES)] if layer.name not in INPUT_LAYERS]


def set_trainable(model: KerasModel, trainable: Literal["all", "head"] | int) -> None:
    """Choose which layers learn: all, the head, or the head and so many of the base's last layers.

    A network without a base is all head. A compiled model must be compiled again.
    """
    for layer in model.layers:  # the model's own setter does not reach layers that were frozen one by one
        layer.trainable = True
    if trainable == "all":
        return
    base = base_layers(model)
    learning = 0 if trainable == "head" else trainable
    for layer in base[: max(0, len(base) - learning)]:
        layer.trainable = False


def split_at_base(model: KerasModel) -> tuple[KerasModel, KerasModel]:
    """Give base and head as two models that share the layers, and so the weights, of the whole.

    Returns
    -------
    tuple[KerasModel, KerasModel]
        The base from uint8 faces to float32 features (n, c), and the head from those to probabilities.

    Raises
    ------
    ValueError
        If the network has no base.
    """
    if not base_layers(model):
        raise ValueError(f"{model.name} has no base to split it at.")
    return _split(model, model.get_layer(FEATURES))


def split_before_learning(model: KerasModel, most: float = math.inf) -> tuple[KerasModel, KerasModel] | None:
    """Split a model into what gives the same of the same faces throughout a phase, and the rest; both share its layers.

    They meet at the last single tensor, of at most so many values a face, that comes before every layer that learns or
    draws random numbers.

    Returns
    -------
    tuple[KerasModel, KerasModel] | None
        From uint8 faces to features (n, ...), and from those to probabilities; nothing where no frozen weights come
        before such a tensor.
    """
    same = list(takewhile(lambda operation: not _changes(operation), model.operations))
    cuts = [place for place in _single_tensors(model) if place < len(same) and _values(same[place]) <= most]
    if not cuts or not any(getattr(operation, "weights", ()) for operation in same[: cuts[-1] + 1]):
        return None
    return _split(model, same[cuts[-1]])


def _values(operation: Any) -> int:
    return math.prod(operation.output.shape[1:])


def _changes(operation: Any) -> bool:
    """Whether a layer learns, moves its statistics, or draws random numbers; their state is no weight."""
    variables = getattr(operation, "variables", ())
    learns = variables and getattr(operation, "trainable", False)
    return bool(learns) or len(variables) > len(getattr(operation, "weights", ()))


def _single_tensors(model: KerasModel) -> list[int]:
    """Find the operations behind which all others need the output of that one alone."""
    import keras

    last_reader = {
        id(tensor): place
        for place, operation in enumerate(model.operations)
        for tensor in keras.tree.flatten(operation.input)
    }
    needed, found = 0, []
    for place, operation in enumerate(model.operations):
        outputs = keras.tree.flatten(operation.output)
        if needed <= place and len(outputs) == 1:
            found.append(place)
        needed = max(needed, *(last_reader.get(id(output), place) for output in outputs))
    return found


def _split(model: KerasModel, last: Any) -> tuple[KerasModel, KerasModel]:
    import keras

    rest = keras.Model(last.output, model.output, name="head")
    rest.dtype_policy = model.dtype_policy  # by which `compile` scales the loss of half precision
    return keras.Model(model.input, last.output, name="base"), rest
