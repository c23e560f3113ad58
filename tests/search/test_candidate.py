"""The recipe that a trial tries, and the recipe that a search finds."""

from typing import Any

import pytest
from stand_in_search import BASE, a_search
from tiny_recipe import tiny_recipe

from fer_kedro.errors import InputError
from fer_kedro.recipe import Recipe
from fer_kedro.search.candidate import candidate, check_candidates, searched_recipe


def changed(base: Recipe = BASE, **paths: Any) -> dict[str, Any]:
    """The recipe with these fields fixed, as a mapping."""
    return candidate(base, a_search(fixed=paths, space={"training.precision": {"choices": ["auto"]}}), {}).model_dump()


def test_only_the_fixed_and_the_drawn_fields_differ() -> None:
    search = a_search(fixed={"training.batch_size": 7})
    found = candidate(BASE, search, {"model.kernel": 5, "width": "wide"}).model_dump()
    wanted = BASE.model_dump()
    wanted["training"]["batch_size"] = 7
    wanted["model"] |= {"kernel": 5, "blocks": ((8,),)}
    assert found == wanted


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("augmentation.rotation", 10),
        ("augmentation.noise.sigma", 3.5),
        ("balancing.target", "smallest"),
        ("loss.kind", "focal"),
        ("optimizer.learning_rate", 0.5),
        ("preprocessing.scaling", "standardise"),
        ("training.early_stopping.patience", 3),
        ("training.seed", 9),
        ("model.dense", (8, 4)),
        ("model.block_dropout", 0.5),
    ],
)
def test_any_field_is_reached_by_its_path(path: str, value: Any) -> None:
    found: Any = changed(**{path: value})
    for key in path.split("."):
        found = found[key]
    assert found == value


def test_what_stands_beside_a_field_is_kept() -> None:
    base = tiny_recipe(augmentation={"flip": 0.5, "noise": {"sigma": 2, "probability": 0.5}})
    found = changed(base, **{"augmentation.noise.sigma": 4})["augmentation"]
    assert (found["flip"], found["noise"]) == (0.5, {"sigma": 4, "probability": 0.5})
    assert base.augmentation is not None
    assert base.augmentation.noise.sigma == 2


def test_a_bundle_changes_the_family_of_the_model() -> None:
    family = {
        "cnn": {},
        "resnet": {"model.family": "resnet", "model.blocks": 1},
        "vgg": {"model.blocks": [[4], [4]], "model.family": "cnn"},
    }
    filters = {"choices": [[8], [8, 16]], "when": {"family": ["resnet"]}}
    search = a_search(space={"family": {"choices": family}, "model.filters": filters}, sampler="grid")
    models = [candidate(BASE, search, point).model.model_dump() for point in search.points]
    assert models[0] == BASE.model.model_dump()
    assert [(model["family"], model["filters"], model["blocks"]) for model in models[1:3]] == [
        ("resnet", (8,), 1),
        ("resnet", (8, 16), 1),
    ]
    assert models[3] == BASE.model.model_dump() | {"blocks": ((4,), (4,))}


EXTRA = "Extra inputs are not permitted"
ADVICE = "; correct its space or its fixed fields."


@pytest.mark.parametrize(
    ("fixed", "complaint"),
    [
        ({"model.kernl": 3}, f"model.kernl to 3: {EXTRA}; did you mean 'kernel'?"),
        ({"traning.epochs": 3}, f"traning.epochs to 3: {EXTRA}; did you mean 'training'?"),
        ({"augmentation.noise.sgma": 3}, f"augmentation.noise.sgma to 3: {EXTRA}; did you mean 'sigma'?"),
        ({"training.epochs": 0}, "training.epochs to 0: Input should be greater than 0" + ADVICE),
        ({"model.kernel.size": 3}, "model.kernel.size to 3: Input should be a valid integer" + ADVICE),
        ({"model.family": "vgg16", "model.block": 3}, f"model.block to 3: {EXTRA}" + ADVICE),
        ({"training.seed": 0, "model": {"family": "cnn"}}, "model to {'family': 'cnn'}: Field required" + ADVICE),
        ({"training": {}}, "training to {}: Field required" + ADVICE),
    ],
)
def test_what_makes_no_recipe_is_named(fixed: dict[str, Any], complaint: str) -> None:
    search = a_search(fixed=fixed, space={"optimizer.learning_rate": {"choices": [0.1]}})
    with pytest.raises(InputError) as refused:
        candidate(BASE, search, {})
    assert str(refused.value) == f"Search 'mine' sets {complaint}"


def test_a_recipe_that_contradicts_itself_is_told_with_all_changes() -> None:
    search = a_search(space={"model.block_dropout": {"choices": [[0.1, 0.2]]}}, sampler="grid")
    with pytest.raises(InputError, match=r"no recipe of \{'model.block_dropout': \[0.1, 0.2\]\}.*2 rates for 1 blocks"):
        candidate(BASE, search, search.points[0])


WRONG_AT_THE_END = {
    "a grid's last point": {
        "sampler": "grid",
        "space": {"training.epochs": {"choices": [1]}, "model.kernel": {"choices": [3, 0]}},
    },
    "the highest number": {"space": {"model.dense_dropout": {"reals": [0, 1]}}},
    "the lowest number": {"space": {"training.epochs": {"integers": [0, 3]}}},
    "another label": {"space": {"size": {"choices": {"small": {}, "large": {"model.krnel": 5}}}}},
    "under a condition": {
        "space": {
            "size": {"choices": {"small": {}, "large": {}}},
            "model.krnel": {"choices": [3], "when": {"size": ["large"]}},
        }
    },
    "under two conditions": {
        "space": {
            "size": {"choices": {"small": {}, "large": {}}},
            "norm": {"choices": {"no": {}, "yes": {"model.batch_norm": True}}, "when": {"size": ["large"]}},
            "model.kernel": {"choices": [3, "x"], "when": {"norm": ["yes"]}},
        }
    },
}


@pytest.mark.parametrize("wrong", WRONG_AT_THE_END.values(), ids=WRONG_AT_THE_END)
def test_a_choice_that_makes_no_recipe_is_found_before_anything_is_trained(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Search 'mine' sets "):
        check_candidates(BASE, a_search(**wrong))


def test_a_space_of_recipes_passes() -> None:
    check_candidates(BASE, a_search())
    check_candidates(BASE, a_search(sampler="grid"))
    integers = a_search(space={"training.batch_size": {"integers": [8, 64], "log": True}})
    check_candidates(BASE, integers)


def test_the_searched_recipe_is_the_candidate_under_a_name_of_its_own() -> None:
    search, parameters = a_search(), {"model.kernel": 7, "width": "wide"}
    base = tiny_recipe(reported={"accuracy": 0.5}, chosen=["Something."], training={"epochs": 4, "seed": 3})
    found = searched_recipe(base, search, parameters)
    assert found.decisions() == candidate(base, search, parameters).model_copy(update={"name": "searched"}).decisions()
    assert found.description == "What mine found around tiny: model.kernel 7, width wide"
    assert found.chosen == ("By the mean accuracy over 3 folds of the training faces.",)
    assert (found.report, found.reported.accuracy, found.training.seed) == ("none", None, 3)
