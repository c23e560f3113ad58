"""Errors of others, told to the user in one sentence: where, what, and what to do."""

import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from kedro.config import OmegaConfigLoader
from kedro.io import DatasetError
from kedro.pipeline import Node, Pipeline
from kedro.validation.exceptions import ParameterValidationError

from fer_kedro.errors import InputError
from fer_kedro.hooks import command_line
from fer_kedro.hooks.errors import user_error
from fer_kedro.hooks.refused_parameters import Configuration
from fer_kedro.recipe import Optimizer

RATE = "recipes.mine.optimizer.learning_rate"


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    for folder in ("base/parameters_recipes", "local"):
        (tmp_path / folder).mkdir(parents=True)
    page = "# A page\nrecipes:\n  mine:\n    name: mine\n    optimizer:\n      learning_rate: -1\n"
    (tmp_path / "base/parameters_recipes/mine.yml").write_text(page)
    (tmp_path / "base/parameters_broken.yml").write_text("recipes: [")
    return Configuration(tmp_path, (tmp_path / "local", tmp_path / "base"))


def refused(name: str, value: dict[str, Any]) -> ParameterValidationError:
    """What Kedro raises of it."""
    try:
        Optimizer.model_validate(value)
    except ValueError as error:
        report = f"Failed to instantiate Optimizer for parameter '{name}': {error}"
        return ParameterValidationError(f"Parameter validation failed:\n- Parameter '{name}': {report}")
    raise AssertionError


def test_a_refused_parameter_is_named_with_the_line_that_sets_it(configuration: Configuration) -> None:
    error = refused("recipes.mine.optimizer", {"learning_rate": -1})
    assert user_error(error, configuration) == (
        f"base/parameters_recipes/mine.yml, line 6, sets {RATE} to -1; correct it: Input should be greater than 0."
    )


def merged(page: Path, *own: str) -> None:
    """Write a page whose own protocol merges its recipe and sets these keys besides."""
    recipe = "recipes:\n  mine: &recipe\n    optimizer: &optimizer\n      learning_rate: -1\n"
    within = ["<<: *recipe", "optimizer:", "  <<: *optimizer", *own]
    page.write_text(recipe + "as_told:\n  mine:\n    recipe:\n" + "".join(f"      {line}\n" for line in within))


@pytest.mark.parametrize(("own", "line"), [((), 4), (("  learning_rate: -1",), 11)], ids=["merged", "own"])
def test_a_merged_key_is_found_where_it_is_written(
    configuration: Configuration, own: tuple[str, ...], line: int
) -> None:
    merged(configuration.folders[1] / "parameters_recipes/mine.yml", *own)
    told = user_error(refused("as_told.mine.recipe.optimizer", {"learning_rate": -1}), configuration)
    assert told is not None
    assert told.startswith(f"base/parameters_recipes/mine.yml, line {line}, sets as_told.mine.recipe.optimizer.")


def test_a_mistake_in_a_recipe_is_told_before_the_own_protocol_that_merges_it(configuration: Configuration) -> None:
    merged(configuration.folders[1] / "parameters_recipes/mine.yml")
    reports = [refused(f"{name}.optimizer", {"learning_rate": -1}) for name in ("as_told.mine.recipe", "recipes.mine")]
    told = user_error(ParameterValidationError("\n".join(map(str, reports))), configuration)
    assert told is not None
    assert told.startswith(f"base/parameters_recipes/mine.yml, line 4, sets {RATE} to -1;")


def test_the_environment_that_overrides_is_named(configuration: Configuration) -> None:
    (configuration.folders[0] / "parameters.yml").write_text("recipes: {mine: {optimizer: {learning_rate: -2}}}")
    told = user_error(refused("recipes.mine.optimizer", {"learning_rate": -2}), configuration)
    assert told is not None
    assert told.startswith(f"local/parameters.yml, line 1, sets {RATE} to -2;")


def test_the_command_line_is_named_before_all_files(configuration: Configuration) -> None:
    given = configuration._replace(given={"recipes": {"mine": {"optimizer": {"learning_rate": -3}}}})
    told = user_error(refused("recipes.mine.optimizer", {"learning_rate": -3}), given)
    assert told == f"--params sets {RATE} to -3; correct it: Input should be greater than 0."


def test_a_missing_key_is_missed_in_the_base_configuration(configuration: Configuration) -> None:
    (configuration.folders[0] / "parameters.yml").write_text("recipes: {mine: {name: mine}}")
    report = "1 validation error for Recipe\nmodel\n  Field required [type=missing, input_value={}, input_type=dict]"
    told = user_error(ParameterValidationError(f"- Parameter 'recipes.mine': {report}"), configuration)
    assert told == "base/parameters_recipes/mine.yml, line 3, lacks recipes.mine.model; add it."


def test_a_parameter_of_no_file_is_named_alone() -> None:
    error = refused("x", {"learning_rate": -1})
    assert (
        user_error(error) == "The configuration sets x.learning_rate to -1; correct it: Input should be greater than 0."
    )


def test_a_report_of_another_form_is_told_in_one_line() -> None:
    error = ParameterValidationError("Parameter validation failed:\n- Parameter 'x': value is None")
    assert user_error(error) == "Parameter validation failed: - Parameter 'x': value is None"


