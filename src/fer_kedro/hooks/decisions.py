"""What was decided for a child run: as MLflow's parameters, and as one digest."""

import hashlib
from typing import Any

from pydantic import BaseModel

from fer_kedro.faces import Faces
from fer_kedro.recipe import Recipe

PROSE = {"name", "description", "chosen"}


def subject(recipe: Recipe, protocol: BaseModel | None, faces: Faces, code: str) -> str:
    """Digest of what a child run is a run of: the recipe's and the protocol's decisions, the faces and the code."""
    decisions = recipe.model_dump_json(exclude=PROSE) + (protocol.model_dump_json() if protocol else "")
    return hashlib.sha256(f"{decisions} {faces.digest()} {code}".encode()).hexdigest()[:16]


def parameters(recipe: Recipe) -> dict[str, str]:
    """Every decision of a recipe, by a name such as `training.batch_size`, as short as MLflow wants it."""
    return {name: str(value)[:500] for name, value in flatten(recipe).items() if name not in PROSE}


def flatten(model: BaseModel) -> dict[str, Any]:
    """Fields of a nested model under dotted names; lists stay whole."""

    def walk(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            return {path: value}
        return {key: leaf for name, inner in value.items() for key, leaf in walk(inner, f"{path}.{name}").items()}

    return {path.removeprefix("."): value for path, value in walk(model.model_dump(mode="json"), "").items()}
