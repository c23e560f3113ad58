"""Ingestion: raw faces become `faces`, with their copies known and their blanks flagged."""

from fer_kedro.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
