"""Wiring of the exploratory analysis."""

from __future__ import annotations

from typing import Any

from kedro.pipeline import Node, Pipeline

from fer_kedro.pipelines.eda.class_distribution import plot_class_distribution
from fer_kedro.pipelines.eda.copies_gallery import plot_copies_gallery
from fer_kedro.pipelines.eda.embedding import embed_faces, plot_embedding
from fer_kedro.pipelines.eda.face_samples import plot_face_samples
from fer_kedro.pipelines.eda.grey_levels import plot_pixel_histogram
from fer_kedro.pipelines.eda.image_quality import plot_image_quality
from fer_kedro.pipelines.eda.mean_faces import plot_mean_faces
from fer_kedro.pipelines.eda.nodes import measure_faces, summarise_pixels


def create_pipeline(**kwargs: Any) -> Pipeline:
    """Look at `faces` from all sides; gives tables and figures only."""
    return Pipeline(
        [
            Node(plot_class_distribution, "faces", "class_distribution", name="plot_class_distribution"),
            Node(plot_face_samples, ["faces", "params:eda"], "face_samples", name="plot_face_samples"),
            Node(plot_mean_faces, "faces", "mean_faces", name="plot_mean_faces"),
            Node(plot_pixel_histogram, "faces", "pixel_histogram", name="plot_pixel_histogram"),
            Node(measure_faces, "faces", "face_quality", name="measure_faces"),
            Node(summarise_pixels, "face_quality", "pixel_statistics", name="summarise_pixels"),
            Node(plot_image_quality, ["face_quality", "faces"], "image_quality", name="plot_image_quality"),
            Node(plot_copies_gallery, ["faces", "params:eda"], "copies_gallery", name="plot_copies_gallery"),
            Node(embed_faces, ["faces", "params:eda"], "embedding_points", name="embed_faces"),
            Node(plot_embedding, ["embedding_points", "faces"], "embedding", name="plot_embedding"),
        ],
        namespace="eda",
        prefix_datasets_with_namespace=False,
    )
