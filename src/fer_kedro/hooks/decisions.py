"""What was decided for a child run: as MLflow's parameters, and as one digest."""

import hashlib
import json
import re
from typing import Any

from fer_kedro.faces import Faces
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Search
from fer_kedro.search.space import Parameters

NOT_IN_NAMES = re.compile(r"[^\w\-. ]")
"""What MLflow refuses in a parameter's name, here or on Windows."""


def subject(recipe: Recipe, what: Protocol | Search | None, faces: Faces, code: str) -> str:
    """Digest of what a child run is a run of: the recipe's, the protocol's or search's decisions, faces and code."""
    decisions = recipe.decisions()
    if what is not None:
        decisions += what.decisions() if isinstance(what, Search) else what.model_dump_json()
    return hashlib.sha256(f"{decisions} {faces.digest()} {code}".encode()).hexdigest()[:16]


def parameters(recipe: Recipe) -> dict[str, str]:
    """Every decision of a recipe, by a name such as `training.batch_size`, as short as MLflow wants it.

    They are those of `subject` and no others: MLflow refuses a run whose parameters have changed. The recipe's name is
    a tag.
    """
    decided = flatten(json.loads(recipe.decisions()))
    return _short({name: value for name, value in decided.items() if name != "name"})


def search_parameters(search: Search, recipe: Recipe) -> dict[str, str]:
    """Every decision of a search, by a name such as `search.folds.count`, and of its recipe, as `recipe.…`.

    Each dimension of the space is one parameter, `search.space.<name>`, without what it leaves at its default.
    """
    decided = {name: value for name, value in json.loads(search.decisions()).items() if name not in ("name", "space")}
    space = {name: dimension.model_dump_json(exclude_defaults=True) for name, dimension in search.space.items()}
    told = flatten({"search": {**decided, "space": space}})
    return _short(told) | {f"recipe.{name}": value for name, value in parameters(recipe).items()}


def drawn_parameters(drawn: Parameters) -> dict[str, str]:
    """Parameters of a trial, by a name such as `search/depth`, apart from the fields of its recipe that they set."""
    return {f"search/{name}": value for name, value in _short(dict(drawn)).items()}


def flatten(values: dict[str, Any]) -> dict[str, Any]:
    """Values of nested mappings under dotted names; lists stay whole."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten(value).items()}
        else:
            flat[name] = value
    return flat


def _short(values: dict[str, Any]) -> dict[str, str]:
    return {NOT_IN_NAMES.sub("_", name): str(value)[:500] for name, value in values.items()}
