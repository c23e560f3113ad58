"""The embedded demo faces: a seeded synthetic stand-in for FER-2013, drawn from facial action units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, PUBLIC_TEST, SIZE, TRAINING, USAGES, Faces, Images, Indices
from fer_kedro.vision.action_units import ACTION_UNITS, PROTOTYPES
from fer_kedro.vision.face_drawing import draw_face
from fer_kedro.vision.portrait import Person, Shot

MIN_COUNT = 50
FER2013_COUNTS = np.array(
    [
        [3995, 436, 4097, 7215, 4830, 3171, 4965],
        [467, 56, 496, 895, 653, 415, 607],
        [491, 55, 528, 879, 594, 416, 626],
    ]
)
"""Faces of FER-2013 by usage (rows, as `USAGES`) and emotion (columns, as `EMOTIONS`)."""
COPY_SHARE, CONFLICT_SHARE, BLANK_SHARE = np.array([1853, 57, 13]) / FER2013_COUNTS.sum()


def draw_demo_faces(count: int = 4000, seed: int = 2013) -> Faces:
    """Draw faces with FER-2013's imbalance, split, copies and blanks; equal arguments give equal bytes.

    Each emotion is its EMFACS prototype at random intensity, on a random person in a random pose and light.
    About one face in twenty is a pixel-identical copy of another, some with another label or on another side
    of the split; a few training images and one of PublicTest are blank.

    Parameters
    ----------
    count
        How many faces, at least 50; every emotion then stands in every usage.
    seed
        Face i is drawn from (seed, i) and its emotion alone.

    Raises
    ------
    InputError
        If `count` is below 50.
    """
    if count < MIN_COUNT:
        raise InputError(f"{count} demo faces are too few for seven emotions; ask for {MIN_COUNT} or more.")
    rng = np.random.default_rng(seed)
    emotion, usage = _allot(count, rng)
    blanks, original = _plant(emotion, usage, rng)
    images = np.empty((count, SIZE, SIZE), np.uint8)
    for row in np.flatnonzero(original == np.arange(count)).tolist():
        images[row] = _draw_emotion(EMOTIONS[emotion[row]], np.random.default_rng((seed, row)))
    images[blanks] = rng.choice(256, (len(blanks), 1, 1), replace=False)
    return Faces.build(images[original], emotion, usage, source="demo")


def sample_intensities(emotion: str, rng: np.random.Generator) -> dict[int, float]:
    """Draw how strongly each action unit of an emotion acts, and a few stray units that mean nothing.

    Returns
    -------
    dict[int, float]
        Action unit to intensity, 0 to 1.
    """
    overall = 0.15 + 0.85 * rng.beta(1.8, 1.5)
    own, stray = rng.uniform(0.55, 1.25, len(ACTION_UNITS)), rng.uniform(0.0, 0.5, len(ACTION_UNITS))
    strays = rng.random(len(ACTION_UNITS)) < 0.10
    prototype = PROTOTYPES[emotion]
    return {
        unit: min(1.0, overall * own[k]) if unit in prototype else stray[k]
        for k, unit in enumerate(ACTION_UNITS)
        if unit in prototype or strays[k]
    }


def _draw_emotion(emotion: str, rng: np.random.Generator) -> Images:
    person, shot = Person.random(rng), Shot.random(rng)
    return draw_face(person, sample_intensities(emotion, rng), shot)


def _allot(count: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.str_]]:
    """Share out emotions and usages as in FER-2013: Training first, emotions shuffled within each usage."""
    cells = np.rint(FER2013_COUNTS * (count / FER2013_COUNTS.sum())).astype(int).clip(1)
    cells.flat[cells.argmax()] += count - cells.sum()
    codes = np.arange(len(EMOTIONS), dtype=np.int8)
    emotion = np.concatenate([rng.permutation(np.repeat(codes, row)) for row in cells])
    return emotion, np.repeat(np.array(USAGES), cells.sum(axis=1))


def _plant(
    emotion: npt.NDArray[np.int8], usage: npt.NDArray[np.str_], rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Choose the rows of blanks, and for each row the one whose pixels it shows (itself, but for copies)."""
    count = len(emotion)
    n_blank = max(2, round(count * BLANK_SHARE))
    training, public = (rng.permutation(np.flatnonzero(usage == name)) for name in (TRAINING, PUBLIC_TEST))
    blanks = np.append(training[: n_blank - 1], public[0])
    rest = rng.permutation(np.setdiff1d(np.arange(count), blanks))
    copies, originals = np.split(rest, [max(2, round(count * COPY_SHARE))])
    n_conflicts = max(1, round(count * CONFLICT_SHARE))
    original = np.arange(count)
    for position, row in enumerate(copies):
        same_label = emotion[originals] == emotion[row]
        candidates = originals[~same_label if position < n_conflicts else same_label]
        original[row] = rng.choice(candidates) if len(candidates) else row
    return blanks, original
