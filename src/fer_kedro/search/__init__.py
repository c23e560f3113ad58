"""Hyperparameter search by k-fold cross-validation: spaces, folds, tasks, executors and the study that joins them."""
