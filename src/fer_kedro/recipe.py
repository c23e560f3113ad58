"""The recipe: every decision of an experiment in one frozen, typed value."""

from typing import Annotated, Literal

from pydantic import Field

from fer_kedro.architecture import Architecture
from fer_kedro.strict import Strict
from fer_kedro.variation import Augmentation, Balancing

Precision = Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"]
Share = Annotated[float, Field(ge=0, lt=1)]
Monitored = Literal["val_loss", "val_accuracy"]


class Reported(Strict):
    """What the report claims; `None` where it claims nothing.

    `classes` is the number of classes that it told apart, where that is not the recipe's.
    """

    accuracy: Share | None = None
    measured_on: str = ""
    classes: Annotated[int, Field(ge=2)] | None = None


class Preprocessing(Strict):
    """How grey levels enter the network.

    `unit` scales them to [0, 1]; `standardise` subtracts the training set's mean and divides by its standard
    deviation, both over all pixels; `none` leaves 0 to 255. Pre-trained weights bring their own scaling, which
    then stands in its place.
    """

    scaling: Literal["none", "unit", "standardise"] = "unit"


class Loss(Strict):
    """The loss function.

    Attributes
    ----------
    kind
        Cross-entropy, or focal loss: cross-entropy times α (1 - p)^γ, p the probability of the true class
        (T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017).
    gamma, alpha
        Of focal loss only.
    class_weights
        `balanced` multiplies each face's loss by n / (classes · faces of its class) while training.
    """

    kind: Literal["cross_entropy", "focal"] = "cross_entropy"
    gamma: Annotated[float, Field(ge=0)] = 2.0
    alpha: Annotated[float, Field(gt=0, le=1)] = 0.25
    class_weights: Literal["none", "balanced"] = "none"


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


class Phase(Strict):
    """A part of the training, with an optimiser of its own.

    Attributes
    ----------
    trainable
        `all` layers, the `head` behind a pre-trained base, or the head and so many of the base's last layers.
    learning_rate
        The first of this phase.
    """

    trainable: Literal["all", "head"] | Annotated[int, Field(gt=0)] = "all"
    epochs: Annotated[int, Field(gt=0)]
    learning_rate: Annotated[float, Field(gt=0)]


class Training(Strict):
    """How long, in what batches and at what precision; `keep_best` names what the kept epoch is chosen by.

    `fine_tuning` phases follow one another where pre-trained weights are given. Without these a frozen base means
    nothing, and all layers are trained in one phase of `epochs`. Early stopping ends a phase.

    Precision `auto` is mixed bfloat16 where the processor computes it natively, float32 elsewhere, whether or not
    there is a GPU; `mixed_float16` needs one.
    """

    batch_size: Annotated[int, Field(gt=0)] = 64
    epochs: Annotated[int, Field(gt=0)]
    fine_tuning: tuple[Phase, ...] = ()
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
        What the report does not say and we chose, and where we depart from it, one sentence each.
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
    model: Architecture
    loss: Loss = Loss()
    optimizer: Optimizer = Optimizer()
    training: Training

    def decisions(self) -> str:
        """Give what decides a run: recipes of equal decisions are one experiment, whatever is told of it.

        Returns
        -------
        str
            JSON of all fields but `report`, `description`, `chosen` and `reported`; defaults are written out.
        """
        return self.model_dump_json(exclude={"report", "description", "chosen", "reported"})
