"""A verdict, silence and a failure are told apart by how pip-audit ends."""

import importlib
import json
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from project_copy import PROJECT


@pytest.fixture
def databases(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROJECT / "tools"))
    return importlib.import_module("known_vulnerabilities")


SOUND = {"name": "pillow", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


def answered(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def let_pip_audit_end(
    databases: ModuleType, monkeypatch: pytest.MonkeyPatch, stdout: str = "", stderr: str = "", code: int = 1
) -> None:
    done = SimpleNamespace(stdout=stdout, stderr=stderr, returncode=code)
    monkeypatch.setattr(databases.subprocess, "run", lambda *_, **__: done)


def test_a_service_that_knows_any_pin_has_answered(databases: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    let_pip_audit_end(databases, monkeypatch, answered(SOUND, UNKNOWN), code=0)
    assert databases.ask("pypi", [Path("pins.txt")]) == [SOUND, UNKNOWN]


def test_a_service_that_knows_no_pin_has_not(databases: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    let_pip_audit_end(databases, monkeypatch, answered(UNKNOWN), code=0)
    assert databases.ask("pypi", [Path("pins.txt")]) is None


TRACEBACK = "Traceback (most recent call last):\n  File …\n"
REFUSED = TRACEBACK + "requests.exceptions.HTTPError: {} for url: …\n\nThe above exception was …\n" + TRACEBACK
SILENCE = {
    "no-name": TRACEBACK + "requests.exceptions.ConnectionError: HTTPSConnectionPool(…): Max retries exceeded\n",
    "proxy": TRACEBACK + "requests.exceptions.ProxyError: Tunnel connection failed: 403 Forbidden\n",
    "slow": TRACEBACK + "requests.exceptions.ReadTimeout: Read timed out. (read timeout=15)\n",
    "login-page": TRACEBACK + "requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n",
    "blocked": "ERROR:pip_audit._cli:Could not connect to OSV's vulnerability feed\n"
    "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service with `-s SERVICE`\n",
    "down": REFUSED.format("503 Server Error: Service Unavailable") + "pip_audit._service.interface.ServiceError\n",
    "barred": REFUSED.format("403 Client Error: Forbidden") + "pip_audit._service.interface.ServiceError\n",
}


@pytest.mark.parametrize("name", SILENCE)
def test_a_broken_connection_is_silence(databases: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    let_pip_audit_end(databases, monkeypatch, stderr=SILENCE[name])
    assert databases.ask("osv", [Path("pins.txt")]) is None


def test_no_end_within_the_time_is_silence(databases: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(databases.subprocess, "run", run)
    assert databases.ask("osv", [Path("pins.txt")]) is None


FAILURES = {
    "crash": (TRACEBACK + "KeyError: 'id'\n", r"\(KeyError: 'id'\)"),
    "bad-pins": (
        "ERROR:pip_audit._cli:requirement file pins.txt contains invalid specifier at line 3: …\n    a=1\n     ^\n",
        "pins.txt contains invalid specifier at line 3",
    ),
    "bad-query": (REFUSED.format("400 Client Error: Bad Request") + "pip_audit…ServiceError\n", "400 Client Error"),
    "not-installed": ("/python: No module named pip_audit\n", r"\(/python: No module named pip_audit\)"),
    "killed": ("", r"\(exit code 1\)"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_any_other_end_fails_in_one_sentence(databases: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    stderr, reason = FAILURES[name]
    let_pip_audit_end(databases, monkeypatch, stderr=stderr)
    with pytest.raises(SystemExit, match=reason) as failure:
        databases.ask("osv", [Path("pins.txt")])
    assert "\n" not in str(failure.value)


def test_the_first_service_that_answers_is_asked_for_everything(
    databases: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def ask(service: str, files: list[Path]) -> list[dict[str, Any]] | None:
        asked.append((service, len(files)))
        return [SOUND] if service == "pypi" else None

    monkeypatch.setattr(databases, "install", lambda: None)
    monkeypatch.setattr(databases, "ask", ask)
    assert databases.look_up([Path("a.txt"), Path("b.txt")]) == [SOUND]
    assert asked == [("osv", 1), ("pypi", 1), ("pypi", 2)]


def test_silence_of_all_services_is_told(databases: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "install", lambda: None)
    monkeypatch.setattr(databases, "ask", lambda service, files: None)
    with pytest.raises(databases.NoAnswer, match="No database of vulnerabilities"):
        databases.look_up([Path("a.txt")])
