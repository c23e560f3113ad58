"""Architectures as data: a recipe's model in, a Keras model out."""
