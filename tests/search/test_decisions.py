"""A search is one typed page; what it can't mean is refused, and the pages of the project are the report's."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from kedro.validation.exceptions import ParameterValidationError
from pydantic import ValidationError
from stand_in_search import BASE, a_search

from fer_kedro.hooks.errors import user_error
from fer_kedro.hooks.refused_parameters import Configuration
from fer_kedro.pages import CONF, searches
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import candidate, check_candidates
from fer_kedro.search.decisions import Search


@cache
def read(environment: str = "local", **given: Any) -> dict[str, Any]:
    """Every parameter of the project."""
    parameters: dict[str, Any] = OmegaConfigLoader(
        str(CONF.parent),
        env=environment,
        base_env="base",
        default_run_env="local",
        merge_strategy={"parameters": "soft"},
        runtime_params=given,
    )["parameters"]
    return parameters


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"space": {}}, "the space is empty"),
        ({"space": {"a": {"choices": []}}}, "space.a\n.*at least one value"),
        ({"space": {"a": {"reals": [0, 1]}, "b": {"choices": [1], "when": {"c": [1]}}}}, "b depends on c"),
        ({"fixed": {"model.kernel": 3}}, "model.kernel varies model.kernel, while model.kernel is fixed"),
        ({"trials": None}, "sampler random needs a number of trials"),
        ({"sampler": "tpe", "trials": None}, "sampler tpe needs a number of trials"),
        ({"sampler": "grid", "space": {"a": {"reals": [0, 1]}}}, "needs choices, or a step without log, for a"),
        ({"pruning": {"kind": "halving", "min_folds": 3}}, "after 3 of 3 folds prunes nothing"),
        ({"folds": {"count": 1}}, "greater than or equal to 2"),
        ({"folds": {"share": 0}}, "greater than 0"),
        ({"pruning": {"kind": "halving", "keep": 1}}, "less than 1"),
        ({"at_once": 0}, "greater than 0"),
        ({"sampler": "grid", "trials": 5, "reported": [0.5] * 4}, "reported has 4 accuracies for 5 configurations"),
        ({"sampler": "grid", "reported": [0.5] * 10}, "reported has 10 accuracies for 9 configurations"),
        ({"reported": [0.5] * 9}, "reported has 9 accuracies"),
        (
            {"protocol": {"name": "mine", "copies": {"count": 2, "augmentation": {}}}},
            "makes copies has no folds of original faces",
        ),
        ({"atonce": 3}, "did you mean 'at_once'"),
    ],
)
def test_what_is_no_search_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        a_search(**changes)


def test_the_user_is_told_the_line_of_the_dimension_that_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "conf/base/parameters_searches/mine.yml"
    page.parent.mkdir(parents=True)
    page.write_text("searches:\n  mine:\n    space:\n      width: {reals: [9, 1]}\n")
    with pytest.raises(ValidationError) as refused:
        a_search(space={"width": {"reals": [9, 1]}})
    report = f"Parameter validation failed:\n- Parameter 'searches.mine': {refused.value}"
    told = user_error(ParameterValidationError(report), Configuration(tmp_path, (tmp_path / "conf/base",)))
    assert told == (
        "conf/base/parameters_searches/mine.yml, line 4, sets searches.mine.space.width to {'reals': [9, 1]}; correct "
        "it: Value error, a range is [low, high] with low ≤ high, not [9, 1]."
    )


def test_a_grid_is_all_its_points_or_the_first_of_them() -> None:
    assert a_search(sampler="grid", trials=None).count == 9
    assert a_search(sampler="grid", trials=4).points == a_search(sampler="grid", trials=None).points[:4]
    assert a_search(sampler="grid", trials=40).count == 9
    assert a_search(trials=40).count == 40


def test_prose_decides_nothing_and_everything_else_does() -> None:
    told = {"report": "other", "description": "Other", "chosen": ("We chose.",)}
    assert a_search(**told).decisions() == a_search().decisions()
    reported = a_search(sampler="grid", reported=(0.5,) * 9)
    assert reported.decisions() == a_search(sampler="grid").decisions()
    others = [{"seed": 1}, {"folds": {"count": 4}}, {"fixed": {"model.l2": 1}}, {"at_once": 3}, {"trials": 8}]
    assert len({a_search(**other).decisions() for other in [{}, *others]}) == 6


@pytest.mark.parametrize("environment", ["local", "demo"])
@pytest.mark.parametrize("name", searches())
def test_every_page_is_a_valid_search_of_valid_recipes(name: str, environment: str) -> None:
    parameters = read(environment)
    search = Search.model_validate(parameters["searches"][name])
    assert search.name == name
    assert search.chosen, "what the report does not say must be said"
    check_candidates(Recipe.model_validate(parameters["recipes"][search.recipe]), search)


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    return read()


def test_the_reports_search_is_its_sixteen_configurations_in_its_order(parameters: dict[str, Any]) -> None:
    """choudhary_patel_zhou §3: filters, kernel, dense units and dropout, from the slowest to the fastest."""
    search = Search.model_validate(parameters["searches"]["choudhary_search"])
    base = Recipe.model_validate(parameters["recipes"][search.recipe])
    found = []
    for point in search.points:
        recipe = candidate(base, search, point)
        model = recipe.model.model_dump()
        assert (recipe.training.epochs, model["l2"], recipe.training.batch_size) == (10, 0, 32)
        assert (recipe.training.keep_best, recipe.loss.class_weights) == (None, "balanced")
        assert (recipe.preprocessing.scaling, recipe.balancing, recipe.augmentation) == ("none", None, None)
        assert model["block_dropout"] == model["dense_dropout"]
        found.append((model["blocks"], model["kernel"], model["dense"], model["dense_dropout"]))
    assert found == [
        (((filters,), (2 * filters,)), kernel, (dense,), dropout)
        for filters in (32, 64)
        for kernel in (3, 5)
        for dense in (128, 256)
        for dropout in (0.1, 0.25)
    ]


def test_the_reports_search_is_as_the_report_ran_it(parameters: dict[str, Any]) -> None:
    search = Search.model_validate(parameters["searches"]["choudhary_search"])
    assert search.folds.model_dump() == {"count": 5, "by": "face", "seed": 1, "share": 1.0}
    assert search.protocol.drop_classes == ("disgust",)
    assert (search.protocol.on_leak, search.pruning.kind, search.sampler) == ("record", "none", "grid")
    assert len(search.reported) == 16
    assert search.reported[search.reported.index(max(search.reported))] == 0.5374
    assert search.points[13] == {"filters": "64", "model.kernel": 5, "dense": "128", "dropout": "0.25"}


def test_the_grouped_search_tries_the_reports_configurations_under_the_honest_protocol(
    parameters: dict[str, Any],
) -> None:
    grouped, report = (
        Search.model_validate(parameters["searches"][name]) for name in ("choudhary_grouped", "choudhary_search")
    )
    without = [{name: value for name, value in point.items() if name != "imbalance"} for point in grouped.points]
    assert without == [point for point in report.points for _ in range(2)]
    assert (grouped.folds.by, grouped.folds.count) == ("group", 5)
    assert grouped.protocol == Protocol.model_validate(parameters["protocols"]["honest"])
    base = Recipe.model_validate(parameters["recipes"][grouped.recipe])
    ways = [candidate(base, grouped, point) for point in grouped.points[:2]]
    assert [(way.loss.class_weights, way.balancing and way.balancing.target) for way in ways] == [
        ("balanced", None),
        ("none", "smallest"),
    ]


def test_a_share_of_the_faces_can_be_given_with_the_command() -> None:
    for name, page in read(share=0.1)["searches"].items():
        assert Search.model_validate(page).folds.share == 0.1, name


def test_a_search_survives_json() -> None:
    search = a_search(fixed={"model.l2": 0.5}, pruning={"kind": "median"})
    assert Search.model_validate_json(search.model_dump_json()) == search
    assert candidate(BASE, search, {"width": "wide"}).model.model_dump()["l2"] == 0.5
