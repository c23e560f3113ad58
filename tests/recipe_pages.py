"""Every recipe page as its typed recipe, read as `kedro run` reads it."""

from typing import Any

from kedro.config import OmegaConfigLoader
from project_copy import PROJECT

from fer_kedro.recipe import Recipe


def recipe_pages(env: str = "local", **runtime_params: Any) -> dict[str, Recipe]:
    """Recipes by name, in this environment and with these runtime parameters."""
    loader = OmegaConfigLoader(
        str(PROJECT / "conf"),
        base_env="base",
        default_run_env=env,
        merge_strategy={"parameters": "soft"},
        runtime_params=runtime_params,
    )
    return {name: Recipe.model_validate(page) for name, page in sorted(loader["parameters"]["recipes"].items())}
