"""A recipe is one typed page: complete, frozen, and strict about its keys."""

import json
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from pydantic import ValidationError

from fer_kedro.pages import CONF, default_recipe, recipes, runs, shared_protocols
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe, Reported

OWN = [run for run in runs() if run.partition(".")[0] not in shared_protocols()]


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    loader = OmegaConfigLoader(
        str(CONF.parent), base_env="base", default_run_env="local", merge_strategy={"parameters": "soft"}
    )
    return loader["parameters"]


@pytest.fixture
def pages(parameters: dict[str, Any]) -> dict[str, Any]:
    return parameters["recipes"]


@pytest.mark.parametrize("name", recipes())
def test_every_page_is_a_valid_recipe_named_after_its_file(name: str, pages: dict[str, Any]) -> None:
    recipe = Recipe.model_validate(pages[name])
    assert recipe.name == name
    assert recipe.chosen, "what the report does not say must be said"


@pytest.mark.parametrize("run", OWN)
def test_every_protocol_of_a_page_is_valid_and_brings_a_valid_recipe(run: str, parameters: dict[str, Any]) -> None:
    name, recipe = run.split(".")
    own = parameters[name][recipe]
    protocol = Protocol.model_validate(own["protocol"])
    assert (protocol.name, Recipe.model_validate(own["recipe"]).name) == (name, recipe)
    assert own["recipe"]["chosen"]


@pytest.mark.parametrize("name", shared_protocols())
def test_every_shared_protocol_is_valid_and_named_after_its_key(name: str, parameters: dict[str, Any]) -> None:
    assert Protocol.model_validate(parameters["protocols"][name]).name == name


def test_the_honest_protocol_is_the_default_of_every_decision(parameters: dict[str, Any]) -> None:
    assert Protocol.model_validate(parameters["protocols"]["honest"]) == Protocol(name="honest")


def test_only_the_honest_protocols_stop_at_a_leak(parameters: dict[str, Any]) -> None:
    shared = [parameters["protocols"][name] for name in shared_protocols()]
    own = [parameters[name][recipe]["protocol"] for name, recipe in (run.split(".") for run in OWN)]
    stopping = {page["name"] for page in (*shared, *own) if page["on_leak"] == "stop"}
    assert stopping == {"honest", "split_first"}


def test_a_runtime_seed_reaches_every_run() -> None:
    loader = OmegaConfigLoader(
        str(CONF.parent),
        base_env="base",
        default_run_env="local",
        merge_strategy={"parameters": "soft"},
        runtime_params={"seed": 7},
    )
    read = loader["parameters"]
    seeds = [page["training"]["seed"] for page in read["recipes"].values()]
    seeds += [read[name][recipe]["recipe"]["training"]["seed"] for name, recipe in (run.split(".") for run in OWN)]
    assert len(seeds) == len(recipes()) + len(OWN)
    assert set(seeds) == {7}


def test_a_recipes_decisions_are_all_but_what_is_told_of_it(pages: dict[str, Any]) -> None:
    recipe = Recipe.model_validate(pages["goldstein_cnn"])
    told = {"report": "another", "description": "In other words", "chosen": (), "reported": Reported(accuracy=0.5)}
    assert recipe.model_copy(update=told).decisions() == recipe.decisions()
    decided = json.loads(recipe.decisions())
    assert decided.keys() | told.keys() == Recipe.model_fields.keys()
    assert Recipe.model_validate(decided | {"report": "", "description": ""}).decisions() == recipe.decisions()


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
