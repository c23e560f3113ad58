"""The pipelines that `kedro run --pipelines=…` knows."""

import click
from kedro.pipeline import Pipeline

from fer_kedro.errors import InputError
from fer_kedro.pages import CONF, default_recipe, recipes, runs, shared_protocols
from fer_kedro.pipelines import balancing, eda, ingestion, reporting, training

__all__ = ["CONF", "PROTOCOL", "default_recipe", "recipes", "register_pipelines", "runs", "training_and_reports"]

PROTOCOL = "honest"


def register_pipelines() -> dict[str, Pipeline]:
    """Return each stage by its name, `training` from the raw source, the default way, and every run.

    Raises
    ------
    click.ClickException
        If a page is unusable: commands that load no context, such as `kedro registry list`, have no hook to say so.
    """
    try:
        default, every = f"{PROTOCOL}.{default_recipe()}", runs()
    except InputError as error:
        raise click.ClickException(str(error)) from error
    sources = ingestion.create_pipeline() + balancing.create_pipeline()
    complete = sources + training_and_reports([default])
    return {
        "__default__": complete + eda.create_pipeline(),
        "ingestion": ingestion.create_pipeline(),
        "eda": eda.create_pipeline(),
        "balancing": balancing.create_pipeline(),
        "training": complete,
        "reporting": reporting.create_pipeline([default]),
        "publish": reporting.create_publish_pipeline(every),
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
