"""Draw a 48×48 grey face: who it is, what the muscles do, and how it was photographed."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE, Images
from fer_kedro.vision.action_units import ACTION_UNITS
from fer_kedro.vision.face_geometry import CURVES, Points, curves, landmarks
from fer_kedro.vision.portrait import CANVAS, Occluder, Person, Shot

SUBPIXEL_BITS = 4
SIDES = ("right", "left")
ROUNDNESS = ((1.0, 0.80), (0.95, 0.88), (0.88, 0.95), (0.78, 1.0))
"""The face's outline again and again, each smaller (first number) and lighter (second)."""
_ACROSS = np.linspace(-1.0, 1.0, SIZE, dtype=np.float32)


def draw_face(person: Person, intensities: Mapping[int, float], shot: Shot) -> Images:
    """Draw one face.

    Parameters
    ----------
    person, shot
        Who, and how photographed.
    intensities
        Action unit to its intensity, 0 (none) to 1 (full); units left out are at 0.

    Returns
    -------
    Images
        uint8, shape (48, 48).
    """
    points = curves(landmarks(intensities, person.traits)) @ shot.view.T + shot.centre
    sheet = _Sheet(points, shot.background, float(np.linalg.norm(shot.view[:, 0])))
    _draw_head(sheet, person)
    _draw_eyes(sheet, person)
    _draw_nose(sheet, person)
    _draw_mouth(sheet, person)
    _draw_creases(sheet, person, intensities)
    _draw_hair(sheet, person)
    _draw_in_front(sheet, person, shot.occluder)
    return _develop(sheet.canvas, shot)


class _Sheet:
    """A canvas, and the projected curves to draw on it by name."""

    def __init__(self, points: Points, tone: float, unit: float) -> None:
        self.points, self.unit = points, unit
        self.canvas = np.full((CANVAS, CANVAS), int(tone), np.uint8)

    def curve(self, name: str) -> Points:
        return self.points[CURVES[name]]

    def fill(self, tone: float, edge: Points, back: Points | None = None) -> None:
        ring = edge if back is None else np.concatenate([edge, back[::-1]])
        cv2.fillPoly(self.canvas, [_fixed(ring)], tone, cv2.LINE_AA, SUBPIXEL_BITS)

    def stroke(self, tone: float, edge: Points, width: int = 1) -> None:
        cv2.polylines(self.canvas, [_fixed(edge)], False, tone, width, cv2.LINE_AA, SUBPIXEL_BITS)

    def disc(self, tone: float, centre: Points, radius: float, width: int = cv2.FILLED) -> None:
        x, y = _fixed(centre).tolist()
        size = round(radius * self.unit * (1 << SUBPIXEL_BITS))
        cv2.circle(self.canvas, (x, y), size, tone, width, cv2.LINE_AA, SUBPIXEL_BITS)


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    return np.rint(points * (1 << SUBPIXEL_BITS)).astype(np.int32)


def _draw_head(sheet: _Sheet, person: Person) -> None:
    if not person.bald:
        sheet.fill(person.hair, sheet.curve("hair"))
    sheet.fill(0.72 * person.skin, sheet.curve("neck"))
    outline = sheet.curve("face")
    middle = outline.mean(axis=0)
    for share, shade in ROUNDNESS:
        sheet.fill(shade * person.skin, middle + share * (outline - middle))
    if person.beard:
        tone = person.skin + person.beard * (person.hair - person.skin)
        sheet.fill(tone, sheet.curve("beard_top"), sheet.curve("beard_bottom"))


def _draw_eyes(sheet: _Sheet, person: Person) -> None:
    hidden = np.array([0.0, 0.13 * sheet.unit])
    for side in SIDES:
        upper, lower = sheet.curve(f"{side} lid_upper"), sheet.curve(f"{side} lid_lower")
        sheet.disc(0.93 * person.skin, upper.mean(axis=0), 0.27)
        sheet.fill(min(235.0, 60 + person.skin), upper, lower)
        sheet.disc(person.iris, sheet.curve(f"{side} pupil")[0], 0.105)
        sheet.fill(0.86 * person.skin, upper, upper - hidden)
        sheet.fill(0.96 * person.skin, lower, lower + hidden)
        sheet.stroke(0.3 * person.skin, upper, 2)
        sheet.stroke(0.65 * person.skin, lower)
        sheet.fill(0.75 * person.hair + 0.1 * person.skin, sheet.curve(f"{side} brow"))


def _draw_nose(sheet: _Sheet, person: Person) -> None:
    for side in SIDES:
        sheet.stroke(0.82 * person.skin, sheet.curve(f"{side} nose_side"))
        sheet.disc(0.4 * person.skin, sheet.curve(f"{side} nostril")[0], 0.045)
    sheet.stroke(0.7 * person.skin, sheet.curve("nose"))


def _draw_mouth(sheet: _Sheet, person: Person) -> None:
    top, bottom = sheet.curve("seam_top"), sheet.curve("seam_bottom")
    sheet.fill(person.lips, sheet.curve("lip_top"), sheet.curve("lip_bottom"))
    opening = float(np.abs(bottom - top).max()) / sheet.unit
    if opening > 0.03:
        sheet.fill(30, top, bottom)
        sheet.fill(215, top, top + min(1.0, 0.1 / opening) * (bottom - top))
    sheet.stroke(0.45 * person.lips, top)
    sheet.stroke(0.45 * person.lips, bottom)


def _draw_creases(sheet: _Sheet, person: Person, intensities: Mapping[int, float]) -> None:
    depths = dict.fromkeys(("fold", "bag", "forehead"), person.wrinkles)
    for unit, intensity in intensities.items():
        for crease, depth in ACTION_UNITS[unit].creases.items():
            depths[crease] = depths.get(crease, 0.0) + depth * intensity
    for crease, depth in depths.items():
        for name in (crease, f"right {crease}", f"left {crease}"):
            if depth and name in CURVES:
                sheet.stroke(person.skin * (1 - 0.45 * min(depth, 1.0)), sheet.curve(name))


def _draw_hair(sheet: _Sheet, person: Person) -> None:
    if not person.bald:
        sheet.fill(person.hair, sheet.curve("crown"), sheet.curve("fringe"))


def _draw_in_front(sheet: _Sheet, person: Person, occluder: Occluder | None) -> None:
    if person.glasses:
        eyes = [sheet.curve(f"{side} pupil")[0] for side in SIDES]
        for eye in eyes:
            sheet.disc(25, eye, 0.30, 2)
        across = 0.3 * sheet.unit * (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
        sheet.stroke(25, np.stack([eyes[0] + across, eyes[1] - across]), 2)
    if occluder:
        box = (occluder.centre, occluder.axes, occluder.angle)
        cv2.ellipse(sheet.canvas, box, occluder.tone, cv2.FILLED, cv2.LINE_AA)


def _develop(canvas: Images, shot: Shot) -> Images:
    small = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small.astype(np.float32), (5, 5), shot.blur)
    right, down = shot.light
    lit = soft * (1 + np.float32(right) * _ACROSS + np.float32(down) * _ACROSS[:, None])
    grey = (lit - 128) * np.float32(shot.contrast) + np.float32(128 + shot.brightness) + shot.grain
    return np.asarray(np.rint(grey).clip(0, 255).astype(np.uint8))
