"""A space that is empty or contradicts itself is refused with the names of its dimensions."""

from typing import Any

import pytest

from fer_kedro.search.contradictions import check_space
from fer_kedro.search.space import Dimension

DEPTH = {"choices": {"flat": {"model.blocks": [[4]]}, "deep": {"model.blocks": [[4], [8]]}}}
KERNEL = {"choices": [3, 5]}
AGAIN = {"choices": {"a": {"model.kernel": 1}}, "when": {"depth": ["flat"]}}


def check(space: dict[str, dict[str, Any]], *fixed: str) -> None:
    check_space({name: Dimension.model_validate(decisions) for name, decisions in space.items()}, fixed)


@pytest.mark.parametrize(
    ("space", "complaint"),
    [
        ({}, "the space is empty: name at least one dimension"),
        (
            {"model.kernel": {**KERNEL, "when": {"depth": ["deep"]}}, "depth": DEPTH},
            "model.kernel depends on depth, which is no dimension before it",
        ),
        ({"model.kernel": {**KERNEL, "when": {"model.kernel": [3]}}}, "which is no dimension before it"),
        (
            {"depth": DEPTH, "model.kernel": {**KERNEL, "when": {"depth": ["deep", "deeep"]}}},
            "model.kernel is there when depth is 'deeep', which it never is",
        ),
        ({"rate": {"reals": [0, 1]}, "b": {**KERNEL, "when": {"rate": [2]}}}, "when rate is 2.*never"),
        ({"rate": {"reals": [0, 1]}, "b": {**KERNEL, "when": {"rate": ["x"]}}}, "when rate is 'x'.*never"),
        ({"depth": DEPTH, "model.kernel": {**KERNEL, "when": {"depth": []}}}, "model.kernel is never there"),
        ({"depth": DEPTH, "model.blocks": {"choices": [[[4]]]}}, "depth and model.blocks both set model.blocks"),
        ({"depth": DEPTH, "model": {"choices": [{}]}}, "depth and model both set model.blocks"),
        ({"model.kernel": KERNEL, "wide": {"choices": {"a": {}, "b": {"model.kernel": 7}}}}, "both set model.kernel"),
        ({"model.kernel": KERNEL, "depth": DEPTH, "again": AGAIN}, "model.kernel and again both set model.kernel"),
    ],
)
def test_a_contradiction_is_named(space: dict[str, dict[str, Any]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        check(space)


@pytest.mark.parametrize(
    "space",
    [
        {"depth": DEPTH, "model.kernel": KERNEL},
        {"model.kernel": KERNEL, "model.kernels": {"choices": [1]}},
        {
            "depth": DEPTH,
            "again": AGAIN,
            "model.kernel": {**KERNEL, "when": {"depth": ["deep"]}},
        },
        {
            "size": {"choices": {"given": {"model.kernel": 7}, "free": {}}},
            "model.kernel": {**KERNEL, "when": {"size": ["free"]}},
        },
        {"rate": {"reals": [0, 1]}, "b": {**KERNEL, "when": {"rate": [0.5]}}},
    ],
    ids=["apart", "alike", "either or", "set by another label", "a condition on a range"],
)
def test_what_can_be_is_not_refused(space: dict[str, dict[str, Any]]) -> None:
    check(space)


@pytest.mark.parametrize("space", [{"model.kernel": KERNEL}, {"size": {"choices": {"a": {"model.kernel": 1}}}}])
def test_a_field_that_is_fixed_does_not_vary(space: dict[str, dict[str, Any]]) -> None:
    check(space, "model.l2")
    with pytest.raises(ValueError, match=f"{next(iter(space))} varies model.kernel, while model.kernel is fixed"):
        check(space, "model.l2", "model.kernel")


def test_a_field_within_a_fixed_one_may_vary_and_one_around_it_may_not() -> None:
    check({"model.kernel": KERNEL}, "model")
    with pytest.raises(ValueError, match=r"model varies model, while model\.kernel is fixed"):
        check({"model": {"choices": [{"family": "cnn"}]}}, "models", "model.kernel")


@pytest.mark.parametrize("field", ["name", "report", "description", "reported.accuracy", "training.seed"])
def test_what_decides_nothing_does_not_vary(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} varies {field}, which is no decision of a recipe"):
        check({"model.kernel": KERNEL, field: {"choices": [1, 2]}})
