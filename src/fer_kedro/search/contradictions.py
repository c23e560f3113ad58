"""Spaces that mean nothing are refused before a search begins."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from fer_kedro.search.space import Dimension, Value

PROSE = {"name", "report", "description", "chosen", "reported"}


def check_space(space: Mapping[str, Dimension], fixed: Iterable[str] = ()) -> None:
    """Refuse a space that is empty or contradicts itself or the fixed fields.

    Raises
    ------
    ValueError
        With what is wrong.
    """
    if not space:
        raise ValueError("the space is empty: name at least one dimension")
    before: dict[str, Dimension] = {}
    for name, dimension in space.items():
        _check_condition(name, dimension, before)
        _check_fixed(name, dimension, fixed)
        before[name] = dimension
    for one, other in combinations(space, 2):
        _check_pair(one, other, space)


def _check_condition(name: str, dimension: Dimension, before: Mapping[str, Dimension]) -> None:
    for other, wanted in dimension.when.items():
        if other not in before:
            raise ValueError(f"{name} depends on {other}, which is no dimension before it")
        if never := [value for value in wanted if not _can_be(before[other], value)]:
            raise ValueError(f"{name} is there when {other} is {never[0]!r}, which it never is")
        if not wanted:
            raise ValueError(f"{name} is never there: it names no value of {other}")


def _can_be(dimension: Dimension, value: Value) -> bool:
    if dimension.values is not None:
        return value in dimension.values
    low, high = dimension.range
    return isinstance(value, int | float) and low <= value <= high


def _check_fixed(name: str, dimension: Dimension, fixed: Iterable[str]) -> None:
    for field in _fields(name, dimension):
        if field.split(".")[0] in PROSE or field == "training.seed":
            raise ValueError(f"{name} varies {field}, which is no decision of a recipe")
        if within := [path for path in fixed if f"{path}.".startswith(f"{field}.")]:
            raise ValueError(f"{name} varies {field}, while {within[0]} is fixed")


def _check_pair(one: str, other: str, space: Mapping[str, Dimension]) -> None:
    """Refuse two dimensions that may be there together and set the same field, or one within the other's."""
    first, second = space[one], space[other]
    if any(set(first.when[name]).isdisjoint(second.when[name]) for name in first.when.keys() & second.when.keys()):
        return
    for field in _fields(one, first, second.when.get(one)):
        for rival in _fields(other, second):
            if f"{field}.".startswith(f"{rival}.") or f"{rival}.".startswith(f"{field}."):
                raise ValueError(f"{one} and {other} both set {max(field, rival, key=len)}")


def _fields(name: str, dimension: Dimension, labels: Iterable[Value] | None = None) -> Iterator[str]:
    """Give the fields of the recipe that a dimension sets, or that these of its labels set."""
    if not isinstance(dimension.choices, dict):
        yield name
        return
    for label in dimension.choices if labels is None else labels:
        yield from dimension.choices[str(label)]
