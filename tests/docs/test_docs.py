"""What the documentation shows is there: commands, pipelines, recipes, make targets, links, configuration."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import griffe
import pytest
import yaml
from kedro.framework.cli.cli import KedroCLI
from kedro.pipeline import Pipeline
from kedro_mlflow.config.kedro_mlflow_config import KedroMlflowConfig
from markdown.extensions.toc import slugify

from fer_kedro.pipeline_registry import PROTOCOL, recipes, register_pipelines, runs, training_and_reports
from fer_kedro.pipelines.kfold_search import create_pipeline as create_search
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe
from fer_kedro.search.decisions import Search

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TEXTS = {page: page.read_text() for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))}
COMMAND = re.compile(r"(?:\$ )?(?:\.venv/bin/)?((?:kedro|make) .+)")
PLACEHOLDER = re.compile(r"=([A-Z]+|<.*>)( |$)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def code_lines(text: str) -> Iterator[str]:
    """Lines of fenced and indented blocks, and what stands between backticks."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.strip()
        else:
            yield from re.findall(r"`([^`]+)`", line)


def shown_commands(program: str) -> list[str]:
    """Every command of this program on any page; those with a placeholder, such as NAME, are left out."""
    lines = (line for text in TEXTS.values() for line in code_lines(text))
    commands = {match[1].partition(" #")[0].strip() for line in lines if (match := COMMAND.fullmatch(line))}
    return sorted(command for command in commands if command.startswith(program) and not PLACEHOLDER.search(command))


def yaml_blocks(key: str) -> list[dict[str, Any]]:
    """Every YAML block that has this key at its top, read as without `--params`."""
    blocks = (block for text in TEXTS.values() for block in re.findall(r"```yaml\n(.*?)```", text, re.S))
    defaults = (re.sub(r"\$\{runtime_params:\w+,\s*(.*?)\}", r"\1", block) for block in blocks)
    return [page for page in map(yaml.safe_load, defaults) if key in page]


def internal_links() -> list[tuple[Path, str]]:
    """Every link that leads to a file of the project, and the page that it stands on."""
    return [(page, link) for page, text in TEXTS.items() for link in LINK.findall(text) if "://" not in link]


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Pipeline]:
    """Registered pipelines, and in `all_recipes` the recipes that a page tells its reader to write."""
    registered = register_pipelines()
    written = {name for text in TEXTS.values() for name in re.findall(r"parameters_recipes/(\w+)\.yml", text)}
    new = [f"{PROTOCOL}.{recipe}" for recipe in sorted(written - set(recipes()))]
    sources = registered["ingestion"] + registered["balancing"]
    searches = (
        create_search(name, page["searches"][name]["recipe"])
        for page in yaml_blocks("searches")
        for name in page["searches"]
    )
    return registered | {
        "all_recipes": sources + training_and_reports([*runs(), *new]),
        "all_searches": sum(searches, start=registered["all_searches"]),
    }


@pytest.fixture(scope="module")
def cli() -> KedroCLI:
    return KedroCLI(ROOT)


@pytest.mark.parametrize("line", shown_commands("kedro"))
def test_kedro_understands_every_command(line: str, cli: KedroCLI, pipelines: dict[str, Pipeline]) -> None:
    command: click.Command | None = cli
    name, *words = shlex.split(line)
    while isinstance(command, click.Group) and words:
        name, *words = words
        command = command.get_command(click.Context(command), name)
    assert command is not None, f"kedro has no command '{name}'"
    options = command.make_context(name, words).params
    assert (ROOT / "conf" / (options.get("env") or "base")).is_dir()
    if name == "run" and "pipelines" in options:
        assert selected_nodes(options, pipelines)


def selected_nodes(options: dict[str, Any], pipelines: dict[str, Pipeline]) -> list[Any]:
    """Select what the run would; an unknown pipeline, namespace, node, tag or dataset raises."""
    names = options["pipelines"] or [options["pipeline"] or "__default__"]
    selected = sum((pipelines[name] for name in names), start=Pipeline([])).filter(
        tags=options["tags"],
        from_nodes=options["from_nodes"],
        to_nodes=options["to_nodes"],
        node_names=options["node_names"],
        from_inputs=options["from_inputs"],
        to_outputs=options["to_outputs"],
        node_namespaces=options["namespaces"],
    )
    return list(selected.nodes)


@pytest.mark.parametrize("line", shown_commands("make"))
def test_make_has_every_target(line: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert {word for word in shlex.split(line)[1:] if "=" not in word} <= targets


@pytest.mark.parametrize(("page", "link"), internal_links(), ids=lambda value: str(value).split("/docs/")[-1])
def test_every_internal_link_resolves(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.M)
        named = {name for heading in headings for name in re.findall(r"\{ #(\S+) \}$", heading)}
        assert anchor in named | {slugify(heading.replace("`", ""), "-") for heading in headings}


def test_every_page_stands_in_the_navigation() -> None:
    navigation = re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M)
    assert sorted(navigation) == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


def test_mathematics_page_shows_every_marked_part_of_its_tests() -> None:
    tests = (ROOT / "tests" / "docs" / "test_mathematics.py").read_text()
    page = TEXTS[DOCS / "explanation" / "mathematics.md"]
    shown = re.findall(r'^--8<-- "tests/docs/test_mathematics\.py:(\w+)"$', page, re.M)
    assert shown == re.findall(r"\[start:(\w+)\]", tests)


def test_every_benchmark_is_described_and_there() -> None:
    described = re.findall(r"bench_\w+\.py", TEXTS[DOCS / "how-to" / "run-benchmarks.md"])
    assert set(described) == {script.name for script in (ROOT / "benchmarks").glob("*.py")}


def undescribed_items(module: griffe.Object) -> Iterator[str]:
    """Paths of functions and classes of which a docstring section is not in numpydoc form."""
    for member in module.members.values():
        if isinstance(member, griffe.Alias):
            continue
        sections = member.docstring.parsed if member.docstring else []
        items = [section.value for section in sections if section.kind.value in {"parameters", "returns", "raises"}]
        if not all(item.description for values in items for item in values):
            yield member.path
        yield from undescribed_items(member)


def test_docstring_sections_are_in_numpydoc_form() -> None:
    package = griffe.load("fer_kedro", search_paths=[ROOT / "src"], docstring_parser="numpy")
    assert isinstance(package, griffe.Object)
    assert list(undescribed_items(package)) == []


@pytest.mark.parametrize("page", yaml_blocks("recipes"))
def test_shown_recipe_is_valid(page: dict[str, Any]) -> None:
    for name, recipe in page["recipes"].items():
        assert Recipe.model_validate(recipe).name == name


@pytest.mark.parametrize("page", yaml_blocks("searches"))
def test_shown_search_is_valid(page: dict[str, Any]) -> None:
    for name, search in page["searches"].items():
        assert Search.model_validate(search).name == name
        assert search["recipe"] in recipes()


@pytest.mark.parametrize("page", yaml_blocks("as_reported"))
def test_shown_protocol_is_valid(page: dict[str, Any]) -> None:
    for run in page["as_reported"].values():
        assert Protocol.model_validate(run["protocol"]).name == "as_reported"


@pytest.mark.parametrize("page", yaml_blocks("server"))
def test_shown_tracking_configuration_is_valid(page: dict[str, Any]) -> None:
    assert KedroMlflowConfig.model_validate(page).server.mlflow_tracking_uri
