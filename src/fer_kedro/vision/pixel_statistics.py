"""What grey levels alone say about faces: brightness, contrast, sharpness, their mean and their histogram."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Images

Floats = npt.NDArray[np.float64]
_CHUNK = 1024


def brightness(images: Images) -> Floats:
    """Mean grey level of each image, in 0–255, shape (n,)."""
    return np.array([cv2.mean(image)[0] for image in images], dtype=np.float64)


def contrast(images: Images) -> Floats:
    """Root-mean-square contrast of each image: the standard deviation of its grey levels, shape (n,).

    E. Peli, "Contrast in complex images", J. Opt. Soc. Am. A 7 (1990), here in grey levels of 0–255.
    """
    return np.array([cv2.meanStdDev(image)[1].item() for image in images], dtype=np.float64)


def sharpness(images: Images) -> Floats:
    """Variance of the Laplacian (3×3, four neighbours, border reflect-101) of each image, shape (n,).

    J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000. Noise adds to it.
    """
    laplacians = (cv2.Laplacian(image, cv2.CV_16S) for image in images)
    return np.array([cv2.meanStdDev(laplacian)[1].item() ** 2 for laplacian in laplacians], dtype=np.float64)


def mean_and_sd(images: Images) -> tuple[Floats, Floats]:
    """Mean and (population) standard deviation of each pixel over the images, both of shape (48, 48).

    The sums are integers, hence exact, and no floating-point copy of the images is made.
    """
    mean = images.sum(axis=0, dtype=np.int64) / len(images)
    squares = np.einsum("nij,nij->ij", images, images, dtype=np.int64) / len(images)
    return mean, np.sqrt(np.maximum(squares - mean**2, 0))


def grey_histogram(images: Images) -> npt.NDArray[np.int64]:
    """How many pixels of all images have each grey level, int64, shape (256,)."""
    chunks = (images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK))
    counts = (np.bincount(chunk.ravel(), minlength=256) for chunk in chunks)
    return sum(counts, start=np.zeros(256, dtype=np.int64))
