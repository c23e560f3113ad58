"""One template, search → tables, record and figures, instantiated per search by namespace."""

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.kfold_search import nodes

NAMESPACE = "kfold_search"
DECIDED = {"search": "params:search", "recipe": "params:recipe"}


def create_pipeline(search: str = "choudhary_grouped", recipe: str = "choudhary_cnn", **kwargs: object) -> Pipeline:
    """Run one search around a recipe, in the namespace `kfold_search.<search>`."""
    return Pipeline(
        _template(),
        namespace=f"{NAMESPACE}.{search}",
        inputs={"faces", "search_executor", "environment"},
        parameters={"params:search": f"params:searches.{search}", "params:recipe": f"params:recipes.{recipe}"},
        tags=[NAMESPACE, search],
    )


def create_publish_pipeline(searches: Iterable[str] = (), **kwargs: object) -> Pipeline:
    """Put the records of searches where they are committed, each in its own namespace."""
    inputs, outputs = ["trials", "search_record"], ["committed_trials", "committed_search_record"]
    template = Pipeline([Node(nodes.publish_search, inputs, outputs, name="publish")])
    named = (Pipeline(template, namespace=f"{NAMESPACE}.{search}", tags=[NAMESPACE, search]) for search in searches)
    return sum(named, start=Pipeline([]))


def _template() -> Pipeline:
    tools = {"studies": "studies", "executor": "search_executor", "monitor": "search_monitor"}
    drawn = {name: name for name in ("trials", "faces")} | {"search": "params:search"}
    described = {name: name for name in ("trials", "configurations", "pruning_comparison", "faces", "environment")}
    described |= {"search": "params:search", "executor": "search_executor"}
    return Pipeline(
        [
            Node(
                nodes.search_folds, {"faces": "faces", **DECIDED, **tools}, ["trials", "searched_recipe"], name="search"
            ),
            Node(nodes.compare_configurations, ["trials", "params:search"], "configurations", name="rank"),
            Node(nodes.compare_pruning, {"trials": "trials", **DECIDED}, "pruning_comparison", name="replay_pruning"),
            Node(nodes.search_record, described, "search_record", name="describe"),
            Node(nodes.plot_folds, drawn, "fold_scores", name="draw_folds"),
            Node(nodes.plot_history, drawn, "trial_history", name="draw_history"),
            Node(nodes.plot_importance, drawn, "parameter_importance", name="draw_importance"),
            Node(nodes.plot_slices, drawn, "parameter_slices", name="draw_slices"),
            Node(nodes.plot_parallel_coordinates, drawn, "parallel_coordinates", name="draw_parallel_coordinates"),
        ]
    )
