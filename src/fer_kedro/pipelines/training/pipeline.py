"""One template, prepare → fit → predict → score, instantiated per protocol and recipe by namespace."""

from kedro.pipeline import Node, Pipeline

from fer_kedro.evaluation.scores import run_record
from fer_kedro.pipelines.training.nodes import describe, fit, predict, prepare

SHARED = {"faces", "balanced_faces", "environment"}


def create_pipeline(
    protocol: str = "honest",
    recipe: str = "goldstein_cnn",
    *,
    own: bool = False,
    found_by: str | None = None,
    **kwargs: object,
) -> Pipeline:
    """Train one recipe under one protocol, in the namespace `<protocol>.<recipe>`.

    A protocol that is the recipe's `own` brings the recipe as it is under this protocol. A recipe that is `found_by` a
    search is no parameter but that dataset.
    """
    run = f"{protocol}.{recipe}"
    parameters = {"params:protocol": f"params:{run}.protocol" if own else f"params:protocols.{protocol}"}
    if not found_by:
        parameters["params:recipe"] = f"params:{run}.recipe" if own else f"params:recipes.{recipe}"
    return Pipeline(
        _template("recipe" if found_by else "params:recipe"),
        namespace=run,
        inputs={name: name for name in SHARED} | ({"recipe": found_by} if found_by else {}),
        parameters=parameters,
        tags=["training", protocol, recipe],
    )


def _template(recipe: str) -> Pipeline:
    decisions = {"protocol": "params:protocol", "recipe": recipe}
    described = {name: name for name in ("faces", "prepared", "training", "environment")}
    return Pipeline(
        [
            Node(
                prepare,
                inputs={"faces": "faces", "balanced_faces": "balanced_faces", **decisions},
                outputs="prepared",
                name="prepare",
            ),
            Node(
                fit,
                inputs=["faces", "prepared", recipe, "monitor"],
                outputs=["model", "history", "training"],
                name="fit",
            ),
            Node(
                predict,
                inputs={"model": "model", "faces": "faces", "prepared": "prepared", **decisions},
                outputs="predictions",
                name="predict",
            ),
            Node(describe, inputs={**described, **decisions}, outputs="run_facts", name="describe"),
            Node(run_record, inputs=["predictions", "run_facts"], outputs="run_record", name="score"),
        ]
    )
