"""What was decided for a child run: as MLflow's parameters, and as one digest."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from fer_kedro.faces import Faces
from fer_kedro.recipe import Recipe


def subject(recipe: Recipe, protocol: BaseModel | None, faces: Faces, code: str) -> str:
    """Digest of what a child run is a run of: the recipe's and the protocol's decisions, the faces and the code."""
    decisions = recipe.decisions() + (protocol.model_dump_json() if protocol else "")
    return hashlib.sha256(f"{decisions} {faces.digest()} {code}".encode()).hexdigest()[:16]


def parameters(recipe: Recipe) -> dict[str, str]:
    """Every decision of a recipe, by a name such as `training.batch_size`, as short as MLflow wants it.

    They are those of `subject` and no others: MLflow refuses a run whose parameters have changed. The recipe's name is
    a tag.
    """
    decided = flatten(json.loads(recipe.decisions()))
    return {name: str(value)[:500] for name, value in decided.items() if name != "name"}


def flatten(values: dict[str, Any]) -> dict[str, Any]:
    """Values of nested mappings under dotted names; lists stay whole."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten(value).items()}
        else:
            flat[name] = value
    return flat
