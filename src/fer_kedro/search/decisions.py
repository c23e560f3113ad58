"""A search as one frozen, typed value: around which recipe, over what space, on which folds, how long."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fer_kedro.protocols.protocol import Protocol
from fer_kedro.search.contradictions import check_space
from fer_kedro.search.space import Dimension, Parameters, grid
from fer_kedro.strict import Strict

PROSE = {"description", "chosen", "report", "reported"}


class Folds(Strict):
    """How the training faces are divided for cross-validation.

    Attributes
    ----------
    by
        `group` keeps copies of a face in one fold and gives every fold each class in equal shares (scikit-learn's
        `StratifiedGroupKFold`); `face` is plain shuffled k-fold (`KFold`), which parts copies.
    share
        Of the training faces, whole groups and each class in this share, where all would take too long.
    """

    count: Annotated[int, Field(ge=2)] = 5
    by: Literal["group", "face"] = "group"
    seed: Annotated[int, Field(ge=0)] = 0
    share: Annotated[float, Field(gt=0, le=1)] = 1.0


class Pruning(Strict):
    """When a configuration that is losing stops.

    Attributes
    ----------
    kind
        `halving`: of the trials asked together, the best share `keep` goes on after each fold (successive halving
        over folds: K. Jamieson and A. Talwalkar, AISTATS 2016). `wilcoxon`: stops where a signed-rank test over folds
        puts it below the best complete one, at level `p_threshold`. `median`: stops where its best fold so far is
        below the median of the complete ones at the same fold. `none` stops nothing.
    min_folds
        None stops before so many folds are done.
    """

    kind: Literal["none", "halving", "wilcoxon", "median"] = "none"
    keep: Annotated[float, Field(gt=0, lt=1)] = 0.5
    p_threshold: Annotated[float, Field(gt=0, lt=1)] = 0.1
    min_folds: Annotated[int, Field(gt=0)] = 1


class Search(Strict):
    """One search, as one YAML page in `conf/base/parameters_searches/`.

    Attributes
    ----------
    recipe
        Name of the recipe that it starts from.
    fixed
        Fields of the recipe, by dotted path, that differ from it in every trial.
    space
        What varies, by the field's dotted path or by a free name where choices change several fields.
    protocol
        Its training side is what is divided into folds, so it makes no copies; whether a leak between folds stops
        the search.
    trials
        How many configurations; `None`, of a grid only, for all.
    at_once
        Trials that are asked together, without knowing each other's scores. The answers depend on this number and
        never on how many workers there are.
    reported
        Mean accuracies that the report gives, in grid order: at least for those configurations that are tried.
    """

    name: str
    report: str
    description: str
    chosen: tuple[str, ...] = ()
    recipe: str
    fixed: dict[str, Any] = Field(default_factory=dict)
    space: dict[str, Dimension]
    protocol: Protocol
    folds: Folds = Folds()
    sampler: Literal["grid", "random", "tpe"] = "tpe"
    trials: Annotated[int, Field(gt=0)] | None = None
    at_once: Annotated[int, Field(gt=0)] = 4
    pruning: Pruning = Pruning()
    seed: Annotated[int, Field(ge=0)] = 0
    reported: tuple[float, ...] = ()

    @property
    def count(self) -> int:
        """How many trials there will be."""
        points = len(self.points) if self.sampler == "grid" else None
        return min(filter(None, (self.trials, points)))

    @property
    def points(self) -> list[Parameters]:
        """The grid's points, as many as are wanted."""
        return grid(self.space)[: self.trials]

    def decisions(self) -> str:
        """JSON of all that decides the answers."""
        return self.model_dump_json(exclude=PROSE)

    @model_validator(mode="after")
    def _consistent(self) -> "Search":
        check_space(self.space, self.fixed)
        if self.protocol.copies:
            raise ValueError("a protocol that makes copies has no folds of original faces; leave its copies out")
        if self.sampler != "grid" and self.trials is None:
            raise ValueError(f"sampler {self.sampler} needs a number of trials")
        configurations = len(grid(self.space)) if self.sampler == "grid" else 0
        if self.reported and not self.count <= len(self.reported) <= configurations:
            raise ValueError(f"reported has {len(self.reported)} accuracies for {self.count} configurations of a grid")
        if self.pruning.min_folds >= self.folds.count and self.pruning.kind != "none":
            raise ValueError(f"pruning after {self.pruning.min_folds} of {self.folds.count} folds prunes nothing")
        return self
