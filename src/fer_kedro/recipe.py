"""The recipe: every decision of an experiment in one frozen, typed value."""

from typing import Annotated, Literal

from pydantic import Field

from fer_kedro.strict import Strict
from fer_kedro.variation import Augmentation, Balancing

Precision = Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"]
Share = Annotated[float, Field(ge=0, lt=1)]
Monitored = Literal["val_loss", "val_accuracy"]


class Reported(Strict):
    """What the report claims; `None` where it claims nothing."""

    accuracy: Share | None = None
    measured_on: str = ""


class Preprocessing(Strict):
    """How grey levels enter the network.

    `unit` scales them to [0, 1]; `standardise` subtracts the training set's mean and divides by its standard
    deviation, both over all pixels; `none` leaves 0 to 255.
    """

    scaling: Literal["none", "unit", "standardise"] = "unit"


class ConvolutionalNetwork(Strict):
    """Blocks of convolutions with 2×2 max-pooling after each, then dense layers and a softmax.

    Attributes
    ----------
    blocks
        Filters of each convolution, block by block: `[[32], [64], [128]]`.
    batch_norm, dense_batch_norm
        Whether batch normalisation follows each convolution, and each hidden dense layer.
    block_dropout, dense_dropout
        Share of activations dropped after each block and each hidden dense layer.
    """

    family: Literal["cnn"] = "cnn"
    blocks: Annotated[tuple[tuple[Annotated[int, Field(gt=0)], ...], ...], Field(min_length=1)]
    kernel: Annotated[int, Field(gt=0)] = 3
    padding: Literal["same", "valid"] = "same"
    batch_norm: bool = False
    block_dropout: Share = 0.0
    dense: tuple[Annotated[int, Field(gt=0)], ...] = ()
    dense_batch_norm: bool = False
    dense_dropout: Share = 0.0


class Loss(Strict):
    """The loss function."""

    kind: Literal["cross_entropy"] = "cross_entropy"


class Optimizer(Strict):
    """The optimiser and its first learning rate."""

    kind: Literal["adam"] = "adam"
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3


class EarlyStopping(Strict):
    """Stop after `patience` epochs without improvement."""

    monitor: Monitored = "val_loss"
    patience: Annotated[int, Field(gt=0)]


class ReduceOnPlateau(Strict):
    """Multiply the learning rate by `factor` after `patience` epochs without improvement."""

    monitor: Monitored = "val_loss"
    factor: Annotated[float, Field(gt=0, lt=1)]
    patience: Annotated[int, Field(gt=0)]


class Training(Strict):
    """How long, in what batches and at what precision; `keep_best` names what the kept epoch is chosen by.

    Precision `auto` is mixed bfloat16 where the processor computes it natively, float32 elsewhere; `mixed_float16`
    needs a GPU.
    """

    batch_size: Annotated[int, Field(gt=0)] = 64
    epochs: Annotated[int, Field(gt=0)]
    keep_best: Monitored | None = "val_accuracy"
    early_stopping: EarlyStopping | None = None
    reduce_on_plateau: ReduceOnPlateau | None = None
    precision: Precision = "auto"
    seed: Annotated[int, Field(ge=0)] = 0


class Recipe(Strict):
    """One experiment, as one YAML page in `conf/base/parameters_recipes/`.

    Attributes
    ----------
    name
        The recipe's name: its file's and its key's.
    report
        The report that it comes from.
    chosen
        What the report does not say and we chose, one sentence each.
    balancing
        `None` trains on the classes as they are.
    augmentation
        Applied to every training batch anew, never to evaluation faces; `None` for none.
    """

    name: str
    report: str
    description: str
    chosen: tuple[str, ...] = ()
    reported: Reported = Reported()
    balancing: Balancing | None = None
    preprocessing: Preprocessing = Preprocessing()
    augmentation: Augmentation | None = None
    model: ConvolutionalNetwork
    loss: Loss = Loss()
    optimizer: Optimizer = Optimizer()
    training: Training
