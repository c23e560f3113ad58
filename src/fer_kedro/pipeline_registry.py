"""The pipelines that `kedro run --pipelines=…` knows."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from kedro.pipeline import Pipeline
from yaml.error import MarkedYAMLError

from fer_kedro.errors import InputError
from fer_kedro.pipelines import balancing, eda, ingestion, reporting, training

CONF = Path(__file__).resolve().parents[2] / "conf" / "base"
PROTOCOL = "honest"


def register_pipelines() -> dict[str, Pipeline]:
    """Return each stage by its name, `training` from the raw source, the default way, and every recipe."""
    default = f"{PROTOCOL}.{default_recipe()}"
    runs = [f"{PROTOCOL}.{recipe}" for recipe in recipes()]
    sources = ingestion.create_pipeline() + balancing.create_pipeline()
    complete = sources + training_and_reports([default])
    return {
        "__default__": complete + eda.create_pipeline(),
        "ingestion": ingestion.create_pipeline(),
        "eda": eda.create_pipeline(),
        "balancing": balancing.create_pipeline(),
        "training": complete,
        "reporting": reporting.create_pipeline([default]),
        "publish": reporting.create_publish_pipeline(runs),
        "results_page": reporting.create_results_pipeline(),
        "all_recipes": sources + training_and_reports(runs),
    }


def training_and_reports(runs: list[str]) -> Pipeline:
    """Train these runs (`<protocol>.<recipe>`), then report each and compare all."""
    return sum((training.create_pipeline(*run.split(".")) for run in runs), start=reporting.create_pipeline(runs))


def recipes() -> list[str]:
    """Names of all recipes: every YAML page below `conf/base/parameters_recipes` is one.

    Raises
    ------
    InputError
        If a page is not YAML, or its file, key and `name` differ: its results would pass for another recipe's.
    """
    pages = sorted((CONF / "parameters_recipes").glob("*.yml"))
    for page in pages:
        if (names := _names(page)) != {page.stem}:
            raise InputError(
                f"{page.name} must hold one recipe whose key and name are '{page.stem}', not "
                f"{sorted(map(str, names - {page.stem}))}; a copied page needs its own name in all three places."
            )
    return [page.stem for page in pages]


def default_recipe() -> str:
    """Return the recipe that `training` and the default pipeline train.

    Raises
    ------
    InputError
        If there is no recipe of that name.
    """
    name = str(_read(CONF / "globals.yml").get("default_recipe"))
    if name not in recipes():
        near = get_close_matches(name, recipes(), 1, cutoff=0)[0]
        raise InputError(
            f"conf/base/globals.yml asks for default_recipe {name!r}, which no page describes; try {near!r}."
        )
    return name


def _names(page: Path) -> set[Any]:
    """Key and `name` of every recipe on a page, nothing in place of what is missing."""
    found = _read(page).get("recipes")
    recipes = found if isinstance(found, dict) else {None: None}
    return {*recipes, *(recipe.get("name") if isinstance(recipe, dict) else None for recipe in recipes.values())}


def _read(page: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(page.read_bytes())
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, MarkedYAMLError) and error.problem_mark else 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None)
        raise InputError(f"{page}, line {line}, is not YAML ({reason}); correct the page or take it away.") from error
    return content if isinstance(content, dict) else {}
