"""What the answers of a search depend on beside its decisions and its faces."""

from importlib.metadata import version

from fer_kedro.learning.precision import resolve_precision
from fer_kedro.recipe import Recipe
from fer_kedro.source_code import SEARCH, code_digest, computed_by


def computing(threads: int) -> str:
    """Name the code, the versions, the precision and the threads of a worker that a study's answers are of."""
    drawn_by = map(version, ("optuna", "scipy"))
    code = code_digest(patterns=SEARCH)
    return " ".join([str(threads), resolve_precision("auto"), code, *computed_by().values(), *drawn_by])


def of_one_precision(recipe: Recipe) -> Recipe:
    """Decide `precision: auto` here and once, so that workers with other processors compute with the same."""
    if recipe.training.precision != "auto":
        return recipe
    decided = {"precision": resolve_precision("auto")}
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=decided)})
