"""The space of a search as data: which fields of a recipe vary, over what, and when."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field, field_validator, model_validator

from fer_kedro.strict import Strict

Value = None | bool | int | float | str
"""What a parameter of a trial can be: lists and mappings are named by a label."""
Parameters = dict[str, Value]


class Dimension(Strict):
    """One thing that varies: choices, integers from low to high, or real numbers from low to high.

    Attributes
    ----------
    choices
        Values for the recipe's field that the dimension is named after; or, to change several fields at once, labels,
        each with fields and their values: `{large: {model.kernel: 5, training.epochs: 20}}`. Where `model.family`
        changes, the rest of the model begins with the new family's defaults.
    integers, reals
        Lowest and highest value, both included.
    step
        Of integers and real numbers; a grid needs it for the latter.
    log
        Whether the sampler sees the logarithm.
    when
        The dimension is there only where others have one of these values.
    """

    choices: dict[str, dict[str, Any]] | tuple[Any, ...] | None = None
    integers: tuple[int, int] | None = None
    reals: tuple[float, float] | None = None
    step: float | None = Field(None, gt=0)
    log: bool = False
    when: dict[str, tuple[Value, ...]] = Field(default_factory=dict)

    @field_validator("choices", mode="before")
    @classmethod
    def _labelled(cls, choices: Any) -> Any:
        if not isinstance(choices, Mapping):
            return choices
        for label, fields in choices.items():
            if not isinstance(fields, Mapping):
                raise ValueError(f"choice {label!r} needs fields and their values, as in {{model.kernel: 3}}")
        return {str(label): fields for label, fields in choices.items()}

    @model_validator(mode="after")
    def _one_kind(self) -> "Dimension":
        given = [kind for kind in (self.choices, self.integers, self.reals) if kind is not None]
        if len(given) != 1:
            raise ValueError("a dimension has either choices or integers or reals")
        if self.choices is not None:
            if not self.labels or len(set(self.labels)) < len(self.labels):
                raise ValueError("choices are at least one value, none of them twice")
            if self.step or self.log:
                raise ValueError("choices have no step and no log")
        else:
            self._check_range(*self.range)
        return self

    def _check_range(self, low: float, high: float) -> None:
        if low > high:
            raise ValueError(f"a range is [low, high] with low ≤ high, not [{low:g}, {high:g}]")
        if self.log and (low <= 0 or self.step):
            raise ValueError("a log scale begins above 0 and has no step")
        if self.integers and self.step and self.step != int(self.step):
            raise ValueError("a step of integers is an integer")

    @property
    def range(self) -> tuple[float, float]:
        """Lowest value, and highest that steps from there lead to."""
        low, high = self.integers or self.reals or (0, 0)
        if self.step and low < high:
            start, end, by = _decimals(low, high, self.step)
            high = float(start + (end - start) // by * by)
        return low, high

    @property
    def labels(self) -> tuple[Value, ...]:
        """The choices as parameters of a trial: themselves, or a label where they are lists or mappings."""
        return tuple(_label(choice) for choice in self.choices or ())

    @property
    def values(self) -> tuple[Value, ...] | None:
        """All values, in order; `None` where there are too many to be listed."""
        if self.choices is not None:
            return self.labels
        step = self.step or (1 if self.integers else None)
        if step is None or self.log:
            return None
        low, high, by = _decimals(*self.range, step)
        kind = int if self.integers else float
        return tuple(kind(low + number * by) for number in range(int((high - low) / by) + 1))

    def changes(self, name: str, value: Value) -> dict[str, Any]:
        """Fields of the recipe, by dotted path, and what this value makes of them."""
        if isinstance(self.choices, dict):
            return self.choices[str(value)]
        if self.choices is not None:
            return {name: self.choices[self.labels.index(value)]}
        return {name: value}

    def is_active(self, chosen: Mapping[str, Value]) -> bool:
        """Whether it is there, given the values of the dimensions before it."""
        return all(name in chosen and chosen[name] in values for name, values in self.when.items())


def grid(space: Mapping[str, Dimension]) -> list[Parameters]:
    """Every point of a space of listed values; the first dimension varies slowest, as in nested loops.

    Raises
    ------
    ValueError
        If a dimension's values can't be listed.
    """
    if endless := [name for name, dimension in space.items() if dimension.values is None]:
        raise ValueError(f"a grid needs choices, or a step without log, for {endless[0]}")
    return list(_points(list(space.items()), {}))


def _points(dimensions: list[tuple[str, Dimension]], chosen: Parameters) -> Iterator[Parameters]:
    if not dimensions:
        yield chosen
        return
    (name, dimension), *rest = dimensions
    if not dimension.is_active(chosen):
        yield from _points(rest, chosen)
        return
    for value in dimension.values or ():
        yield from _points(rest, chosen | {name: value})


def _label(choice: Any) -> Value:
    return choice if choice is None or isinstance(choice, bool | int | float | str) else json.dumps(choice, default=str)


def _decimals(*numbers: float) -> tuple[Decimal, ...]:
    """Give numbers as they are written, of which 0.1 + 2 · 0.1 is 0.3."""
    return tuple(Decimal(str(number)) for number in numbers)
