"""A parameter that its model refuses, told with the file and line that set it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

import yaml

from fer_kedro.pages import ALL

BEGIN = re.compile(r"(?:- )?Parameter '([^']+)':")
MERGE = "<<"
REASON = re.compile(r"^  (?P<reason>\S.*?) \[type=(?P<kind>\w+), input_value=(?P<value>.*), input_type=\w+\]$")


class Configuration(NamedTuple):
    """Where parameters are set.

    Attributes
    ----------
    project
        Files are named relative to it.
    folders
        Below which `parameters*.yml` stand; the first that sets a parameter counts.
    given
        Parameters of the command line, before all files.
    """

    project: Path = Path()
    folders: tuple[Path, ...] = ()
    given: Mapping[str, Any] = {}

    @classmethod
    def of(cls, context: Any) -> Self:
        """Take them from Kedro's context."""
        loader = context.config_loader
        environments = (context.env or loader.default_run_env, loader.base_env)
        folders = tuple(Path(loader.conf_source) / environment for environment in environments)
        return cls(Path(context.project_path), folders, loader.runtime_params or {})

    def place(self, name: str) -> str:
        """Name the file and line that set the parameter, or else its nearest parent."""
        keys = name.split(".")
        if _depth(self.given, keys):
            return "--params"
        return self._nearest(keys, self.folders)

    def page(self, name: str) -> str:
        """Name the file and line of the base configuration where the parameter, which is not set, should stand."""
        return self._nearest(name.split("."), self.folders[::-1])

    def _nearest(self, keys: list[str], folders: Iterable[Path]) -> str:
        found = [(*_find(file, keys), file) for folder in folders for file in _files(folder)]
        depth, line, file = max(found, key=lambda match: match[0], default=(0, 0, Path()))
        return f"{file.relative_to(self.project)}, line {line}," if depth else "The configuration"


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("parameters*.yml"), *folder.glob("parameters*/**/*.yml")])


def refused_parameter(error: Exception, configuration: Configuration) -> str:
    """Make one sentence of Kedro's report: the first parameter that is refused, where it is set, and why.

    A protocol of a page's own takes most of the page's recipe, and its mistakes: the recipe comes first.
    """
    refusals = sorted(_refusals(error), key=lambda refusal: not refusal[0].startswith(f"{ALL}."))
    if not refusals:
        return re.sub(r"\s+", " ", str(error)).strip()
    name, reason = refusals[0]
    if reason["kind"] == "missing":
        return f"{configuration.page(name)} lacks {name}; add it."
    told = f"{configuration.place(name)} sets {name} to {reason['value']}; correct it: {reason['reason']}"
    return told if told.endswith("?") else told + "."


def _refusals(error: Exception) -> Iterator[tuple[str, re.Match[str]]]:
    """Name each parameter that is refused, and why."""
    parameter, place = "", ""
    for line in str(error).splitlines():
        if begin := BEGIN.match(line):
            parameter, place = begin[1], ""
        elif reason := REASON.match(line):
            yield f"{parameter}.{place}".rstrip("."), reason
        elif not line.startswith(" "):
            place = line


def _depth(values: Any, keys: list[str]) -> int:
    """How many of the keys, from the first on, lead somewhere."""
    if not keys or not isinstance(values, Mapping) or keys[0] not in values:
        return 0
    return 1 + _depth(values[keys[0]], keys[1:])


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values of a mapping, and after them those that it merges from others."""
    own = node.value if isinstance(node, yaml.MappingNode) else []
    yield from (pair for pair in own if pair[0].value != MERGE)
    for key, value in own:
        if key.value == MERGE:
            yield from _pairs(value)


def _find(file: Path, keys: list[str]) -> tuple[int, int]:
    """Follow the keys through a file; returns how many it holds and the line of the last."""
    depth = line = 0
    try:
        node = yaml.compose(file.read_bytes())
    except (OSError, yaml.YAMLError):
        return 0, 0
    for key in keys:
        match = next((pair for pair in _pairs(node) if pair[0].value == key), None)
        if match is None:
            break
        depth, line, node = depth + 1, match[0].start_mark.line + 1, match[1]
    return depth, line
