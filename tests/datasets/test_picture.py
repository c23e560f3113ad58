"""One picture becomes one face, whatever its format, size and colours; what can't is told in half a sentence."""

import struct
import warnings
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from picture_files import encoded, picture
from PIL import Image

from fer_kedro.datasets.picture import PictureError, _decode, to_face
from fer_kedro.datasets.plain_face import decode_plain_face


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(PictureError) as error:
        to_face(data)
    return str(error.value)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".pgm"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_grey_picture_of_48_pixels_comes_back_bit_for_bit(suffix: str, channels: int) -> None:
    image = picture(0)
    data = encoded(
        image if channels == 1 else np.dstack([image] * 3), ".ppm" if (suffix, channels) == (".pgm", 3) else suffix
    )
    np.testing.assert_array_equal(to_face(data), image)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_formats_come_back_nearly(suffix: str) -> None:
    assert np.abs(to_face(encoded(picture(0), suffix)).astype(int) - picture(0)).mean() < 2


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_quick_way_gives_what_the_other_gives(suffix: str) -> None:
    data = encoded(picture(0), suffix)
    quick = decode_plain_face(data)
    assert quick is not None
    np.testing.assert_array_equal(quick, _decode(data))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("image", [picture(0, 48, 47), picture(0, 96, 96), np.dstack([picture(0)] * 3)])
def test_the_quick_way_leaves_other_pictures_alone(suffix: str, image: np.ndarray) -> None:
    assert decode_plain_face(encoded(image, suffix)) is None


def test_colours_become_grey_by_their_luma() -> None:
    colours = np.zeros((48, 48, 3), np.uint8)
    colours[:16], colours[16:32], colours[32:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)  # OpenCV: blue, green, red
    assert to_face(encoded(colours))[[0, 20, 40], 0].tolist() == [29, 150, 76]


@pytest.mark.parametrize(("height", "width"), [(96, 96), (200, 200), (480, 640), (31, 25), (1, 1), (1, 500)])
def test_any_size_becomes_48_pixels(height: int, width: int) -> None:
    face = to_face(encoded(picture(0, height, width)))
    assert (face.shape, face.dtype) == ((48, 48), np.uint8)


def test_a_picture_of_twice_the_size_is_averaged() -> None:
    large = np.kron(picture(0), np.ones((2, 2), np.uint8))
    np.testing.assert_array_equal(to_face(encoded(large)), picture(0))


def test_of_a_long_picture_the_central_square_is_kept() -> None:
    banner = np.hstack([np.zeros((48, 30), np.uint8), picture(0), np.full((48, 30), 255, np.uint8)])
    np.testing.assert_array_equal(to_face(encoded(banner)), picture(0))
    np.testing.assert_array_equal(to_face(encoded(np.ascontiguousarray(banner.T))), picture(0).T)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bits_keep_the_high_byte(suffix: str) -> None:
    deep = picture(0).astype(np.uint16) << 8 | 0x7F
    np.testing.assert_array_equal(to_face(encoded(deep, suffix)), picture(0))
    np.testing.assert_array_equal(to_face(encoded(np.dstack([deep] * 3), ".png")), picture(0))


def test_cmyk_is_read() -> None:
    image = Image.fromarray(picture(0)).convert("CMYK")
    assert np.abs(to_face(saved(image, "TIFF")).astype(int) - picture(0)).max() <= 1
    assert np.abs(to_face(saved(image, "JPEG", quality=100)).astype(int) - picture(0)).mean() < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_exif_rotation_is_applied(kind: str, orientation: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(picture(0)), kind, exif=exif, quality=100)
    assert np.abs(to_face(data).astype(int) - np.rot90(picture(0), turns)).mean() < 2


def test_transparency_shows_white() -> None:
    clear = np.dstack([np.zeros((48, 48, 3), np.uint8), np.where(np.arange(48) < 24, 0, 255)[None].repeat(48, 0)])
    assert to_face(encoded(clear.astype(np.uint8)))[5, [3, 40]].tolist() == [255, 0]
    assert to_face(saved(Image.new("L", (48, 48), 7), "PNG", transparency=7)).min() == 255


def test_palettes_and_black_and_white_are_read() -> None:
    palette = Image.fromarray(picture(0)).convert("P")
    assert np.abs(to_face(saved(palette, "PNG")).astype(int) - picture(0)).mean() < 8
    assert set(np.unique(to_face(saved(Image.fromarray(picture(0)).convert("1"), "PNG")))) == {0, 255}


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_frames_the_first_counts(kind: str) -> None:
    first, second = (Image.new("L", (48, 48), grey) for grey in (40, 200))
    data = saved(first, kind, save_all=True, append_images=[second], **({"lossless": True} if kind == "WEBP" else {}))
    assert abs(int(to_face(data).mean()) - 40) <= 1


def test_nothing_and_text_are_no_pictures() -> None:
    assert refusal(b"") == "is empty (0 bytes)"
    for data in (b"not a picture", b"\0" * 5000, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"P5 48"):
        assert refusal(data).startswith(("is no picture that can be read", "is a picture that is cut short"))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tiff"])
@pytest.mark.parametrize("size", [48, 60])
def test_a_picture_cut_short_is_refused_at_every_length(
    suffix: str, size: int, capfd: pytest.CaptureFixture[str]
) -> None:
    data = encoded(picture(0, size, size), suffix)
    for length in range(1, int(len(data) * 0.95), 37):
        assert refusal(data[:length]).startswith(("is a picture that is cut short or damaged", "is no picture"))
    if suffix != ".tiff":  # libtiff complains by itself
        assert capfd.readouterr().err == ""


def test_a_damaged_checksum_is_noticed() -> None:
    data = bytearray(encoded(picture(0)))
    data[60] ^= 1
    assert refusal(bytes(data)) == "is a picture that is cut short or damaged"


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5001, 10_000, 13_000, 60_000])
def test_huge_pictures_are_refused_by_their_header(side: int) -> None:
    with warnings.catch_warnings(action="ignore"):
        assert refusal(png_header(side, side)).startswith("has ")
    assert "more than 25,000,000" in refusal(png_header(5001, 5001))


def test_levels_of_unknown_range_are_refused() -> None:
    data = encoded(picture(0).astype(np.float32), ".tiff")
    assert refusal(data) == "holds levels of the kind 'F', whose range is not known"


def test_arbitrary_damage_gives_a_face_or_a_refusal() -> None:
    rng = np.random.default_rng(5)
    for kind in ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "GIF", "PPM"):
        sound = np.frombuffer(saved(Image.fromarray(picture(0, 40, 40)), kind), np.uint8)
        for _ in range(60):
            data = sound.copy()
            data[rng.integers(0, len(data), 4)] = rng.integers(0, 256, 4)
            with warnings.catch_warnings(action="ignore"):
                try:
                    assert to_face(data.tobytes()).shape == (48, 48)
                except PictureError as error:
                    assert "\n" not in str(error)


def test_the_size_of_opencvs_answer_is_checked() -> None:
    """A comment in a JPEG that looks like a face's header does not make it one."""
    large = encoded(picture(0, 100, 100), ".jpg")
    comment = b"\xff\xc0\0\x0b\x08\0\x30\0\x30\x01\x01\x11\0"
    data = large[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + large[2:]
    assert decode_plain_face(data) is None
    assert cv2.imdecode(np.frombuffer(data, np.uint8), 0).shape == (100, 100)
    assert to_face(data).shape == (48, 48)
