"""The pipelines that `kedro run --pipelines=…` knows."""

from itertools import starmap

import click
from kedro.pipeline import Pipeline

from fer_kedro.errors import InputError
from fer_kedro.pages import CONF, default_recipe, default_search, recipes, runs, searches, shared_protocols
from fer_kedro.pipelines import balancing, eda, ingestion, kfold_search, reporting, training
from fer_kedro.search.candidate import SEARCHED

__all__ = ["CONF", "PROTOCOL", "default_recipe", "recipes", "register_pipelines", "runs", "training_and_reports"]

PROTOCOL = "honest"
FOUND = f"{PROTOCOL}.{SEARCHED}"
"""The run of the recipe that a search finds."""


def register_pipelines() -> dict[str, Pipeline]:
    """Return each stage by its name, `training` from the raw source, the default way, and every run.

    Raises
    ------
    click.ClickException
        If a page is unusable: commands that load no context, such as `kedro registry list`, have no hook to say so.
    """
    try:
        default, every = f"{PROTOCOL}.{default_recipe()}", runs()
        search, every_search = default_search(), searches()
    except InputError as error:
        raise click.ClickException(str(error)) from error
    sources = ingestion.create_pipeline() + balancing.create_pipeline()
    complete = sources + training_and_reports([default])
    return {
        "__default__": complete + eda.create_pipeline(),
        "ingestion": ingestion.create_pipeline(),
        "eda": eda.create_pipeline(),
        "balancing": balancing.create_pipeline(),
        "kfold_search": kfold_search.create_pipeline(search, every_search[search]),
        "all_searches": sum(starmap(kfold_search.create_pipeline, every_search.items()), start=Pipeline([])),
        "searched": sources + search_and_training(search, every_search[search]),
        "training": complete,
        "reporting": reporting.create_pipeline([default]),
        "publish": reporting.create_publish_pipeline(sorted({*every, FOUND}))
        + kfold_search.create_publish_pipeline(every_search),
        "results_page": reporting.create_results_pipeline(),
        "human_baseline": reporting.create_human_baseline_pipeline(),
        "all_recipes": sources + training_and_reports(every),
    }


def training_and_reports(runs: list[str]) -> Pipeline:
    """Train these runs (`<protocol>.<recipe>`), then report each and compare all."""
    shared = shared_protocols()
    named = [run.split(".") for run in runs]
    trainings = [training.create_pipeline(*names, own=names[0] not in shared) for names in named]
    return Pipeline([*trainings, reporting.create_pipeline(runs)])


def search_and_training(search: str, recipe: str) -> Pipeline:
    """Search, train the recipe that is found as `honest.searched`, and report it."""
    found_by = f"{kfold_search.NAMESPACE}.{search}.searched_recipe"
    return Pipeline(
        [
            kfold_search.create_pipeline(search, recipe),
            training.create_pipeline(PROTOCOL, SEARCHED, found_by=found_by),
            reporting.create_pipeline([FOUND]),
        ]
    )
