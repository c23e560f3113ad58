"""What varies in a search, as data: choices, ranges, conditions, and the order of a grid."""

from typing import Any

import pytest
from pydantic import ValidationError

from fer_kedro.search.space import Dimension, grid


def dimension(**decisions: Any) -> Dimension:
    return Dimension.model_validate(decisions)


def space(**dimensions: dict[str, Any]) -> dict[str, Dimension]:
    return {name: Dimension.model_validate(decisions) for name, decisions in dimensions.items()}


@pytest.mark.parametrize(
    ("decisions", "values"),
    [
        ({"choices": [3, 5]}, (3, 5)),
        ({"choices": ["adam", None, True, 0.5]}, ("adam", None, True, 0.5)),
        ({"choices": [[32, 64], [64]]}, ("[32, 64]", "[64]")),
        ({"choices": [None, {"target": 5}]}, (None, '{"target": 5}')),
        ({"choices": {"32": {"model.blocks": [[32]]}, "64": {"model.blocks": [[64]]}}}, ("32", "64")),
        ({"integers": [2, 4]}, (2, 3, 4)),
        ({"integers": [2, 2]}, (2,)),
        ({"integers": [0, 10], "step": 4}, (0, 4, 8)),
        ({"integers": [0, 3], "step": 5}, (0,)),
        ({"reals": [0.1, 0.3], "step": 0.1}, (0.1, 0.2, 0.3)),
        ({"reals": [0, 1], "step": 0.4}, (0.0, 0.4, 0.8)),
        ({"reals": [1e-5, 3e-5], "step": 1e-5}, (1e-5, 2e-5, 3e-5)),
        ({"reals": [0, 1]}, None),
        ({"integers": [1, 8], "log": True}, None),
        ({"reals": [1e-4, 1e-1], "log": True}, None),
    ],
)
def test_values_are_listed_where_they_can_be(decisions: dict[str, Any], values: tuple[Any, ...] | None) -> None:
    listed = dimension(**decisions).values
    assert listed == values
    assert [type(value) for value in listed or ()] == [type(value) for value in values or ()]


def test_a_range_ends_where_its_steps_lead() -> None:
    assert dimension(integers=[1, 10], step=4).range == (1, 9)
    assert dimension(reals=[0.1, 0.35], step=0.1).range == (0.1, 0.3)
    assert dimension(reals=[0.1, 0.35]).range == (0.1, 0.35)


def test_a_value_stands_for_the_field_that_the_dimension_is_named_after() -> None:
    assert dimension(choices=[3, 5]).changes("model.kernel", 5) == {"model.kernel": 5}
    assert dimension(integers=[1, 9]).changes("training.epochs", 4) == {"training.epochs": 4}
    assert dimension(reals=[0, 1]).changes("model.dense_dropout", 0.25) == {"model.dense_dropout": 0.25}


def test_a_label_stands_for_its_list_or_mapping() -> None:
    assert dimension(choices=[[[4]], [[8], [8]]]).changes("model.blocks", "[[8], [8]]") == {"model.blocks": [[8], [8]]}
    balancing = dimension(choices=[None, {"target": "smallest"}])
    assert balancing.changes("balancing", '{"target": "smallest"}') == {"balancing": {"target": "smallest"}}
    assert balancing.changes("balancing", None) == {"balancing": None}


def test_a_labelled_choice_changes_several_fields_at_once() -> None:
    bundle = dimension(choices={"small": {}, "large": {"model.kernel": 5, "training.epochs": 20}})
    assert bundle.changes("size", "large") == {"model.kernel": 5, "training.epochs": 20}
    assert bundle.changes("size", "small") == {}


def test_labels_that_yaml_reads_as_numbers_are_labels_all_the_same() -> None:
    bundle = dimension(choices={32: {"model.blocks": [[32]]}, 0.5: {}})
    assert bundle.values == ("32", "0.5")
    assert bundle.changes("filters", "32") == {"model.blocks": [[32]]}


def test_a_dimension_is_there_only_where_its_condition_holds() -> None:
    conditional = dimension(choices=[1, 2], when={"depth": ["deep"], "norm": [True]})
    assert conditional.is_active({"depth": "deep", "norm": True})
    assert not conditional.is_active({"depth": "deep", "norm": False})
    assert not conditional.is_active({"depth": "deep"})
    assert dimension(choices=[1]).is_active({})


@pytest.mark.parametrize(
    ("decisions", "complaint"),
    [
        ({}, "either choices or integers or reals"),
        ({"choices": [1], "reals": [0, 1]}, "either choices or integers or reals"),
        ({"choices": []}, "at least one value"),
        ({"choices": {}}, "at least one value"),
        ({"choices": [3, 3]}, "none of them twice"),
        ({"choices": [1, 1.0]}, "none of them twice"),
        ({"choices": [1, True]}, "none of them twice"),
        ({"choices": [[1, 2], [1, 2]]}, "none of them twice"),
        ({"choices": [1], "log": True}, "no step and no log"),
        ({"choices": [1], "step": 1}, "no step and no log"),
        ({"choices": {"large": 5}}, "choice 'large' needs fields and their values"),
        ({"choices": 3}, "should be a valid tuple"),
        ({"integers": [4, 2]}, r"low ≤ high, not \[4, 2\]"),
        ({"integers": [1.5, 2]}, "valid integer"),
        ({"integers": [1, 9], "step": 0.5}, "step of integers is an integer"),
        ({"integers": [1]}, "Field required"),
        ({"reals": [0, 1], "log": True}, "begins above 0"),
        ({"reals": [0.1, 1], "log": True, "step": 0.1}, "has no step"),
        ({"reals": [0, float("nan")]}, "finite number"),
        ({"reals": [0, float("inf")]}, "finite number"),
        ({"reals": [0, 1], "step": 0}, "greater than 0"),
        ({"chioces": [1]}, "did you mean 'choices'"),
    ],
)
def test_what_is_no_dimension_is_refused(decisions: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Dimension.model_validate(decisions)


def test_the_first_dimension_of_a_grid_varies_slowest() -> None:
    points = grid(space(a={"choices": ["x", "y"]}, b={"integers": [1, 3]}))
    assert [tuple(point.values()) for point in points] == [
        ("x", 1), ("x", 2), ("x", 3), ("y", 1), ("y", 2), ("y", 3),
    ]  # fmt: skip


def test_a_grid_leaves_out_what_is_not_there() -> None:
    conditional = {"choices": [5, 6], "when": {"a": ["y"]}}
    nested = {"choices": [True, False], "when": {"b": [6]}}
    assert grid(space(a={"choices": ["x", "y"]}, b=conditional, c=nested)) == [
        {"a": "x"},
        {"a": "y", "b": 5},
        {"a": "y", "b": 6, "c": True},
        {"a": "y", "b": 6, "c": False},
    ]


@pytest.mark.parametrize("endless", [{"reals": [0, 1]}, {"integers": [1, 8], "log": True}])
def test_a_grid_over_what_has_no_end_is_refused(endless: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs choices, or a step without log, for rate"):
        grid(space(a={"choices": [1]}, rate=endless))
