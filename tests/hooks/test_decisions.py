"""What names a child run's subject, and what does not."""

import numpy as np
from tiny_recipe import tiny_recipe

from fer_kedro.faces import Faces
from fer_kedro.hooks.decisions import flatten, parameters, subject
from fer_kedro.protocols.split import Protocol
from fer_kedro.variation import HEJSLET_CHAIN, Balancing

RECIPE = tiny_recipe()
HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")


def faces(grey: int = 0) -> Faces:
    return Faces.build(np.full((1, 48, 48), grey, np.uint8), [0], ["Training"])


def test_nested_decisions_are_flattened_to_dotted_names() -> None:
    flat = flatten(Balancing(target=7).model_dump(mode="json"))
    assert flat["target"] == 7
    assert flat["augmentation.noise.sigma"] == 3.0
    assert flat["augmentation.zoom"] == [0.95, 1.08]
    assert len([name for name in flat if name.startswith("augmentation.")]) == len(HEJSLET_CHAIN.model_dump()) + 1


def test_parameters_are_a_recipes_decisions_without_its_prose() -> None:
    found = parameters(RECIPE)
    assert found["training.batch_size"] == str(RECIPE.training.batch_size)
    assert found["balancing"] == "None"
    assert not {name.partition(".")[0] for name in found} & {"name", "report", "description", "chosen", "reported"}


def test_a_subject_changes_with_each_decision_the_faces_and_the_code_but_not_with_prose() -> None:
    it = subject(RECIPE, HONEST, faces(), "code")
    assert it == subject(tiny_recipe(description="In other words"), HONEST, faces(), "code")
    others = [
        subject(tiny_recipe(training={"epochs": 1, "seed": 1}), HONEST, faces(), "code"),
        subject(RECIPE, HONEST.model_copy(update={"drop_validation_copies": False}), faces(), "code"),
        subject(RECIPE, HONEST, faces(grey=1), "code"),
        subject(RECIPE, HONEST, faces(), "other code"),
    ]
    assert len({it, *others}) == len(others) + 1
