"""Who is drawn and how the picture was taken, at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE
from fer_kedro.vision.action_units import IDENTITY
from fer_kedro.vision.face_geometry import Points, rotation

CANVAS = 2 * SIZE


@dataclass(frozen=True)
class Person:
    """Who is drawn: traits (standard deviations of `IDENTITY`), grey tones (0 to 255), and what is worn.

    `beard` and `wrinkles` are depths from 0 (none) to 1.
    """

    traits: npt.NDArray[np.float64]
    skin: float
    hair: float
    lips: float
    iris: float
    beard: float
    wrinkles: float
    bald: bool
    glasses: bool

    @classmethod
    def random(cls, rng: np.random.Generator) -> Person:
        """Somebody."""
        u = rng.random(10)
        skin = 115 + 110 * u[0]
        return cls(
            traits=rng.standard_normal(len(IDENTITY)).clip(-2.2, 2.2),
            skin=skin,
            hair=(15 + 75 * u[1]) if u[2] < 0.75 else (110 + 110 * u[1]),
            lips=skin * (0.60 + 0.25 * u[3]),
            iris=20 + 80 * u[4],
            beard=0.15 + 0.35 * u[5] if u[6] < 0.15 else 0.0,
            wrinkles=0.5 * u[7] ** 2,
            bald=bool(u[8] < 0.12),
            glasses=bool(u[9] < 0.13),
        )


class Occluder(NamedTuple):
    """An ellipse before the face, such as a hand or hair: in canvas pixels, degrees and a grey tone."""

    centre: tuple[float, float]
    axes: tuple[float, float]
    angle: float
    tone: float


@dataclass(frozen=True)
class Shot:
    """How the picture was taken.

    `view` (2, 3) maps half face widths to canvas pixels around `centre`; `light` is the relative change of
    brightness towards the right and the lower edge; `blur` is in pixels of the 48×48 image; `grain` (48, 48)
    is added in grey levels.
    """

    view: Points
    centre: npt.NDArray[np.float64]
    background: float
    light: tuple[float, float]
    contrast: float
    brightness: float
    blur: float
    grain: npt.NDArray[np.float32]
    occluder: Occluder | None

    @classmethod
    def random(cls, rng: np.random.Generator) -> Shot:
        """Somewhere: a head roughly upright and roughly in the middle, as a face detector leaves it."""
        u, (yaw, pitch, roll, right, down, light_x, light_y, grey) = rng.random(10), rng.standard_normal(8)
        size = CANVAS * (0.37 + 0.07 * u[0])
        return cls(
            view=size * rotation(0.20 * yaw, 0.10 * pitch, 0.09 * roll),
            centre=CANVAS * np.array([0.5 + 0.02 * right, 0.51 + 0.02 * down]),
            background=10 + 230 * u[1],
            light=(0.22 * light_x, 0.14 * light_y),
            contrast=0.65 + 0.65 * u[2],
            brightness=14 * grey,
            blur=0.3 + 0.7 * u[3] ** 2,
            grain=(1 + 8 * u[4] ** 2) * rng.standard_normal((SIZE, SIZE), dtype=np.float32),
            occluder=_occluder(u[5:]) if u[5] < 0.12 else None,
        )


def _occluder(u: npt.NDArray[np.float64]) -> Occluder:
    """Put something over the border of the face, anywhere around it; `u` are five numbers from 0 to 1."""
    angle = 2 * np.pi * u[1]
    centre = CANVAS * (0.5 + 0.36 * np.array([np.cos(angle), np.sin(angle)]))
    axes = (CANVAS * (0.16 + 0.20 * u[2]), CANVAS * (0.32 + 0.24 * u[3]))
    return Occluder((float(centre[0]), float(centre[1])), axes, 360 * u[1] + 60 * u[4], 20 + 190 * u[4])
