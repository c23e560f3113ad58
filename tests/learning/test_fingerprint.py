"""What a checkpoint belongs to."""

from typing import Any

import pytest
from tiny_recipe import tiny_recipe

from fer_kedro.learning import fingerprint as module
from fer_kedro.learning.fingerprint import fingerprint
from fer_kedro.recipe import Recipe

BASE = fingerprint(tiny_recipe(), "float32", "train", "validation")


@pytest.mark.parametrize(
    "other",
    [
        (tiny_recipe(training={"epochs": 2}), "float32", "train", "validation"),
        (tiny_recipe(loss={"kind": "focal"}), "float32", "train", "validation"),
        (tiny_recipe(), "mixed_bfloat16", "train", "validation"),
        (tiny_recipe(), "float32", "other faces", "validation"),
        (tiny_recipe(), "float32", "train", "other faces"),
    ],
    ids=["training", "loss", "precision", "training faces", "validation faces"],
)
def test_whatever_decides_the_weights_changes_the_fingerprint(other: tuple[Recipe, str, str, str]) -> None:
    assert fingerprint(*other) != BASE


def test_prose_does_not_change_the_fingerprint() -> None:
    told = tiny_recipe(description="The same net", chosen=["All"], report="mine", reported={"accuracy": 0.9})
    assert fingerprint(told, "float32", "train", "validation") == BASE


@pytest.mark.parametrize(
    ("name", "value"), [("version", lambda _: "0.0"), ("thread_count", lambda: 99), ("device", lambda: "another")]
)
def test_what_computes_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch, name: str, value: Any) -> None:
    monkeypatch.setattr(module, name, value)
    assert fingerprint(tiny_recipe(), "float32", "train", "validation") != BASE


def test_code_that_trains_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "code_digest", lambda patterns: f"edited {patterns}")
    assert fingerprint(tiny_recipe(), "float32", "train", "validation") != BASE
