"""A recipe that was found is a page that can be copied among the others as it is."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.config import OmegaConfigLoader
from kedro.io import DatasetError
from project_copy import PROJECT
from stand_in_search import a_search
from tiny_recipe import tiny_recipe

from fer_kedro import pages
from fer_kedro.datasets import RecipeDataset
from fer_kedro.errors import InputError
from fer_kedro.hooks.errors import user_error
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import searched_recipe

FOUND = searched_recipe(
    tiny_recipe(
        description="Über $ {x} and: # more",
        augmentation={"flip": 0.5, "zoom": [0.9, 1.1]},
        balancing={"target": "smallest"},
        training={"epochs": 3, "seed": 4, "fine_tuning": [{"epochs": 1, "learning_rate": 1e-5, "trainable": 3}]},
    ),
    a_search(),
    {"model.kernel": 7, "optimizer.learning_rate": 1.2345678901234567e-05, "width": "wide"},
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "06_models" / "searched.yml"


def dataset(page: Path, seed: int = 4) -> RecipeDataset:
    return RecipeDataset(filepath=str(page), seed=seed)


def test_what_is_loaded_is_what_was_saved(page: Path) -> None:
    assert not dataset(page).exists()
    dataset(page).save(FOUND)
    assert dataset(page).exists()
    assert dataset(page).load() == FOUND


def test_the_seed_is_the_commands(page: Path) -> None:
    dataset(page).save(FOUND)
    again = RecipeDataset(filepath=str(page)).load()
    assert again.training == FOUND.training.model_copy(update={"seed": 0})
    assert again.model == FOUND.model


def configuration(folder: Path, **given: Any) -> dict[str, Any]:
    loader = OmegaConfigLoader(
        str(folder),
        base_env="base",
        default_run_env="local",
        merge_strategy={"parameters": "soft"},
        runtime_params=given,
    )
    recipes: dict[str, Any] = loader["parameters"]["recipes"]
    return recipes


def test_the_page_stands_among_the_recipes_as_it_is(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(page).save(FOUND)
    conf = page.parent / "conf"
    monkeypatch.setattr(pages, "CONF", conf / "base")
    (conf / "base/parameters_recipes").mkdir(parents=True)
    (conf / "local").mkdir()
    (conf / "base/parameters_training.yml").write_text("protocols: {honest: {name: honest}}")
    (conf / "base/parameters_recipes/searched.yml").write_bytes(page.read_bytes())
    assert pages.recipes() == ["searched"]
    assert pages.runs() == ["honest.searched"]
    read = configuration(conf, seed=4)
    assert Recipe.model_validate(read["searched"]) == FOUND
    assert configuration(conf)["searched"]["training"]["seed"] == 0, "as every recipe's where no seed is given"


def test_the_page_reads_as_one_that_was_written_by_hand(page: Path) -> None:
    dataset(page).save(FOUND)
    lines = page.read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["recipes:", "  searched:", "    name: searched"]
    assert "      seed: ${runtime_params:seed,0}" in lines
    assert "    description: What mine found around tiny: model.kernel 7" in page.read_text().replace("'", "")
    assert list(yaml.safe_load(page.read_text())["recipes"]["searched"]) == list(Recipe.model_fields)


def test_a_missing_page_is_told_with_the_pipeline_that_writes_it(page: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        dataset(page).load()
    assert user_error(refused.value) == f"{page} does not exist; run the pipeline 'kfold_search' first."


@pytest.mark.parametrize(
    "content",
    [
        b"", b"just words", b"recipes:", b"recipes: [1]", b"recipes: {}", b"recipes: {searched: 3}",
        b"recipes: {searched: {name: searched}}", b"recipes: {searched: {training: 3}}", b"recipes: [", b"\xff\xfe\x00",
        b"recipes: {a: {training: {}}, b: {training: {}}}", b"recipes: !!python/object/apply:os.system [touch trace]",
    ],
)  # fmt: skip
def test_a_page_without_a_recipe_is_named(page: Path, content: bytes) -> None:
    page.parent.mkdir()
    page.write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        dataset(page).load()
    assert isinstance(refused.value.__cause__, InputError)
    assert user_error(refused.value) == f"{page} holds no recipe; run the pipeline 'kfold_search' again."
    assert not (page.parent / "trace").exists()


def test_a_save_that_fails_leaves_the_old_page(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset(page).save(FOUND)
    monkeypatch.setattr(yaml, "safe_dump", lambda *_, **__: "half\udcff")
    with pytest.raises(DatasetError):
        dataset(page).save(tiny_recipe())
    assert dataset(page).load() == FOUND
    assert [path.name for path in page.parent.iterdir()] == ["searched.yml"]


def test_recipe_that_a_search_found_is_trained_with_the_seed_of_the_command(tmp_path: Path) -> None:
    """Its results stand in the folder of that seed."""
    loader = OmegaConfigLoader(
        str(PROJECT / "conf"), base_env="base", default_run_env="local", runtime_params={"seed": 3}
    )
    (entry,) = [entry for name, entry in loader["catalog"].items() if name.endswith(".searched_recipe")]
    found = RecipeDataset(filepath=str(tmp_path / "searched.yml"), seed=entry["seed"])
    found.save(tiny_recipe(name="searched"))
    assert found.load().training.seed == 3
