"""The drawn face's geometry: action units and identity move landmarks, smooth curves run through them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fer_kedro.vision.action_units import ACTION_UNITS, IDENTITY, Shifts
from fer_kedro.vision.face_landmarks import CENTRAL_CURVES, CLOSED, DEPTH, MIDDLE, PAIRED_CURVES, SIDED

Points = npt.NDArray[np.float64]

STEPS = 4
NAMES = [*(f"right {name}" for name in SIDED), *(f"left {name}" for name in SIDED), *MIDDLE]


def landmarks(intensities: Mapping[int, float], traits: npt.ArrayLike = 0.0) -> Points:
    """Move the neutral face's landmarks by action units and by identity.

    Parameters
    ----------
    intensities
        Action unit to its intensity, 0 (none) to 1 (full); units left out are at 0.
    traits
        Standard deviations of each trait of `IDENTITY`, shape (n_traits,); 0 is the average face.

    Returns
    -------
    Points
        Shape (n_landmarks, 3) in the order of `NAMES`: x to the image's right, y downwards, z towards the
        viewer, in half face widths.
    """
    strength = np.array([intensities.get(unit, 0.0) for unit in ACTION_UNITS])
    moved = NEUTRAL.copy()
    moved[:, :2] += np.tensordot(strength, _UNIT_SHIFTS, 1)
    moved[:, :2] += np.tensordot(np.broadcast_to(traits, len(IDENTITY)), _TRAIT_SHIFTS, 1)
    return moved


def curves(placed: Points) -> Points:
    """Points along all curves, Catmull-Rom splines through landmarks; `CURVES` tells whose rows are whose."""
    along: Points = _CURVE_WEIGHTS @ placed
    return along


def rotation(yaw: float, pitch: float, roll: float) -> Points:
    """Rotate a head (angles in radians) and look at it from the front: a projection of shape (2, 3)."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    turned = np.array([[cy, 0.0, sy], [sp * sy, cp, -sp * cy]])
    seen: Points = np.array([[cr, -sr], [sr, cr]]) @ turned
    return seen


def _neutral() -> Points:
    right, middle = np.array(list(SIDED.values())), np.array(list(MIDDLE.values()))
    flat = np.concatenate([right, right * (-1.0, 1.0), middle])
    depth = np.sqrt(np.clip(1.0 - (flat[:, 0] / 1.05) ** 2 - (flat[:, 1] / 1.35) ** 2, 0.0, None))
    for row, name in enumerate(NAMES):
        plain = name.removeprefix("right ").removeprefix("left ")
        depth[row] += sum(extra for start, extra in DEPTH.items() if plain.startswith(start))
    return np.column_stack([flat, depth])


def _displacements(shifts: Shifts) -> Points:
    moved = np.zeros((len(NAMES), 2))
    for start, (across, down) in shifts.items():
        for prefix, sign in (("right ", 1.0), ("left ", -1.0), ("", 0.0)):
            rows = [row for row, name in enumerate(NAMES) if name.startswith(prefix + start)]
            moved[rows] += (sign * across, down)
    return moved


def _landmark_rows() -> dict[str, tuple[list[int], bool]]:
    def row(name: str, side: str) -> int:
        return NAMES.index(name if name in MIDDLE else f"{side} {name}")

    found = {}
    for name, through in PAIRED_CURVES.items():
        for side in ("right", "left"):
            found[f"{side} {name}"] = ([row(point, side) for point in through], name in CLOSED)
    for name, through in CENTRAL_CURVES.items():
        back = [point for point in reversed(through) if point not in MIDDLE]
        rows = [row(point, "right") for point in through] + [row(point, "left") for point in back]
        found[name] = (rows, name in CLOSED)
    return found


def _spline_weights(rows: list[int], closed: bool) -> Points:
    n = len(rows)
    segments = n if closed else n - 1
    samples = np.arange(segments * STEPS + (not closed)) / STEPS
    start = np.minimum(samples.astype(int), max(segments - 1, 0))
    t = samples - start
    basis = 0.5 * np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2])
    weights = np.zeros((len(samples), len(NAMES)))
    for offset, weight in zip((-1, 0, 1, 2), basis, strict=True):
        knots = (start + offset) % n if closed else np.clip(start + offset, 0, n - 1)
        np.add.at(weights, (np.arange(len(samples)), np.array(rows)[knots]), weight)
    return weights


def _stack_curves() -> tuple[Points, dict[str, slice]]:
    parts = {name: _spline_weights(*spec) for name, spec in _landmark_rows().items()}
    ends = np.cumsum([len(part) for part in parts.values()]).tolist()
    slices = [slice(end - len(part), end) for end, part in zip(ends, parts.values(), strict=True)]
    return np.concatenate(list(parts.values())), dict(zip(parts, slices, strict=True))


NEUTRAL = _neutral()
_UNIT_SHIFTS = np.stack([_displacements(unit.shifts) for unit in ACTION_UNITS.values()])
_TRAIT_SHIFTS = np.stack([_displacements(shifts) for shifts in IDENTITY.values()])
_CURVE_WEIGHTS, CURVES = _stack_curves()
