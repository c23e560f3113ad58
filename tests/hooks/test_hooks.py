"""What the hooks say and how they name things, without a run."""

from typing import Any

import pytest
from kedro.io import DatasetError

from fer_kedro.errors import InputError
from fer_kedro.hooks.errors import user_error
from fer_kedro.hooks.mlflow_child import flatten
from fer_kedro.hooks.namespaces import run_and_dataset
from fer_kedro.hooks.summary import summary_line
from fer_kedro.variation import HEJSLET_CHAIN, Balancing


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("honest.goldstein_cnn.model", ("honest.goldstein_cnn", "model")),
        ("faces", (None, "faces")),
        ("eda.node", (None, "node")),
        ("params:recipes.goldstein_cnn", (None, "goldstein_cnn")),
    ],
)
def test_run_is_read_off_a_namespace_of_two_parts(name: str, expected: tuple[str | None, str]) -> None:
    assert run_and_dataset(name) == expected


def test_input_error_is_found_behind_what_it_caused() -> None:
    wrapped = DatasetError("Failed while loading")
    wrapped.__cause__ = InputError("fer2013.csv is empty; download it again.")
    assert user_error(wrapped) == "fer2013.csv is empty; download it again."


def test_other_errors_keep_their_traceback() -> None:
    assert user_error(DatasetError("a fault of ours")) is None


def test_nested_decisions_are_flattened_to_dotted_names() -> None:
    flat = flatten(Balancing(target=7))
    assert flat["target"] == 7
    assert flat["augmentation.noise.sigma"] == 3.0
    assert flat["augmentation.zoom"] == [0.95, 1.08]
    assert len([name for name in flat if name.startswith("augmentation.")]) == len(HEJSLET_CHAIN.model_dump()) + 1


def test_summary_gives_the_accuracy_with_its_interval() -> None:
    scores = {"accuracy": 0.6, "accuracy_low": 0.55, "accuracy_high": 0.65, "n": 3589, "majority_accuracy": 0.245}
    record: dict[str, Any] = {"run": "honest.x", "scores": {"PrivateTest": {"all": scores}}}
    line = summary_line(record)
    assert "60.0% (95 % interval 55.0% to 65.0%, n = 3,589)" in line
    assert "majority class 24.5%" in line
