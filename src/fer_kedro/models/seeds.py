"""Explicit seeds for every random layer, since Keras otherwise draws them from global state."""

from typing import Any

import numpy as np


class Seeds:
    """An endless, reproducible supply of seeds."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def next(self) -> int:
        """Return the next seed, a non-negative 31-bit integer."""
        return int(self._generator.integers(2**31))

    def initializer(self, name: str, **arguments: Any) -> Any:
        """Return a Keras initialiser with its own seed."""
        import keras

        return keras.initializers.get({"class_name": name, "config": {**arguments, "seed": self.next()}})
