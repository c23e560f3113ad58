"""Train one model per protocol and recipe."""

from fer_kedro.pipelines.training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
