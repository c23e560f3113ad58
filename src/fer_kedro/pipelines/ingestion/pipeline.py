"""Wiring of the stage `ingestion`."""

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.ingestion.crop import crop_faces
from fer_kedro.pipelines.ingestion.nodes import account_for, fingerprint, summarise_copies


def create_pipeline(**kwargs: object) -> Pipeline:
    """Crop the raw faces if asked to, fingerprint them, and account for what was lost and found."""
    return Pipeline(
        [
            Node(
                crop_faces,
                inputs=["raw_faces", "params:face_crop"],
                outputs=["cropped_faces", "face_crop_account"],
                name="crop_faces",
            ),
            Node(
                fingerprint,
                inputs=["cropped_faces", "params:ingestion"],
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
