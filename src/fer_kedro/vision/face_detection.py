"""Faces found in pictures: by MTCNN, which `liang_et_al` used, or by YuNet, the fast choice.

MTCNN is K. Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks" (2016),
from the package `mtcnn`; YuNet is W. Wu et al., "YuNet: A Tiny Millisecond-level Face Detector" (2023), run by OpenCV.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fer_kedro.errors import InputError
from fer_kedro.faces import SIZE, Images

Boxes = npt.NDArray[np.float32]
"""Shape (k, 5): left, top, width and height in pixels, and the detector's confidence from 0 to 1."""

FaceDetector = Callable[[Images], list[Boxes]]
"""Takes grey pictures of one size, uint8 (n, height, width), and gives the boxes that it finds in each."""

YUNET_FILE = "face_detection_yunet_2023mar.onnx"
_AT_ONCE = 32


def mtcnn_detector(min_confidence: float) -> FaceDetector:
    """Load MTCNN with the weights that its package carries; it takes some seconds, and TensorFlow.

    Raises
    ------
    InputError
        If the package is not installed.
    """
    try:
        from mtcnn import MTCNN
    except ImportError as error:
        raise InputError(
            f"The face detector 'mtcnn' needs a package that is not installed ({error}); run 'make detectors', or use "
            "the detector 'yunet' or 'none'."
        ) from error
    network = MTCNN()

    def detect(pictures: Images) -> list[Boxes]:
        coloured = [cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) for picture in pictures]
        found = network.detect_faces(coloured, threshold_onet=min_confidence, output_type="numpy")
        return [found[found[:, 0] == number, 1:6].astype(np.float32) for number in range(len(pictures))]

    return detect


def yunet_detector(model: Path, min_confidence: float) -> FaceDetector:
    """Load YuNet from its file, `face_detection_yunet_2023mar.onnx` of the OpenCV Zoo.

    Raises
    ------
    InputError
        If the file is not there, or is no YuNet.
    """
    if not model.is_file():
        raise InputError(
            f"{model} does not exist; give {YUNET_FILE} of the OpenCV Zoo, which the face detector 'yunet' needs."
        )
    try:
        with _quiet_opencv():
            network = cv2.FaceDetectorYN.create(str(model), "", (SIZE, SIZE), min_confidence)
            network.detect(np.zeros((SIZE, SIZE, 3), np.uint8))
    except cv2.error as error:
        raise InputError(f"{model} can't be used as YuNet; download {YUNET_FILE} of the OpenCV Zoo again.") from error

    def detect(pictures: Images) -> list[Boxes]:
        network.setInputSize((pictures.shape[2], pictures.shape[1]))
        found = (network.detect(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))[1] for picture in pictures)
        return [np.empty((0, 5), np.float32) if some is None else some[:, [0, 1, 2, 3, -1]] for some in found]

    return detect


def find_faces(images: Images, detector: FaceDetector, upscale: int = 1) -> Boxes:
    """Find the largest face of each image.

    Parameters
    ----------
    images
        uint8, shape (n, height, width).
    detector
        What finds faces.
    upscale
        How many times as wide and high the detector sees the images: small faces are found better in large pictures.

    Returns
    -------
    Boxes
        float32, shape (n, 5), in pixels of the images; NaN where no face was found.
    """
    found = np.full((len(images), 5), np.nan, np.float32)
    for start in range(0, len(images), _AT_ONCE):
        pictures = _enlarge(images[start : start + _AT_ONCE], upscale)
        for row, boxes in enumerate(detector(pictures), start):
            if len(boxes):
                found[row] = boxes[(boxes[:, 2] * boxes[:, 3]).argmax()]
    found[:, :4] /= upscale
    return found


def crop_face(image: Images, box: Boxes, margin: float = 0.0) -> Images:
    """Cut the smallest square that holds the box and its margin out of an image, and resize it to 48×48.

    The square is moved where it would leave the image, and made smaller where it does not fit.

    Parameters
    ----------
    image
        uint8, shape (height, width).
    box
        Left, top, width and height in pixels; what follows them is not read.
    margin
        What is added on every side, as a share of the box's longer side.
    """
    left, top, width, height = (float(number) for number in box[:4])
    side = max(1, min(round(max(width, height) * (1 + 2 * margin)), *image.shape))
    x = _within(left + width / 2, side, image.shape[1])
    y = _within(top + height / 2, side, image.shape[0])
    kernel = cv2.INTER_AREA if side > SIZE else cv2.INTER_LINEAR
    face: Images = cv2.resize(image[y : y + side, x : x + side], (SIZE, SIZE), interpolation=kernel).astype(np.uint8)
    return face


def _within(centre: float, side: int, length: int) -> int:
    """First pixel of `side` pixels around a centre, moved into `length` pixels."""
    return min(max(round(centre - side / 2), 0), length - side)


def _enlarge(images: Images, times: int) -> Images:
    size = (images.shape[2] * times, images.shape[1] * times)
    return np.stack([cv2.resize(image, size, interpolation=cv2.INTER_CUBIC) for image in images]).astype(np.uint8)


@contextmanager
def _quiet_opencv() -> Iterator[None]:
    """Keep OpenCV 5 from writing to the terminal that it ignores a setting which nobody made."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
