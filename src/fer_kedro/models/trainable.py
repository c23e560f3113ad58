"""Base and head: which layers were pre-trained, which of them learn, and each as a model of its own."""

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
    import keras

    if not base_layers(model):
        raise ValueError(f"{model.name} has no base to split it at.")
    features = model.get_layer(FEATURES)
    inputs = keras.Input(features.output.shape[1:], dtype=features.output.dtype, name=FEATURES)
    x = inputs
    for layer in model.layers[model.layers.index(features) + 1 :]:
        x = layer(x)
    return keras.Model(model.input, features.output, name="base"), keras.Model(inputs, x, name="head")
