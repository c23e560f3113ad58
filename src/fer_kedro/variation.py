"""How faces may vary and how classes are balanced: decisions as data, which recipes are made of."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fer_kedro.strict import Strict


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if not 0 < limits[0] <= limits[1]:
        raise ValueError(f"a range is [low, high] with 0 < low ≤ high, not {list(limits)}")
    return limits


Range = Annotated[tuple[float, float], AfterValidator(_ordered)]
Probability = Annotated[float, Field(ge=0, le=1)]
ZoomFactor = Annotated[float, Field(ge=0.75, le=2)]


class Noise(Strict):
    """Gaussian noise of standard deviation `sigma` (grey levels) on a share `probability` of the faces."""

    sigma: Annotated[float, Field(ge=0, le=128)] = 0.0
    probability: Probability = 0.0


class Augmentation(Strict):
    """How faces may vary, in the order in which it is applied; the defaults change nothing.

    Geometry is bilinear and fills what it uncovers by reflection at the border pixels (reflect-101).

    Attributes
    ----------
    rotation
        Up to ± this many degrees.
    flip
        Probability of a left-right mirror image.
    zoom
        Factors of the size, low and high; the zoomed side is a whole number of pixels, rounded down.
    shift
        Up to ± this share of the width and of the height.
    contrast, brightness_factor
        Factors of the grey levels, low and high; both multiply.
    brightness
        Up to ± this many grey levels, added after the factors.
    noise
        Gaussian noise, added last.
    """

    rotation: Annotated[float, Field(ge=0, le=45)] = 0.0
    flip: Probability = 0.0
    zoom: Annotated[tuple[ZoomFactor, ZoomFactor], AfterValidator(_ordered)] = (1.0, 1.0)
    shift: Annotated[float, Field(ge=0, le=0.25)] = 0.0
    contrast: Range = (1.0, 1.0)
    brightness_factor: Range = (1.0, 1.0)
    brightness: Annotated[float, Field(ge=0, le=255)] = 0.0
    noise: Noise = Noise()

    @property
    def warps(self) -> bool:
        """Whether pixels must be interpolated; a flip alone moves them exactly."""
        return bool(self.rotation or self.shift or self.zoom != (1.0, 1.0))

    @property
    def relights(self) -> bool:
        """Whether grey levels change."""
        noisy = self.noise.sigma and self.noise.probability
        return bool(noisy or self.brightness or {self.contrast, self.brightness_factor} != {(1.0, 1.0)})


HEJSLET_CHAIN = Augmentation(
    rotation=15,
    flip=0.5,
    zoom=(0.95, 1.08),
    contrast=(0.9, 1.1),
    brightness=8,
    noise=Noise(sigma=3, probability=0.3),
)
"""The cv2 chain of `hejslet_vetterstein` §3."""


class Balancing(Strict):
    """How training faces are balanced.

    Attributes
    ----------
    target
        Faces of every class afterwards; `smallest` for as many as the smallest class has, so that none is generated.
    seed
        Of everything drawn; each class has its own stream, so that no class changes what another gets.
    augmentation
        How generated faces differ from their source.
    """

    target: Annotated[int, Field(gt=0)] | Literal["smallest"] = 5000
    seed: Annotated[int, Field(ge=0)] = 0
    augmentation: Augmentation = HEJSLET_CHAIN
