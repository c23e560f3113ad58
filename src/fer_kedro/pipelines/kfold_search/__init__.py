"""Search for the best recipe by k-fold cross-validation on the training faces."""

from fer_kedro.pipelines.kfold_search.pipeline import NAMESPACE, create_pipeline, create_publish_pipeline

__all__ = ["NAMESPACE", "create_pipeline", "create_publish_pipeline"]
