"""Pre-trained weights: checked before anything is trained, loaded from HDF5 files alone."""

import hashlib
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_kedro.architecture import Architecture, PretrainedNetwork, VisionTransformer, weights_of
from fer_kedro.errors import InputError
from fer_kedro.models.weight_shapes import Shape, weight_shapes

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any

REMEDY = "give the path of a file with the weights of its base, or set weights to none"


def check_weights(architecture: Architecture) -> str:
    """Check that a network's pre-trained weights are there and its own, without Keras.

    Returns
    -------
    str
        What a run's record says of them: `none`, `imagenet (Keras)`, or a file's name, the beginning of its hash and
        its origin, if that is not Keras. Whether Keras can download its weights shows only when it does.

    Raises
    ------
    InputError
        If the file is missing, is no HDF5 file that Keras wrote, or holds the weights of another network.
    """
    weights = weights_of(architecture)
    if weights == "none" or not isinstance(architecture, PretrainedNetwork | VisionTransformer):
        return "none"
    if weights == "imagenet":
        return "imagenet (Keras)"
    path = Path(weights).expanduser()
    if difference := _difference(_stored_shapes(path), weight_shapes(architecture)):
        raise InputError(f"{path} does not hold the weights of {architecture.family}: {difference}; {REMEDY}.")
    source = f", from {origin}" if (origin := getattr(architecture, "weights_origin", "keras")) != "keras" else ""
    return f"{path.name}, sha256 {_digest(path)[:12]}{source}"


def load_weights(base: KerasModel, architecture: PretrainedNetwork | VisionTransformer) -> None:
    """Give a base the weights of its file.

    Raises
    ------
    InputError
        If the file is not one of this network's weights.
    """
    check_weights(architecture)
    path = Path(architecture.weights).expanduser()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Skipping nested container")  # layers would keep their random weights
            base.load_weights(path)
    except Exception as error:  # Keras raises anything from KeyError to OSError on files that it did not write
        raise InputError(
            f"Keras can't read the weights of {architecture.family} in {path} ({first_line(error)}); {REMEDY}."
        ) from error


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, of which Keras writes many."""
    return str(error).partition("\n")[0][:200]


def _stored_shapes(path: Path) -> Counter[Shape]:
    """Count the arrays of each shape in a file whose name tells Keras its format."""
    import h5py

    if not path.is_file():
        raise InputError(f"There is no file of weights {path}; {REMEDY}.")
    try:
        with h5py.File(path) as file:
            legacy, shapes = "layer_names" in file.attrs or "model_weights" in file, _float_shapes(file)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no HDF5 file of weights that can be read; {REMEDY}.") from error
    _check_name(path, legacy)
    return shapes


def _check_name(path: Path, legacy: bool) -> None:
    """Refuse a name by which Keras would take the file for one of its other format."""
    if not path.name.endswith(".h5") or path.name.endswith(".weights.h5") == legacy:
        ending = ".h5 and not .weights.h5" if legacy else ".weights.h5"
        raise InputError(f"Keras knows files such as {path} by the ending {ending}; rename it and give its new path.")


def _float_shapes(file: Any) -> Counter[Shape]:
    """Count the shapes of all float arrays: a dropout layer stores the state of its generator as integers."""
    shapes: Counter[Shape] = Counter()

    def count(_: str, item: Any) -> None:
        if getattr(item, "dtype", None) is not None and item.dtype.kind == "f":
            shapes[tuple(item.shape)] += 1

    file.visititems(count)
    return shapes


def _difference(stored: Counter[Shape], wanted: Counter[Shape]) -> str | None:
    """Say by one shape in what the file differs."""
    for shape in (wanted - stored) or (stored - wanted):
        return f"it has {stored[shape]} arrays of shape {'×'.join(map(str, shape))} instead of {wanted[shape]}"
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
