"""Faces to look at: noise, with copies and blanks planted where a test wants them."""

from dataclasses import replace

import numpy as np
import pytest

from fer_kedro.faces import EMOTIONS, TRAINING, USAGES, Faces
from fer_kedro.pipelines.eda.parameters import EdaParameters


@pytest.fixture
def parameters():
    return EdaParameters(embedding_sample=50, samples_per_class=3)


@pytest.fixture
def faces():
    """84 faces of noise, the darkest first, the classes in turn, three of five in Training."""
    rng = np.random.default_rng(0)
    images = rng.normal(np.linspace(60, 190, 84)[:, None, None], 20, (84, 48, 48)).clip(0, 255)
    usage = np.resize([TRAINING, TRAINING, *USAGES[1:], TRAINING], 84)
    return Faces.build(images.astype(np.uint8), np.arange(84) % 7, usage)


@pytest.fixture
def points(faces):
    """The faces on a spiral, as if embedded."""
    turn = np.arange(len(faces)) / 5
    names = np.asarray(EMOTIONS)[faces.labels]
    return faces.table[["face_id", "usage"]].assign(emotion=names, x=turn * np.cos(turn), y=turn * np.sin(turn))


@pytest.fixture
def with_copies():
    """A function that makes the faces of each group of rows pixel-identical to its first."""

    def copy(faces, *groups):
        images, exact = faces.images.copy(), faces.table["exact_group"].to_numpy().copy()
        for group in groups:
            images[list(group)], exact[list(group)] = images[group[0]], exact[group[0]]
        return replace(faces, images=images).with_columns(exact_group=exact, group=exact)

    return copy


@pytest.fixture
def with_blanks():
    """A function that flags rows as blank."""

    def flag(faces, *rows):
        return faces.with_columns(blank=np.isin(np.arange(len(faces)), rows))

    return flag
