"""Facial action units as data: how each moves the landmarks of a face, and which of them make an emotion.

The units are those of the Facial Action Coding System (Ekman & Friesen, 1978), the sets those of EMFACS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Shifts = Mapping[str, tuple[float, float]]
"""Landmark name, or the beginning of several, to its displacement at full intensity.

Units are half a face's width: x away from the middle of the face (mirrored on its left side), y downwards.
"""


class ActionUnit(NamedTuple):
    """One muscle action: its FACS name, what it moves, and how deep it folds the skin (0 to 1)."""

    name: str
    shifts: Shifts
    creases: Mapping[str, float] = {}


ACTION_UNITS: dict[int, ActionUnit] = {
    1: ActionUnit(
        "inner brow raiser",
        {"brow_inner": (0.0, -0.24), "brow_mid": (0.0, -0.06), "frown": (0.0, -0.1)},
        {"forehead": 0.6},
    ),
    2: ActionUnit(
        "outer brow raiser",
        {"brow_outer": (0.02, -0.18), "brow_mid": (0.0, -0.15), "forehead_side": (0.0, -0.05)},
        {"forehead": 0.4},
    ),
    4: ActionUnit(
        "brow lowerer",
        {
            "brow_inner": (-0.1, 0.14), "brow_mid": (-0.04, 0.1), "brow_outer": (0.0, 0.05),
            "frown": (-0.02, 0.08),
        },
        {"frown": 0.9},
    ),
    5: ActionUnit("upper lid raiser", {"lid_upper": (0.0, -0.11)}),
    6: ActionUnit(
        "cheek raiser",
        {
            "lid_lower": (0.0, -0.09), "lid_upper": (0.0, 0.03), "fold_top": (0.02, -0.04),
            "fold_mid": (0.05, -0.04),
        },
        {"crow_high": 0.8, "crow_low": 0.8, "fold": 0.3, "bag": 0.6},
    ),
    7: ActionUnit("lid tightener", {"lid_lower": (0.0, -0.07), "lid_upper": (0.0, 0.06)}, {"bag": 0.4}),
    9: ActionUnit(
        "nose wrinkler",
        {
            "nose_wing": (0.05, -0.1), "nostril": (0.02, -0.07), "nose_tip": (0.0, -0.04),
            "lip_upper": (0.0, -0.09), "lip_peak": (0.02, -0.1), "brow_inner": (-0.04, 0.09),
            "fold_top": (0.02, -0.08), "lid_lower": (0.0, -0.05),
        },
        {"wrinkle": 1.0, "fold": 0.7, "frown": 0.3},
    ),
    12: ActionUnit(
        "lip corner puller",
        {
            "lip_corner": (0.18, -0.15), "lip_peak": (0.05, 0.0), "lip_side": (0.08, -0.03),
            "seam": (0.08, -0.03), "lip_upper": (0.0, 0.02), "fold_mid": (0.1, -0.05),
            "fold_low": (0.16, -0.06), "nose_wing": (0.02, 0.0),
        },
        {"fold": 0.8},
    ),
    15: ActionUnit(
        "lip corner depressor",
        {"lip_corner": (-0.03, 0.15), "lip_side": (0.0, 0.05), "seam": (0.0, 0.03), "fold_low": (0.0, 0.05)},
        {"sulk": 0.8},
    ),
    16: ActionUnit(
        "lower lip depressor",
        {"lip_lower": (0.0, 0.11), "lip_side": (0.04, 0.05), "seam_lower": (0.03, 0.09)},
        {"chin": 0.5},
    ),
    20: ActionUnit(
        "lip stretcher",
        {
            "lip_corner": (0.22, 0.04), "lip_side": (0.1, 0.02), "seam": (0.1, 0.01), "lip_peak": (0.05, 0.0),
            "fold_low": (0.1, 0.02),
        },
        {"fold": 0.3},
    ),
    23: ActionUnit(
        "lip tightener",
        {
            "lip_corner": (-0.1, 0.0), "lip_upper_top": (0.0, 0.06), "lip_peak": (-0.03, 0.06),
            "lip_lower_bottom": (0.0, -0.07), "lip_side": (-0.05, -0.06), "seam": (-0.05, 0.0),
        },
        {"chin": 0.5},
    ),
    25: ActionUnit(
        "lips part",
        {"lip_lower": (0.0, 0.08), "seam_lower": (0.0, 0.06), "lip_side": (0.0, 0.05)},
    ),
    26: ActionUnit(
        "jaw drop",
        {
            "lip_lower": (0.0, 0.32), "lip_corner": (-0.07, 0.12), "lip_side": (0.0, 0.27),
            "seam_lower": (0.0, 0.25), "seam_upper": (-0.01, 0.02), "chin": (0.0, 0.2),
            "jaw_low": (-0.02, 0.14), "jaw_high": (-0.02, 0.04),
        },
    ),
}  # fmt: skip

PROTOTYPES: dict[str, tuple[int, ...]] = {
    "angry": (4, 5, 7, 23),
    "disgust": (9, 15, 16),
    "fear": (1, 2, 4, 5, 20, 26),
    "happy": (6, 12),
    "sad": (1, 4, 15),
    "surprise": (1, 2, 5, 26),
    "neutral": (),
}

IDENTITY: dict[str, Shifts] = {
    "face width": {"jaw": (0.07, 0.0), "temple": (0.06, 0.0), "cheek": (0.07, 0.0)},
    "jaw width": {"jaw_low": (0.09, 0.0), "jaw_high": (0.06, 0.0)},
    "chin length": {"chin": (0.0, 0.08), "jaw_low": (0.0, 0.05)},
    "eye distance": {
        "eye": (0.03, 0.0), "lid": (0.03, 0.0), "pupil": (0.03, 0.0), "brow": (0.02, 0.0), "bag": (0.03, 0.0),
    },
    "eye height": {"lid_upper": (0.0, -0.022), "lid_lower": (0.0, 0.014)},
    "eye slant": {"eye_outer": (0.0, -0.03)},
    "brow height": {"brow": (0.0, -0.035)},
    "brow slant": {"brow_outer": (0.0, -0.03), "brow_inner": (0.0, 0.02)},
    "brow thickness": {"brow_inner_top": (0.0, -0.03), "brow_mid_top": (0.0, -0.03)},
    "nose length": {"nose_tip": (0.0, 0.04), "nose_wing": (0.0, 0.04), "nostril": (0.0, 0.04)},
    "nose width": {"nose_wing": (0.04, 0.0), "nostril": (0.02, 0.0), "nose_side": (0.015, 0.0)},
    "mouth width": {"lip_corner": (0.04, 0.0), "lip_side": (0.02, 0.0), "seam": (0.02, 0.0)},
    "mouth height": {"lip": (0.0, 0.035), "seam": (0.0, 0.035)},
    "mouth bow": {"lip_corner": (0.0, -0.02)},
    "lip fullness": {
        "lip_upper_top": (0.0, -0.02), "lip_peak": (0.0, -0.02), "lip_lower_bottom": (0.0, 0.03),
        "lip_side": (0.0, 0.02),
    },
    "hairline": {"hairline": (0.0, 0.09)},
    "hair length": {"hair_low": (0.03, 0.45)},
    "hair volume": {"hair_side": (0.06, 0.0), "hair_top": (0.03, -0.06), "hair_low": (0.06, 0.0)},
}  # fmt: skip
"""How people differ: landmark displacements per standard deviation of each trait."""
