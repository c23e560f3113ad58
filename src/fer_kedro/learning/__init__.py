"""The training loop: input, precision, callbacks, resume. Its modules import Keras; import them inside functions."""
