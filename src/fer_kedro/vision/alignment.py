"""Whether two images show the same photograph: their fine detail, correlated after alignment."""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import SIZE, Images

Grey = npt.NDArray[np.float32]

DETAIL_SIGMA = 2.5
MIN_OVERLAP = 0.5
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 1e-4)
_EVERYWHERE = np.ones((SIZE, SIZE), np.uint8)
_INSIDE = np.pad(np.ones((SIZE - 2, SIZE - 2), np.uint8), 1)


class Alignment(NamedTuple):
    """How well one image fits another, and where.

    Attributes
    ----------
    correlation
        Normalised cross-correlation of the fine detail where both overlap, −1 to 1.
    shift
        How far the centre moved, in pixels.
    scale
        How much larger the other image shows the face.
    """

    correlation: float
    shift: float
    scale: float


def align(image: Images, other: Images) -> Alignment:
    """Lay `other` on `image` by the affine map that fits best, and correlate their fine detail.

    The map maximises the enhanced correlation coefficient, which ignores brightness and contrast
    (G. D. Evangelidis and E. Z. Psarakis, IEEE TPAMI 30 (2008)). Fine detail is what a Gaussian blur of 2.5 pixels
    removes: faces of two people under the same light correlate at 0.9 and more, their fine detail does not.

    Parameters
    ----------
    image, other
        uint8, shape (48, 48).
    """
    ours, theirs = image.astype(np.float32), np.ascontiguousarray(other, dtype=np.float32)
    warp = _best_map(ours, theirs)
    there = cv2.warpAffine(_detail(theirs), warp, (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inside = cv2.warpAffine(_INSIDE, warp, (SIZE, SIZE), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    both = np.logical_and(inside, _INSIDE)
    centre = np.full(2, (SIZE - 1) / 2)
    return Alignment(
        correlation=_correlation(_detail(ours)[both], there[both]) if both.mean() >= MIN_OVERLAP else 0.0,
        shift=float(np.linalg.norm(warp[:, :2] @ centre + warp[:, 2] - centre)),
        scale=float(np.sqrt(abs(np.linalg.det(warp[:, :2])))),
    )


def _best_map(ours: Grey, theirs: Grey) -> Grey:
    start = np.eye(2, 3, dtype=np.float32)
    try:
        _, warp = cv2.findTransformECC(ours, theirs, start.copy(), cv2.MOTION_AFFINE, _STOP, _EVERYWHERE, 3)
    except cv2.error:  # nothing in common to follow
        return start
    return np.asarray(warp, dtype=np.float32)


def _detail(image: Grey) -> Grey:
    return image - np.asarray(cv2.GaussianBlur(image, (0, 0), DETAIL_SIGMA), dtype=np.float32)


def _correlation(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> float:
    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    lengths = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(ours @ theirs) / lengths if lengths else 0.0
