"""A recipe is one typed page: complete, frozen, and strict about its keys."""

from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from pydantic import ValidationError

from fer_kedro.pipeline_registry import CONF, default_recipe, recipes
from fer_kedro.recipe import Recipe


@pytest.fixture(scope="module")
def pages() -> dict[str, Any]:
    loader = OmegaConfigLoader(
        str(CONF.parent), base_env="base", default_run_env="local", merge_strategy={"parameters": "soft"}
    )
    return loader["parameters"]["recipes"]


@pytest.mark.parametrize("name", recipes())
def test_every_page_is_a_valid_recipe_named_after_its_file(name: str, pages: dict[str, Any]) -> None:
    recipe = Recipe.model_validate(pages[name])
    assert recipe.name == name
    assert recipe.chosen, "what the report does not say must be said"


def test_default_recipe_exists() -> None:
    assert default_recipe() in recipes()


def test_recipe_is_frozen(pages: dict[str, Any]) -> None:
    recipe = Recipe.model_validate(pages["goldstein_cnn"])
    with pytest.raises(ValidationError, match="frozen"):
        recipe.name = "other"


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("optimiser",), {}, "Extra inputs are not permitted; did you mean 'optimizer'"),
        (("training", "epoch"), 3, "Extra inputs are not permitted"),
        (("optimizer", "learning_rate"), -1, "greater than 0"),
        (("training", "epochs"), 0, "greater than 0"),
        (("model", "block_dropout"), 1.0, "less than 1"),
        (("model", "family"), "transformer", "'cnn'"),
        (("model", "blocks"), [], "at least 1 item"),
        (("training", "precision"), "float16", "'auto', 'float32', 'mixed_bfloat16' or 'mixed_float16'"),
        (("optimizer", "learning_rate"), float("nan"), "finite number"),
        (("optimizer", "lerning_rate"), 1, "did you mean 'learning_rate'"),
        (("training", "batchsize"), 64, "did you mean 'batch_size'"),
        (("augmentation", "nose"), {}, "did you mean 'noise'"),
        (("training", "early_stopping"), {"monitor": "test_accuracy", "patience": 3}, "'val_loss' or 'val_accuracy'"),
    ],
)
def test_mistakes_are_refused(pages: dict[str, Any], path: tuple[str, ...], value: Any, complaint: str) -> None:
    page = {**pages["goldstein_cnn"]}
    inner = page
    for key in path[:-1]:
        inner[key] = {**inner[key]}
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(ValidationError, match=complaint):
        Recipe.model_validate(page)
