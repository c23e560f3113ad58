"""The command `make audit`: it installs pip-audit as pinned, or fails, or says that nobody answers."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from project_copy import PROJECT


def report(*found: dict[str, Any]) -> str:
    """What pip-audit says of one package."""
    return json.dumps({"dependencies": [{"name": "pillow", "version": "1.0", "vulns": found}], "fixes": []})


class Copy:
    """A copy of what `make audit` needs, with an index of one package: a pip-audit that prints what it is told."""

    def __init__(self, path: Path) -> None:
        self.path, self.pins = path, path / "requirements-audit.txt"
        for part in ("Makefile", "pyproject.toml"):
            shutil.copy(PROJECT / part, path)
        shutil.copytree(PROJECT / "tools", path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        (path / "requirements.txt").write_text("pillow==1.0\n")
        (path / ".venv" / "bin").mkdir(parents=True)
        python = path / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        (path / ".venv" / ".ready").touch()
        self.digest = pip_audit_wheel(path / "index")
        self.pins.write_text(f"pip-audit==1.0 --hash=sha256:{self.digest}\n")

    def audit(self, stdout: str = report(), **environment: str) -> subprocess.CompletedProcess[str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "AUDIT_", "MAKE"))}
        index = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.path / "index")}
        return subprocess.run(
            ["make", "audit"], cwd=self.path, capture_output=True, text=True, check=False, timeout=120,
            env={**given, **index, "TOLD": stdout, **environment},
        )  # fmt: skip


def pip_audit_wheel(folder: Path) -> str:
    """Write a wheel of a module that prints the variable TOLD; returns its SHA-256."""
    contents = {
        "pip_audit.py": "import os\nprint(os.environ['TOLD'])\n",
        "pip_audit-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pip-audit\nVersion: 1.0\n",
        "pip_audit-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    contents["pip_audit-1.0.dist-info/RECORD"] = "".join(f"{name},,\n" for name in contents)
    folder.mkdir()
    wheel = folder / "pip_audit-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def copied(tmp_path: Path) -> Copy:
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    return Copy(tmp_path)


def test_pip_audit_is_installed_once_and_gives_the_verdict(copied: Copy) -> None:
    done = copied.audit()
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 pins audited, 0 unexplained findings.\n"
    shutil.rmtree(copied.path / "index")
    done = copied.audit(report({"id": "GHSA-1", "aliases": [], "fix_versions": ["1.1"]}))
    assert done.returncode != 0
    assert "GHSA-1  pillow 1.0, fixed in 1.1; take a fixed version" in done.stderr


def test_it_fails_on_a_package_that_is_not_the_pinned_one(copied: Copy) -> None:
    copied.pins.write_text(f"pip-audit==1.0 --hash=sha256:{'0' * 64}\n")
    done = copied.audit()
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert "requirements-audit.txt can't be installed for what pip says above" in done.stderr
    assert "nothing was audited" not in done.stdout


@pytest.mark.parametrize("pin", ["pip-audit=1.0", "pip-audit==2.0"])
def test_it_fails_on_pins_that_are_wrong(copied: Copy, pin: str) -> None:
    copied.pins.write_text(f"{pin} --hash=sha256:{copied.digest}\n")
    done = copied.audit()
    assert done.returncode != 0
    assert pin in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("required", ["", "1"])
def test_without_an_index_it_passes_unless_a_verdict_is_required(copied: Copy, required: str) -> None:
    shutil.rmtree(copied.path / "index")
    nobody = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": (copied.path / "index").as_uri(), "PIP_RETRIES": "0"}
    done = copied.audit(AUDIT_REQUIRED=required, **nobody)
    assert (done.returncode != 0) == bool(required)
    assert done.stdout.startswith("No package index answers from here, so that pip-audit can't be installed: nothing")
