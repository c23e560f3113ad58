"""The recipe of one trial: the one that the search starts from, with the fixed and the drawn fields changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from fer_kedro.errors import InputError
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Search
from fer_kedro.search.space import Dimension, Parameters, Value

SEARCHED = "searched"
FAMILY = "model.family"


def candidate(base: Recipe, search: Search, parameters: Parameters) -> Recipe:
    """Return the recipe that these parameters of a trial stand for.

    Raises
    ------
    InputError
        If the result is no recipe: a path that leads to no field, or a value that the field refuses.
    """
    changes = dict(search.fixed)
    for name, value in parameters.items():
        changes |= search.space[name].changes(name, value)
    page = _with_family(base.model_dump(mode="json"), changes.get(FAMILY))
    for path, value in changes.items():
        _assign(page, path.split("."), value)
    try:
        return Recipe.model_validate(page)
    except ValidationError as error:
        raise InputError(_refused(search, changes, error.errors()[0])) from error


def check_candidates(base: Recipe, search: Search) -> None:
    """Refuse a search whose choices lead to no recipe, before anything is trained.

    Raises
    ------
    InputError
        If a point of a grid, or a choice of another space beside first choices of the rest, is no recipe.
    """
    points = search.points if search.sampler == "grid" else _one_at_a_time(search)
    for point in points:
        candidate(base, search, point)


def searched_recipe(base: Recipe, search: Search, parameters: Parameters) -> Recipe:
    """Return the best trial's recipe under the name `searched`, ready to be trained."""
    found = ", ".join(f"{name} {value}" for name, value in parameters.items())
    told = {
        "name": SEARCHED,
        "description": f"What {search.name} found around {base.name}: {found}",
        "chosen": (f"By the mean accuracy over {search.folds.count} folds of the training faces.",),
        "report": search.report,
        "reported": {},
    }
    return Recipe.model_validate(candidate(base, search, parameters).model_dump(mode="json") | told)


def _one_at_a_time(search: Search) -> Iterator[Parameters]:
    """Give each choice of each dimension, and the ends of its range, where the dimension is there."""
    for name, dimension in search.space.items():
        for value in _ends(dimension):
            yield _point(search.space, {name: value})


def _point(space: Mapping[str, Dimension], wanted: Parameters) -> Parameters:
    """Return a point that has these values, and those that they depend on; else first choices."""
    for name, dimension in reversed(list(space.items())):
        if name in wanted:
            wanted = {other: values[0] for other, values in dimension.when.items()} | wanted
    point: Parameters = {}
    for name, dimension in space.items():
        if dimension.is_active(point):
            point[name] = wanted.get(name, _ends(dimension)[0])
    return point


def _ends(dimension: Dimension) -> tuple[Value, ...]:
    if dimension.choices is not None:
        return dimension.labels
    return tuple(map(int, dimension.range)) if dimension.integers else dimension.range


def _with_family(page: dict[str, Any], family: Any) -> dict[str, Any]:
    """Leave the model out where its family changes: its fields mean nothing to another."""
    kept = family is None or page["model"]["family"] == family
    return page if kept else page | {"model": {}}


def _assign(page: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, field = path
    for parent in parents:
        inner = page.get(parent)
        page[parent] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        page = inner
    page[field] = value


def _refused(search: Search, changes: Mapping[str, Any], refusal: Any) -> str:
    """Say which change is refused, and why."""
    place, reason = [str(key) for key in refusal["loc"]], str(refusal["msg"])
    guilty = [path for path in changes if _leads_to(path.split("."), place)]
    if guilty:
        path = max(guilty, key=len)
        told = f"Search '{search.name}' sets {path} to {changes[path]!r}: {reason}"
    else:
        told = f"Search '{search.name}' makes no recipe of {dict(changes)}: {'.'.join(place)}: {reason}"
    return told if told.endswith("?") else f"{told}; correct its space or its fixed fields."


def _leads_to(path: list[str], place: list[str]) -> bool:
    """Whether an error's place, which names kinds of models too, stands on a path or below its end."""
    common = [key for key in place if key in path]
    return path[: len(common)] == common and (len(common) == len(path) or place[-1] in path)
