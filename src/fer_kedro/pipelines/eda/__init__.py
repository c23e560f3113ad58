"""Exploratory data analysis: figures and tables of `faces`, nothing else."""

from fer_kedro.pipelines.eda.pipeline import create_pipeline

__all__ = ["create_pipeline"]
