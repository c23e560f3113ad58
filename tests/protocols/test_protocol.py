"""A protocol is typed data: honest by default, without contradictions, and told in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from fer_kedro.protocols.protocol import Protocol

KEPT = {"name": "p", "on_leak": "record", "drop_training_copies": False, "drop_validation_copies": False}
COPIES = {"count": 5, "augmentation": {"flip": 0.5}}


def protocol(**decisions: Any) -> Protocol:
    return Protocol.model_validate(KEPT | decisions)


def test_defaults_are_the_honest_protocol() -> None:
    honest = Protocol(name="honest")
    assert honest == Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
    assert (honest.training, honest.validation, honest.test) == (("Training",), "PublicTest", ("PrivateTest",))
    assert honest.drop_blanks
    assert not honest.drop_classes
    assert honest.scores_private_test


@pytest.mark.parametrize(
    ("decisions", "complaint"),
    [
        ({"validation": "test", "drop_validation_copies": True}, "the validation set is the test set"),
        ({"copies": COPIES | {"before_split": True}}, "need a resplit"),
        ({"resplit": {}, "validation": "PublicTest"}, "leave training, validation and test out"),
        ({"resplit": {"validation": 0.5, "test": 0.5}}, "leave no face for training"),
        ({"resplit": {"validation": 0}}, "greater than 0"),
        ({"copies": COPIES | {"count": 0}}, "greater than 0"),
        ({"copies": {"count": 5}}, "augmentation"),
        ({"validation": {"share": 0.2, "by": "luck"}}, "'stratified' or 'file_order'"),
        ({"test": []}, "at least 1 item"),
        ({"test": ["Test"]}, "'Training', 'PublicTest' or 'PrivateTest'"),
        ({"on_leek": "stop"}, "did you mean 'on_leak'"),
    ],
)
def test_contradictions_and_mistakes_are_refused(decisions: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        protocol(**decisions)


@pytest.mark.parametrize(
    ("decisions", "validation", "test"),
    [
        ({}, "PublicTest", "PrivateTest"),
        ({"validation": "test", "test": ["PublicTest", "PrivateTest"]}, "the test set itself", "PublicTest and Priva"),
        ({"validation": {"share": 0.25, "by": "file_order"}}, "25 % of Training, file_order", "PrivateTest"),
        ({"resplit": {"validation": 0.1, "test": 0.2}}, "10 % of all faces", "20 % of all faces"),
        ({"resplit": {}, "copies": COPIES | {"before_split": True}}, "20 % of all copies", "20 % of all copies"),
        ({"resplit": {}, "copies": COPIES | {"before_split": False}}, "20 % of all faces", "20 % of all faces"),
    ],
)
def test_its_sets_are_told_in_words(decisions: dict[str, Any], validation: str, test: str) -> None:
    found = protocol(**decisions)
    assert found.validation_set == validation
    assert found.test_set.startswith(test)


@pytest.mark.parametrize(
    ("decisions", "needed"),
    [
        ({}, {"Training", "PublicTest", "PrivateTest"}),
        ({"validation": {"share": 0.2}}, {"Training", "PrivateTest"}),
        ({"validation": "test"}, {"Training", "PrivateTest"}),
        ({"resplit": {}}, set()),
    ],
)
def test_it_needs_the_usages_that_it_names(decisions: dict[str, Any], needed: set[str]) -> None:
    assert protocol(**decisions).usages == needed


def test_only_private_test_alone_is_scored_as_private_test() -> None:
    assert protocol(validation="test").scores_private_test
    assert not protocol(test=["PublicTest", "PrivateTest"]).scores_private_test
    assert not protocol(resplit={}).scores_private_test
