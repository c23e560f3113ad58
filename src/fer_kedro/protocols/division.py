"""How a protocol divides faces, and how it copies them, where it does not take the challenge's split as it is."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fer_kedro.strict import Strict
from fer_kedro.variation import Augmentation

Share = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]


class Holdout(Strict):
    """A part of the training faces as validation set.

    Attributes
    ----------
    share
        Of every class.
    by
        `stratified` draws it from the seed. `file_order` takes each class's first faces in the order of their file
        names, `Training_<face_id>.jpg`, as text: what the `validation_split` of Keras' ImageDataGenerator does.
    """

    share: Share = 0.2
    by: Literal["stratified", "file_order"] = "stratified"
    seed: Seed = 0


class Resplit(Strict):
    """A new split of all faces, whatever their usage, each class in the same shares.

    Attributes
    ----------
    validation, test
        Their shares; the rest is for training.
    by
        What stays whole: a `face`, whose copies may then stand on another side, or a `group` of copies.
    """

    validation: Share = 0.2
    test: Share = 0.2
    by: Literal["face", "group"] = "group"
    seed: Seed = 0

    @model_validator(mode="after")
    def _something_to_train_on(self) -> "Resplit":
        if self.validation + self.test >= 1:
            raise ValueError("validation and test leave no face for training")
        return self


class Copies(Strict):
    """Augmented copies, made once and kept.

    Attributes
    ----------
    count
        Of each face.
    before_split
        Whether a face's copies are made first and then divided, each for itself or group by group. Otherwise only
        training faces are copied, and evaluation faces are original.
    keep_originals
        Whether the copied faces stay too.
    """

    count: Annotated[int, Field(gt=0)] = 5
    augmentation: Augmentation
    before_split: bool = False
    keep_originals: bool = False
    seed: Seed = 0
