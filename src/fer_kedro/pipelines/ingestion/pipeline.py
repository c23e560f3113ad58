"""Wiring of the stage `ingestion`."""

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.ingestion.nodes import account_for, fingerprint, summarise_copies


def create_pipeline(**kwargs: object) -> Pipeline:
    """Fingerprint the raw faces, and account for what was found."""
    return Pipeline(
        [
            Node(
                fingerprint,
                inputs=["raw_faces", "params:ingestion"],
                outputs=["faces", "near_copies"],
                name="fingerprint_faces",
            ),
            Node(
                account_for,
                inputs="faces",
                outputs="ingestion_account",
                name="account_for_faces",
            ),
            Node(
                summarise_copies,
                inputs=["faces", "near_copies"],
                outputs="copies_summary",
                name="summarise_copies",
            ),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
        tags="ingestion",
    )
