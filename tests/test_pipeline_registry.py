"""Every run has its nodes, its parameters and a sentence where its page is unusable."""

from pathlib import Path

import pytest
from project_copy import kedro_in

from fer_kedro import pipeline_registry


def test_every_run_is_trained_reported_and_published_in_its_namespace() -> None:
    pipelines = pipeline_registry.register_pipelines()
    for run in pipeline_registry.runs():
        names = {node.name for node in pipelines["all_recipes"].filter(node_namespaces=[run]).nodes}
        assert names > {f"{run}.{name}" for name in ("prepare", "fit", "predict", "describe", "score")}
        assert {node.name for node in pipelines["publish"].filter(node_namespaces=[run]).nodes} == {f"{run}.publish"}


def test_the_run_of_what_a_search_finds_takes_its_recipe_from_the_search() -> None:
    nodes = {node.name: node for node in pipeline_registry.register_pipelines()["searched"].nodes}
    search = nodes["kfold_search.choudhary_grouped.search"]
    assert "kfold_search.choudhary_grouped.searched_recipe" in {*search.outputs} & {
        *nodes["honest.searched.fit"].inputs
    }


def test_a_protocols_namespace_holds_all_its_runs() -> None:
    whole = pipeline_registry.register_pipelines()["all_recipes"]
    for protocol in ("honest", "official", "as_reported"):
        chosen = {node.namespace for node in whole.filter(node_namespaces=[protocol]).nodes}
        assert chosen == {run for run in pipeline_registry.runs() if run.startswith(f"{protocol}.")}


@pytest.mark.parametrize(
    ("run", "decisions"),
    [
        ("official.liang_cnn", {"params:protocols.official", "params:recipes.liang_cnn"}),
        ("as_reported.liang_cnn", {"params:as_reported.liang_cnn.protocol", "params:as_reported.liang_cnn.recipe"}),
    ],
)
def test_shared_protocols_take_the_recipe_and_a_pages_own_bring_theirs(run: str, decisions: set[str]) -> None:
    whole = pipeline_registry.register_pipelines()["all_recipes"].filter(node_namespaces=[run])
    assert {name for name in whole.inputs() if name.startswith("params:")} == decisions


@pytest.mark.parametrize(
    ("command", "page", "complaint"),
    [
        ("list", "recipes:\n  odd: [1, 2\n", "odd.yml, line 3, is not YAML"),
        (
            "list",
            "recipes: {odd: {name: mine}}",
            "odd.yml must hold one recipe whose key and name are 'odd', not ['mine']",
        ),
        ("describe", "just words", "odd.yml must hold one recipe"),
    ],
)
def test_commands_without_a_context_tell_it_in_one_sentence(
    project: Path, command: str, page: str, complaint: str
) -> None:
    (project / "conf/base/parameters_recipes/odd.yml").write_text(page)
    done = kedro_in(project)("registry", command, fails=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    sentence = done.stderr.splitlines()[-1]
    assert sentence.startswith("Error: ")
    assert complaint in sentence
