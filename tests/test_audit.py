"""What `make audit` makes of a report of pip-audit, and of there being none."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[1] / "tools"


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("audit")


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


@pytest.mark.parametrize(
    ("report", "code", "told"),
    [
        ([package()], 0, "1 pins audited, 0 unexplained findings."),
        ([package(HOLE)], 1, "GHSA-1  pillow 1.0, fixed in 1.1; take a fixed version"),
    ],
)
def test_only_an_unexplained_finding_fails(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    report: list[dict[str, Any]],
    code: int,
    told: str,
) -> None:
    monkeypatch.setattr(audit, "look_up", lambda files: report)
    assert audit.main() == code
    assert told in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("required", "code", "told"),
    [
        (None, 0, "Nobody answers: nothing was audited."),
        ("", 0, "Nobody answers: nothing was audited."),
        ("1", 1, "Nobody answers: nothing was audited, but AUDIT_REQUIRED asks for a verdict."),
    ],
)
def test_silence_fails_where_a_verdict_is_required(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    required: str | None,
    code: int,
    told: str,
) -> None:
    def silence(files: list[Path]) -> None:
        raise audit.NoAnswer("Nobody answers")

    monkeypatch.setattr(audit, "look_up", silence)
    monkeypatch.delenv("AUDIT_REQUIRED", raising=False)
    if required is not None:
        monkeypatch.setenv("AUDIT_REQUIRED", required)
    assert audit.main() == code
    assert capsys.readouterr().out.strip() == told
