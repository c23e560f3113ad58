"""Known vulnerabilities among the pins of all requirements*.txt; one that nobody has explained is a failure.

Explanations stand in pyproject.toml, `[tool.audit.explained]`: the finding's id and why it does not harm this project.
Where nobody answers nothing is audited, which fails only if the environment variable `AUDIT_REQUIRED` is set.
"""

import os
import sys
import tomllib
from typing import NamedTuple

from known_vulnerabilities import PROJECT, NoAnswer, Report, look_up


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


def main() -> int:
    """Audit, print what was found, and return the exit code."""
    files = sorted(PROJECT.glob("requirements*.txt"), key=lambda file: file.stat().st_size)
    try:
        report = look_up(files)
    except NoAnswer as silence:
        required = bool(os.environ.get("AUDIT_REQUIRED"))
        print(f"{silence}: nothing was audited{', but AUDIT_REQUIRED asks for a verdict' if required else ''}.")
        return int(required)
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
