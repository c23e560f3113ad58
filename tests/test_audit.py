"""What `make audit` makes of a report of pip-audit."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", Path(__file__).resolve().parents[1] / "tools" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(*found: dict[str, Any]) -> dict[str, Any]:
    return {"name": "pillow", "version": "1.0", "vulns": list(found)}


HOLE = {"id": "GHSA-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}


def test_a_finding_that_nobody_has_explained_is_unexplained(audit: ModuleType) -> None:
    verdict = audit.judge([package(HOLE)], {})
    assert verdict.unexplained == {"GHSA-1": "pillow 1.0, fixed in 1.1"}


@pytest.mark.parametrize("name", ["GHSA-1", "CVE-1"])
def test_an_explanation_counts_under_any_name_of_the_finding(audit: ModuleType, name: str) -> None:
    verdict = audit.judge([package(HOLE, {"id": "GHSA-2"})], {name: "it is not reached"})
    assert verdict.explained == {"GHSA-1": "pillow 1.0, fixed in 1.1: it is not reached"}
    assert verdict.unexplained == {"GHSA-2": "pillow 1.0, not fixed yet"}


def test_an_explanation_of_nothing_is_outdated(audit: ModuleType) -> None:
    assert audit.judge([package()], {"GHSA-1": "it was not reached"}).outdated == ["GHSA-1"]


def test_packages_that_no_database_knows_are_named(audit: ModuleType) -> None:
    assert audit.judge([{"name": "ours", "skip_reason": "not found"}], {}).not_audited == ["ours"]
