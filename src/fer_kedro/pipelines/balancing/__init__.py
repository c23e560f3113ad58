"""Balancing: every class of the honest training faces brought to the same number."""

from fer_kedro.pipelines.balancing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
