"""The drawn face's landmarks and the curves through them, as data.

A landmark is (x, y) in half face widths: x away from the middle of the face, y downwards from the middle of
the nose. Those of `SIDED` stand on both sides, those of `MIDDLE` between them. `DEPTH` brings some (by the
beginning of their names) nearer to the viewer than the rounded face. A curve lists landmarks in order; one of
`CENTRAL_CURVES` goes on through their mirror images.
"""

SIDED = {
    "temple_high": (0.62, -1.02), "temple": (0.90, -0.62), "cheekbone": (0.98, -0.05),
    "jaw_high": (0.86, 0.50), "jaw_low": (0.50, 0.97), "hair_top_side": (0.80, -1.22),
    "hair_side": (1.12, -0.60), "hair_low": (1.08, 0.25), "hairline_side": (0.55, -0.86),
    "hairline_low": (0.93, -0.55), "neck_high": (0.52, 0.70), "neck_low": (0.62, 2.2),
    "brow_inner_low": (0.19, -0.44), "brow_mid_low": (0.46, -0.53), "brow_outer": (0.76, -0.44),
    "brow_mid_top": (0.47, -0.62), "brow_inner_top": (0.19, -0.54), "eye_inner": (0.23, -0.22),
    "eye_outer": (0.66, -0.25), "lid_upper": (0.45, -0.355), "lid_lower": (0.45, -0.155),
    "pupil": (0.445, -0.262), "bag_inner": (0.28, -0.10), "bag_mid": (0.45, -0.05),
    "bag_outer": (0.62, -0.12), "crow_high_in": (0.73, -0.29), "crow_high_out": (0.85, -0.35),
    "crow_low_in": (0.73, -0.20), "crow_low_out": (0.85, -0.14), "frown_high": (0.07, -0.56),
    "frown_low": (0.06, -0.36), "wrinkle_side": (0.12, -0.16), "forehead_side": (0.45, -0.76),
    "nose_side": (0.09, -0.20), "nose_wing": (0.22, 0.22), "nostril": (0.10, 0.27), "fold_top": (0.28, 0.18),
    "fold_mid": (0.43, 0.36), "fold_low": (0.50, 0.54), "lip_corner": (0.36, 0.58), "lip_peak": (0.12, 0.49),
    "lip_side": (0.20, 0.69), "seam_upper": (0.19, 0.58), "seam_lower": (0.19, 0.58),
    "sulk_high": (0.42, 0.63), "sulk_low": (0.46, 0.78), "chin_side": (0.16, 0.84), "beard": (0.58, 0.30),
}  # fmt: skip
MIDDLE = {
    "forehead_top": (0.0, -1.18), "hair_top": (0.0, -1.42), "hairline": (0.0, -0.92),
    "forehead_mid": (0.0, -0.73), "wrinkle_mid": (0.0, -0.13), "nose_tip": (0.0, 0.22),
    "lip_upper_top": (0.0, 0.51), "lip_upper_bottom": (0.0, 0.585), "lip_lower_top": (0.0, 0.585),
    "lip_lower_bottom": (0.0, 0.71), "chin_mid": (0.0, 0.82), "chin": (0.0, 1.13), "moustache": (0.0, 0.38),
}  # fmt: skip
DEPTH = {"nose_tip": 0.25, "nostril": 0.15, "nose_wing": 0.08, "hair_": -0.25, "neck": -0.4}

PAIRED_CURVES = {
    "brow": ("brow_inner_low", "brow_mid_low", "brow_outer", "brow_mid_top", "brow_inner_top"),
    "lid_upper": ("eye_inner", "lid_upper", "eye_outer"),
    "lid_lower": ("eye_inner", "lid_lower", "eye_outer"), "pupil": ("pupil",),
    "bag": ("bag_inner", "bag_mid", "bag_outer"), "crow_high": ("crow_high_in", "crow_high_out"),
    "crow_low": ("crow_low_in", "crow_low_out"), "frown": ("frown_high", "frown_low"),
    "nostril": ("nostril",), "nose_side": ("nose_side", "nose_wing"),
    "fold": ("fold_top", "fold_mid", "fold_low"), "sulk": ("sulk_high", "sulk_low"),
}  # fmt: skip
CENTRAL_CURVES = {
    "face": ("forehead_top", "temple_high", "temple", "cheekbone", "jaw_high", "jaw_low", "chin"),
    "hair": ("hair_top", "hair_top_side", "hair_side", "hair_low"),
    "fringe": ("hairline_low", "hairline_side", "hairline"),
    "crown": ("hairline_low", "hair_side", "hair_top_side", "hair_top"), "neck": ("neck_low", "neck_high"),
    "forehead": ("forehead_side", "forehead_mid"), "wrinkle": ("wrinkle_side", "wrinkle_mid"),
    "nose": ("nose_wing", "nostril", "nose_tip"), "lip_top": ("lip_corner", "lip_peak", "lip_upper_top"),
    "seam_top": ("lip_corner", "seam_upper", "lip_upper_bottom"),
    "seam_bottom": ("lip_corner", "seam_lower", "lip_lower_top"),
    "lip_bottom": ("lip_corner", "lip_side", "lip_lower_bottom"), "chin": ("chin_side", "chin_mid"),
    "beard_top": ("cheekbone", "beard", "moustache"),
    "beard_bottom": ("cheekbone", "jaw_high", "jaw_low", "chin"),
}  # fmt: skip
CLOSED = ("brow", "face", "hair")
