"""Faces that protocols divide."""

from collections.abc import Callable

import numpy as np
import pytest

from fer_kedro.faces import Faces

NAMES = ("calm", "cross", "glad")
Make = Callable[..., Faces]


@pytest.fixture
def make() -> Make:
    """Faces of three classes in turn, so many of each usage, every image another one."""

    def make(training: int = 120, public: int = 15, private: int = 15) -> Faces:
        usage = ["Training"] * training + ["PublicTest"] * public + ["PrivateTest"] * private
        images = np.random.default_rng(4).integers(0, 256, (len(usage), 48, 48), dtype=np.uint8)
        return Faces.build(images, np.arange(len(usage)) % 3, usage, class_names=NAMES)

    return make


@pytest.fixture
def faces(make: Make) -> Faces:
    """120 Training, 15 PublicTest and 15 PrivateTest faces, none a copy."""
    return make()
