"""What names a study's subject, and how its decisions are called in MLflow."""

import numpy as np
import pytest
from stand_in_search import BASE, a_search
from tiny_recipe import tiny_recipe

from fer_kedro.faces import Faces
from fer_kedro.hooks.decisions import drawn_parameters, search_parameters, subject

FACES = Faces.build(np.zeros((1, 48, 48), np.uint8), [0], ["Training"])


def test_subject_changes_with_each_decision_of_a_search_and_of_its_recipe_but_not_with_prose() -> None:
    it = subject(BASE, a_search(), FACES, "code")
    assert it == subject(BASE, a_search(description="In other words", report="another"), FACES, "code")
    others = [
        subject(BASE, a_search(seed=1), FACES, "code"),
        subject(BASE, a_search(folds={"count": 4}), FACES, "code"),
        subject(BASE, a_search(at_once=3), FACES, "code"),
        subject(tiny_recipe(training={"epochs": 7}), a_search(), FACES, "code"),
        subject(BASE, None, FACES, "code"),
    ]
    assert len({it, *others}) == len(others) + 1


def test_decisions_of_search_and_recipe_stand_beside_each_other() -> None:
    told = search_parameters(a_search(fixed={"training.batch_size": 8}), BASE)
    assert told["search.folds.count"] == "3"
    assert told["search.protocol.name"] == "honest"
    assert told["search.fixed.training.batch_size"] == "8"
    assert told["recipe.training.batch_size"] == "64"
    assert not {"search.name", "search.description", "recipe.name"} & set(told)


def test_each_dimension_is_one_parameter() -> None:
    told = search_parameters(a_search(), BASE)
    assert told["search.space.model.kernel"] == '{"choices":[3,5,7]}'
    assert told["search.space.training.epochs"] == '{"integers":[1,9],"step":2.0,"when":{"width":["wide"]}}'


@pytest.mark.parametrize("name", ["width (filters): 5×5/7", "größe <b>"])
def test_free_names_become_such_as_mlflow_takes(name: str) -> None:
    from mlflow.utils.validation import _validate_param

    [(told, value)] = drawn_parameters({name: "wide"}).items()
    _validate_param(told, value)
    assert told.startswith("search/")


def test_what_was_drawn_is_told_apart_from_the_fields_that_it_set() -> None:
    assert drawn_parameters({"width": "wide", "model.kernel": 5, "balancing": None}) == {
        "search/width": "wide",
        "search/model.kernel": "5",
        "search/balancing": "None",
    }
