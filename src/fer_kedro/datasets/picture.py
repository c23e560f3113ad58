"""One encoded picture of any size and colour as a face: grey, upright, 48×48."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fer_kedro.datasets.plain_face import decode_plain_face
from fer_kedro.faces import SIZE, Images

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF", "PPM")
"""The only decoders that hostile bytes can reach; Pillow's EPS reader, say, starts a program."""

MOST_PIXELS = 25_000_000
PLAIN_MODES = ("L", "RGB", "CMYK", "YCbCr", "1")


class PictureError(ValueError):
    """Bytes that are no usable picture; the text goes on from the picture's name, as in `is empty`."""


def to_face(data: bytes) -> Images:
    """Decode a picture and make a face of it.

    EXIF rotation is applied, 16-bit levels keep their high byte, transparency is laid over white, and of several
    frames the first counts. Colours become grey by ITU-R BT.601 luma, so that a grey picture saved in colour keeps its
    levels. The largest central square is kept: a face fills the frame, as in FER-2013, and no bars are added. It is
    averaged down or interpolated up; a grey picture of 48×48 comes back bit for bit.

    Parameters
    ----------
    data
        A PNG, JPEG, BMP, WebP, TIFF, GIF or PNM file.

    Returns
    -------
    Images
        uint8, shape (48, 48).

    Raises
    ------
    PictureError
        If the bytes are none of these, are cut short or damaged, hold floating-point levels, or have more than 25
        million pixels, which is seen in the header before anything is decoded.

    Examples
    --------
    >>> to_face(b"P5 2 2 255 " + bytes([9, 9, 9, 9])).mean()
    np.float64(9.0)
    """
    if not data:
        raise PictureError("is empty (0 bytes)")
    if (face := decode_plain_face(data)) is not None:
        return face
    return _resize(_central_square(_decode(data)))


def _decode(data: bytes) -> Images:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        _check_size(*picture.size)
        ImageOps.exif_transpose(picture, in_place=True)
        return _to_grey(picture)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"is no picture that can be read ({', '.join(FORMATS)})") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"has more than {MOST_PIXELS:,} pixels") from error
    except Exception as error:  # on hostile bytes, decoders raise anything from IndexError to struct.error
        raise PictureError("is a picture that is cut short or damaged") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureError(f"has {width}×{height} pixels, more than {MOST_PIXELS:,}")


def _to_grey(picture: "Image.Image") -> Images:
    from PIL import Image

    if picture.mode == "L" and "transparency" not in picture.info:
        return np.asarray(picture)
    if picture.mode.startswith("I;16"):
        return (np.asarray(picture) >> 8).astype(np.uint8)
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    elif picture.mode == "P":
        picture = picture.convert("RGB")
    elif picture.mode not in PLAIN_MODES:
        raise PictureError(f"holds levels of the kind {picture.mode!r}, whose range is not known")
    return np.asarray((picture.convert("RGB") if picture.mode == "CMYK" else picture).convert("L"))


def _central_square(image: Images) -> Images:
    height, width = image.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _resize(square: Images) -> npt.NDArray[np.uint8]:
    if len(square) == SIZE:
        return square
    import cv2

    method = cv2.INTER_AREA if len(square) > SIZE else cv2.INTER_CUBIC
    return cv2.resize(square, (SIZE, SIZE), interpolation=method).astype(np.uint8, copy=False)
