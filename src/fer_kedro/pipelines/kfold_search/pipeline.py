"""One template, search → tables and figures, instantiated per search by namespace."""

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.kfold_search.nodes import search_folds

NAMESPACE = "kfold_search"


def create_pipeline(search: str = "choudhary_grouped", recipe: str = "choudhary_cnn", **kwargs: object) -> Pipeline:
    """Run one search around a recipe, in the namespace `kfold_search.<search>`."""
    return Pipeline(
        _template(),
        namespace=f"{NAMESPACE}.{search}",
        inputs={"faces", "search_executor"},
        parameters={"params:search": f"params:searches.{search}", "params:recipe": f"params:recipes.{recipe}"},
        tags=[NAMESPACE, search],
    )


def _template() -> Pipeline:
    decided = {"search": "params:search", "recipe": "params:recipe"}
    tools = {"studies": "studies", "executor": "search_executor", "monitor": "search_monitor"}
    return Pipeline(
        [
            Node(search_folds, {"faces": "faces", **decided, **tools}, ["trials", "searched_recipe"], name="search"),
        ]
    )