def test_a_page_that_is_not_yaml_is_told_in_one_line() -> None:
    with pytest.raises(yaml.YAMLError) as refusal:
        yaml.safe_load("a: [")
    told = user_error(refusal.value)
    assert told is not None
    assert told.endswith("; correct that file.")
    assert "\n" not in told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_sentence(number: int) -> None:
    told = user_error(OSError(number, os.strerror(number), "data/x.parquet"))
    assert told == (
        f"The disk is full ([Errno {number}] {os.strerror(number)}: 'data/x.parquet'); "
        "make room and give the same command again."
    )


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_file_that_may_not_be_written_is_named(number: int) -> None:
    error = DatasetError("Failed while saving data")
    error.__cause__ = OSError(number, os.strerror(number), "data/x.parquet")
    assert user_error(error) == (
        f"data/x.parquet can't be read or written ({os.strerror(number)}); check its permissions."
    )


def test_a_refusal_that_names_no_file_keeps_its_traceback() -> None:
    assert user_error(PermissionError(errno.EACCES, "Permission denied")) is None


def test_a_full_disk_below_mlflows_database_is_a_sentence() -> None:
    """As SQLite says it, behind what SQLAlchemy and MLflow make of it."""
    database = sqlite3.connect(":memory:")
    database.execute("create table metrics (value)")
    database.execute("pragma max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as refusal:
        database.execute("insert into metrics values (zeroblob(100000))")
    error = RuntimeError("BAD_REQUEST")
    error.__cause__ = refusal.value
    assert user_error(error) == "The disk with MLflow's database is full; make room and give the same command again."


def damaged(cause: Exception) -> DatasetError:
    error = DatasetError(
        "Failed while loading data from dataset kedro_datasets.json.JSONDataset(filepath=data/x.json, protocol=file).\n"
    )
    error.__cause__ = cause
    return error


def test_a_stored_file_that_a_dataset_cannot_read_is_named() -> None:
    told = user_error(damaged(ValueError("Expecting value:\n line 1")))
    assert (
        told == "data/x.json is damaged (Expecting value: line 1); delete it and run the pipeline that makes it again."
    )


def test_a_fault_of_ours_while_loading_keeps_its_traceback() -> None:
    assert user_error(damaged(AttributeError("no such method"))) is None


def test_a_sentence_of_ours_goes_before_what_a_dataset_says() -> None:
    assert user_error(damaged(InputError("x is empty; make it again."))) == "x is empty; make it again."


@pytest.fixture
def advice(monkeypatch: pytest.MonkeyPatch) -> Any:
    def identity(value: object) -> object:
        return value

    def node(name: str, namespace: str) -> Pipeline:
        return Pipeline([Node(identity, "a", "b", name=name)], namespace=namespace, inputs="a", tags="quick")

    small = node("fit", "honest.goldstein_cnn")
    pipelines = {"training": small, "all_recipes": small + node("fit", "honest.hejslet_light")}
    return lambda *asked: command_line._advice(list(asked), pipelines)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("honest.hejslet_light", "; add --pipelines=all_recipes, which has it."),
        ("honest.hejslet_light.b", "; add --pipelines=all_recipes, which has it."),
        ("honest.hejslet_lite", "; did you mean 'honest.hejslet_light'?"),
        ("fit", "; did you mean 'honest.goldstein_cnn.fit'?"),
        ("trainning", "; did you mean 'training'?"),
        ("something", "; `kedro registry list` names the pipelines."),
    ],
)
def test_what_is_not_in_a_pipeline_is_found_elsewhere(advice: Any, asked: str, expected: str) -> None:
    assert advice(asked) == expected


def test_other_value_errors_are_no_selections() -> None:
    assert user_error(ValueError("Pipeline of ours is wrong")) is None


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"sorce": "x"}, "gives 'sorce', which nothing reads; did you mean 'source'"),
        ({"q": 1}, "gives 'q', which nothing reads; known are as_reported, eda, protocols, recipes, source."),
        ({"source": ""}, "gives 'source' no value; write --params=source=<value>."),
        ({"source": None}, "gives 'source' no value"),
        ({"recipes": {"mien": {}}}, "--params=recipes gives 'mien', which nothing reads; did you mean 'mine'"),
        ({"as_reported": {"mien": {}}}, "--params=as_reported gives 'mien', which nothing reads; did you mean 'mine'"),
        ({"as_reported": {"mine": {"recipe": {"new": 1}}}}, None),
        ({"source": "x", "eda": {"anything": 1}, "recipes": {"mine": {"new": 1}}}, None),
        ({}, None),
    ],
)
def test_runtime_parameters_that_nothing_reads_are_refused(
    tmp_path: Path, given: dict[str, Any], complaint: str | None
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/catalog.yml").write_text("faces: {filepath: '${runtime_params:source,data}'}")
    (tmp_path / "base/parameters.yml").write_text(
        "{eda: {seed: 0}, recipes: {mine: {x: 1}}, protocols: {honest: {x: 1}}, as_reported: {mine: {x: 1}}}"
    )
    loader = OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="base", runtime_params=given)
    context = SimpleNamespace(config_loader=loader)
    if complaint is None:
        command_line.check_runtime_parameters(context)
    else:
        with pytest.raises(InputError, match=complaint):
            command_line.check_runtime_parameters(context)
