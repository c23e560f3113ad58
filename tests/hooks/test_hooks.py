"""What the hooks say and how they name things, without a run."""

import pytest
from kedro.io import DatasetError

from fer_kedro.errors import InputError
from fer_kedro.hooks.errors import user_error
from fer_kedro.hooks.namespaces import run_and_dataset
from fer_kedro.hooks.summary import summary_line
from fer_kedro.protocols.audit import LeakAudit


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


def line(scored: str = "PrivateTest", siblings: int = 0, **data: str) -> str:
    scores = {"accuracy": 0.6, "accuracy_low": 0.55, "accuracy_high": 0.65, "n": 3589, "majority_accuracy": 0.245}
    audit = dict.fromkeys(LeakAudit.model_fields, 0) | {
        "test_faces": 3589,
        "test_faces_with_sibling_in_training": siblings,
    }
    record = {"run": "honest.x", "data": data, "leak_audit": audit, "scores": {scored: {"all": scores}}}
    return summary_line(record)


def test_summary_gives_the_accuracy_with_its_interval() -> None:
    assert "60.0% (95 % interval 55.0% to 65.0%, n = 3,589)" in line()
    assert line().endswith("majority class 24.5%")


def test_summary_of_a_leaky_run_names_its_test_set_and_says_so() -> None:
    told = line(scored="test", siblings=3518)
    assert told.startswith("honest.x: test accuracy 60.0%")
    assert told.endswith("majority class 24.5%, LEAKY: 98.0% of the test faces have a sibling in training")


@pytest.mark.parametrize(("split", "told"), [("official", False), ("own", False), ("derived", True)])
def test_summary_says_where_the_split_is_not_the_sources_own(split: str, told: bool) -> None:
    assert line(split=split).endswith("majority class 24.5%, split derived by us") == told
