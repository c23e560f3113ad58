"""What the databases of known vulnerabilities say of pinned packages, asked through pip-audit.

Only a missing or broken connection passes for silence; whatever else ends pip or pip-audit is a failure.
"""

import json
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
ENVIRONMENT = PROJECT / ".venv" / "audit"
PINS = PROJECT / "requirements-audit.txt"
SERVICES = ("osv", "pypi")
SECONDS = 600

NOTHING_FETCHED = re.compile("No matching distribution found|Max retries exceeded|timed out")
UNANSWERED = re.compile(
    r"^(requests|urllib3)\.exceptions\.(?!HTTPError)"  # pip-audit lets most broken connections end in a traceback
    r"|^requests\.exceptions\.HTTPError: (5\d\d|403|407|408|429)\b"
    r"|Tip: your network may be blocking this service",
    re.MULTILINE,
)
REASON = re.compile(r"^(?:ERROR|[\w.]+Error):.*", re.MULTILINE)

Report = list[dict[str, Any]]
"""A package each: `name`, `version` and `vulns`, or `name` and `skip_reason`."""


class NoAnswer(Exception):
    """Whoever could tell is not reachable from here; its text says who that is."""


def look_up(files: Sequence[Path]) -> Report:
    """Return the report of the first service that knows any of the pins.

    Raises
    ------
    NoAnswer
        If neither a package index nor a service can be reached.
    SystemExit
        If pip or pip-audit failed for any other reason.
    """
    install()
    for service in SERVICES:
        if ask(service, files[:1]) and (report := ask(service, files)):
            return report
    raise NoAnswer("No database of vulnerabilities (OSV, PyPI) answers from here")


def install() -> None:
    """Install pip-audit as pinned, in an environment of its own since it brings another pip."""
    stamp, wanted = ENVIRONMENT / "installed", f"{sys.version}\n{PINS.read_text(encoding='utf-8')}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    venv.create(ENVIRONMENT, clear=True, symlinks=True)
    done = _pip("--python", str(ENVIRONMENT), "install", "-qq", "--no-deps", "--require-hashes", "-r", str(PINS))
    if done.returncode == 0:
        stamp.write_text(wanted, encoding="utf-8")
    elif NOTHING_FETCHED.search(done.stderr) and _pip("index", "versions", "--retries=1", "pip-audit").returncode:
        raise NoAnswer("No package index answers from here, so that pip-audit can't be installed")
    else:
        sys.exit(f"{done.stderr}{PINS.name} can't be installed for what pip says above; correct the pins (make lock).")


def ask(service: str, files: Sequence[Path]) -> Report | None:
    """Return what a service knows of the pins, or nothing where it does not answer for any of them."""
    requirements = [argument for file in files for argument in ("-r", str(file))]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json", f"-s={service}"]
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip_audit", *requirements, *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        report: Report = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return None
    except (ValueError, KeyError, TypeError):
        if UNANSWERED.search(done.stderr):
            return None
        told = [f"exit code {done.returncode}", *done.stderr.split("\n")[-2:-1], *REASON.findall(done.stderr)]
        sys.exit(f"pip-audit failed ({told[-1]}); correct what it names, or renew the pins, its own too (make lock).")
    return report if any("skip_reason" not in package for package in report) else None


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
