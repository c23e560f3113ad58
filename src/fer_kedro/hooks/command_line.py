"""What a command asks for that is not there: an environment, a runtime parameter, a pipeline, a node."""

import re
from collections.abc import Iterable
from copy import copy
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kedro.pipeline import Pipeline

from fer_kedro.errors import InputError
from fer_kedro.pages import own_protocols

ASKED = re.compile(r"\$\{runtime_params:\s*([\w.]+)")
SHARED = ("recipes", "protocols")
"""Parameters whose keys are names that users give, as are those of a page's own protocols; a name that is not known is
a mistake there too."""

SELECTIONS = ("Pipeline does not contain ", "Failed to find the pipeline named ", "Pipeline contains no nodes after ")
"""How Kedro's refusals to select nodes begin."""


def check_environment(context: Any) -> None:
    """Refuse an environment that has no folder: Kedro would quietly run the base configuration.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    conf = Path(context.config_loader.conf_source)
    if context.env and conf.is_dir() and not (conf / context.env).is_dir():
        known = sorted(folder.name for folder in conf.iterdir() if folder.is_dir() and folder.name != "base")
        raise InputError(f"There is no environment {context.env!r} in {conf}; choose {' or '.join(known)}.")


def check_runtime_parameters(context: Any) -> None:
    """Refuse runtime parameters that nothing reads: a mistyped `source` would quietly give demo faces.

    Raises
    ------
    InputError
        If one is empty, or neither a parameter nor asked for by the configuration.
    """
    given = context.config_loader.runtime_params
    if not given:
        return
    if empty := [name for name, value in given.items() if value in ("", None)]:
        raise InputError(f"--params gives {empty[0]!r} no value; write --params={empty[0]}=<value>.")
    loader = copy(context.config_loader)
    loader.runtime_params = {}
    known = dict(loader["parameters"])
    _check_names("--params", given, [*known, *_asked(Path(loader.conf_source))])
    for collection in (*SHARED, *own_protocols()):
        if isinstance(named := given.get(collection), dict):
            _check_names(f"--params={collection}", named, known.get(collection, ()))


def unknown_selection(error: ValueError) -> str | None:
    """Return a sentence for Kedro's refusal to select pipelines or nodes, with the nearest names or where they are."""
    message = str(error).partition("\n")[0].strip()
    if not message.startswith(SELECTIONS):
        return None
    from kedro.framework.project import pipelines

    pipelines.set_requested(None)
    asked = re.findall(r"'([^']+)'", message.partition(" Did you mean")[0].partition(" It needs")[0])
    return f"{message.partition('. ')[0].rstrip('.: ')}{_advice(asked, dict(pipelines.items()))}"


def _advice(asked: list[str], pipelines: dict[str, Pipeline]) -> str:
    for name in asked:
        if holders := [pipeline for pipeline in pipelines if name in _names(pipelines[pipeline])]:
            largest = max(holders, key=lambda pipeline: len(pipelines[pipeline].nodes))
            return f"; add --pipelines={largest}, which has it."
    known = sorted({*pipelines, *(name for pipeline in pipelines.values() for name in _names(pipeline))})
    within = [name for name in known if asked and name.endswith(f".{asked[0]}")]
    near = within or get_close_matches(asked[0], known, 1) if asked else []
    return f"; did you mean {near[0]!r}?" if near else "; `kedro registry list` names the pipelines."


def _names(pipeline: Pipeline) -> set[str]:
    """Everything that nodes of a pipeline can be chosen by."""
    spaces = (node.namespace for node in pipeline.nodes if node.namespace)
    parts = {".".join(space.split(".")[: end + 1]) for space in spaces for end in range(space.count(".") + 1)}
    tags = {tag for node in pipeline.nodes for tag in node.tags}
    return parts | tags | {node.name for node in pipeline.nodes} | pipeline.datasets()


def _asked(conf: Path) -> set[str]:
    pages = (page.read_text(encoding="utf-8", errors="replace") for page in conf.glob("*/**/*.yml"))
    return {name.split(".")[0] for page in pages for name in ASKED.findall(page)}


def _check_names(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    known = sorted(map(str, known))
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
            raise InputError(f"{where} gives {name!r}, which nothing reads; {advice}")
