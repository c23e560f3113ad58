"""Names of runs, read off Kedro's namespaces: `honest.goldstein_cnn.model` is dataset `model` of that run."""

from kedro.pipeline.node import Node

RUN_PARTS = 2


def run_and_dataset(name: str) -> tuple[str | None, str]:
    """Split a dataset's name into its run (`<protocol>.<recipe>`, or `None`) and its name within."""
    *namespace, dataset = name.split(".")
    return (".".join(namespace) if len(namespace) == RUN_PARTS else None), dataset


def run_of(node: Node) -> str | None:
    """Return the run whose namespace a node stands in, if it does in one's."""
    namespace = node.namespace or ""
    return namespace if len(namespace.split(".")) == RUN_PARTS else None
