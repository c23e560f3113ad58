"""Known vulnerabilities among the pins of all requirements*.txt; one that nobody has explained is a failure.

Explanations stand in pyproject.toml, `[tool.audit.explained]`: the finding's id and why it does not harm this project.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
SERVICES = ("osv", "pypi")
SECONDS = 600

Report = list[dict[str, Any]]
"""A package each: `name`, `version` and `vulns`, or `name` and `skip_reason`."""


class Verdict(NamedTuple):
    """Findings by their id, each with what to say of it."""

    unexplained: dict[str, str]
    explained: dict[str, str]
    outdated: list[str]
    not_audited: list[str]


def judge(report: Report, reasons: dict[str, str]) -> Verdict:
    """Sort what was found by whether somebody has explained it, under its id or an alias."""
    verdict = Verdict({}, {}, [], [package["name"] for package in report if "skip_reason" in package])
    met = set()
    for package in report:
        for found in package.get("vulns", []):
            names = {found["id"], *found.get("aliases", [])}
            fixed = (
                f", fixed in {' or '.join(found['fix_versions'])}" if found.get("fix_versions") else ", not fixed yet"
            )
            what = f"{package['name']} {package['version']}{fixed}"
            if reason := next((reasons[name] for name in sorted(names & reasons.keys())), None):
                verdict.explained[found["id"]] = f"{what}: {reason}"
                met |= names
            else:
                verdict.unexplained[found["id"]] = what
    verdict.outdated.extend(sorted(reasons.keys() - met))
    return verdict


def ask(service: str, files: Sequence[Path]) -> Report | None:
    """Return what a service knows of the pins, or nothing where it does not answer for any of them."""
    requirements = [argument for file in files for argument in ("-r", str(file))]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json", f"-s={service}"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *requirements, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    try:
        report: Report = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return report if any("skip_reason" not in package for package in report) else None


def main() -> int:
    """Audit, print what was found, and return the exit code."""
    files = sorted(PROJECT.glob("requirements*.txt"), key=lambda file: file.stat().st_size)
    answering = (service for service in SERVICES if ask(service, files[:1]))
    report = next(filter(None, (ask(service, files) for service in answering)), None)
    if report is None:
        print("No database of vulnerabilities (OSV, PyPI) answers from here: nothing was audited.")
        return 0
    page = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    verdict = judge(report, page["tool"]["audit"]["explained"])
    for name, what in verdict.explained.items():
        print(f"{name}  {what}")
    for name in verdict.outdated:
        print(f"{name}  is explained in pyproject.toml but no longer found; take the explanation out.")
    if verdict.not_audited:
        print(f"Not known there: {', '.join(verdict.not_audited)}")
    for name, what in verdict.unexplained.items():
        print(f"{name}  {what}; take a fixed version (make lock), or explain it in pyproject.toml", file=sys.stderr)
    print(f"{len(report) - len(verdict.not_audited)} pins audited, {len(verdict.unexplained)} unexplained findings.")
    return 1 if verdict.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
