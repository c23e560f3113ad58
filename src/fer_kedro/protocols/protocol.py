"""A data protocol as data: which faces a run learns from, chooses by and is scored on."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fer_kedro.faces import PRIVATE_TEST
from fer_kedro.protocols.division import Copies, Holdout, Resplit
from fer_kedro.strict import Strict

Usage = Literal["Training", "PublicTest", "PrivateTest"]
Usages = Annotated[tuple[Usage, ...], Field(min_length=1)]


class Protocol(Strict):
    """A data protocol; the defaults are the honest one.

    Attributes
    ----------
    name
        Short name; the first half of a run's name.
    on_leak
        Whether a leak that the audit finds stops the run or is recorded in its row.
    drop_training_copies
        Training loses the faces whose copies stand in the validation or the test set.
    drop_validation_copies
        The validation set loses the faces whose copies stand in the test set.
    drop_blanks
        Training loses blank faces; no evaluation set does.
    drop_classes
        Names of classes of which no face is used.
    training, test
        The usages that are for training, and the usages that are scored.
    validation
        What the run selects on: a usage, a part of the training faces, or the `test` set itself.
    resplit
        A split to be made instead of these usages.
    copies
        Augmented copies to be made before or after the split.
    """

    name: str
    on_leak: Literal["stop", "record"] = "stop"
    drop_training_copies: bool = True
    drop_validation_copies: bool = True
    drop_blanks: bool = True
    drop_classes: tuple[str, ...] = ()
    training: Usages = ("Training",)
    validation: Usage | Literal["test"] | Holdout = "PublicTest"
    test: Usages = ("PrivateTest",)
    resplit: Resplit | None = None
    copies: Copies | None = None

    @property
    def usages(self) -> frozenset[str]:
        """The usages of which it needs faces."""
        named = {self.validation} if isinstance(self.validation, str) else set()
        return frozenset() if self.resplit else frozenset({*self.training, *self.test, *named} - {"test"})

    @property
    def scores_private_test(self) -> bool:
        """Whether it is PrivateTest, and nothing else, that is scored."""
        return self.resplit is None and self.test == (PRIVATE_TEST,)

    @property
    def test_set(self) -> str:
        """What is scored, in words."""
        return _share_of_all(self.resplit.test, self.copies) if self.resplit else " and ".join(self.test)

    @property
    def validation_set(self) -> str:
        """What the run selects on, in words."""
        if self.resplit:
            return _share_of_all(self.resplit.validation, self.copies)
        if isinstance(self.validation, Holdout):
            return f"{_percent(self.validation.share)} of {' and '.join(self.training)}, {self.validation.by}"
        return "the test set itself" if self.validation == "test" else self.validation

    @model_validator(mode="after")
    def _consistent(self) -> "Protocol":
        if self.resplit and self.model_fields_set & {"training", "validation", "test"}:
            raise ValueError("resplit divides all faces anew: leave training, validation and test out")
        if self.copies and self.copies.before_split and not self.resplit:
            raise ValueError("copies that are made before_split need a resplit that divides them")
        if self.validation == "test" and self.drop_validation_copies:
            raise ValueError("the validation set is the test set: set drop_validation_copies to false")
        return self


def _share_of_all(share: float, copies: Copies | None) -> str:
    return f"{_percent(share)} of all {'copies' if copies and copies.before_split else 'faces'}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
