"""The pipelines that `kedro run --pipelines=…` knows."""

from pathlib import Path

import yaml
from kedro.pipeline import Pipeline

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
        If file, key and `name` of a page differ: its results would pass for another recipe's.
    """
    pages = sorted((CONF / "parameters_recipes").glob("*.yml"))
    for page in pages:
        found = (yaml.safe_load(page.read_text()) or {}).get("recipes", {})
        names = {page.stem, *found, *(recipe.get("name") for recipe in found.values())}
        if names != {page.stem}:
            raise InputError(
                f"{page.name} must hold one recipe whose key and name are '{page.stem}', not "
                f"{sorted(map(str, names - {page.stem}))}; a copied page needs its own name in all three places."
            )
    return [page.stem for page in pages]


def default_recipe() -> str:
    """Return the recipe that `training` and the default pipeline train."""
    return str(yaml.safe_load((CONF / "globals.yml").read_text())["default_recipe"])
