"""Wiring of the stage `balancing`."""

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.balancing.figures import plot_balancing_examples, plot_class_balance
from fer_kedro.pipelines.balancing.nodes import balance_training_faces


def create_pipeline(**kwargs: object) -> Pipeline:
    """Balance the honest training faces, and show what that did."""
    return Pipeline(
        [
            Node(
                balance_training_faces,
                inputs=["faces", "params:balancing", "params:protocols.honest"],
                outputs=["balanced_faces", "balancing_account"],
                name="balance_training_faces",
            ),
            Node(
                plot_class_balance,
                inputs=["balancing_account", "balanced_faces"],
                outputs="class_balance",
                name="plot_class_balance",
            ),
            Node(
                plot_balancing_examples,
                inputs=["balanced_faces", "params:balancing"],
                outputs="balancing_examples",
                name="plot_balancing_examples",
            ),
        ],
        namespace="balancing",
        prefix_datasets_with_namespace=False,
        tags="balancing",
    )
