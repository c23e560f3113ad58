"""The largest face of a picture is found, and the square around it cut out."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Images
from fer_kedro.vision.face_detection import (
    Boxes,
    FaceDetector,
    crop_face,
    find_faces,
    mtcnn_detector,
    yunet_detector,
)
from fer_kedro.vision.synthetic import draw_demo_faces

STEPS = np.add.outer(np.arange(96), 2 * np.arange(96)).astype(np.uint8)
"""A picture in which every pixel tells where it was."""


@pytest.fixture(scope="module")
def yunet(yunet_model: Path) -> FaceDetector:
    return yunet_detector(yunet_model, 0.8)


@pytest.fixture(scope="module")
def mtcnn() -> FaceDetector:
    pytest.importorskip("mtcnn", reason="the package 'mtcnn' is not installed (make detectors)")
    return mtcnn_detector(0.8)


@pytest.fixture(scope="module")
def portraits() -> Images:
    return draw_demo_faces(count=50, seed=1).images[:14]


def bright_spots(pictures: Images) -> list[Boxes]:
    """A detector that needs no weights: each connected region of white pixels is a face."""
    found = []
    for picture in pictures:
        _, _, stats, _ = cv2.connectedComponentsWithStats((picture > 128).astype(np.uint8))
        found.append(np.column_stack([stats[1:, :4], np.ones(len(stats) - 1)]).astype(np.float32))
    return found


def with_spots(*spots: tuple[int, int, int, int]) -> Images:
    picture = np.zeros((48, 48), np.uint8)
    for left, top, width, height in spots:
        picture[top : top + height, left : left + width] = 255
    return picture


def test_largest_face_is_taken_and_a_picture_without_one_has_none() -> None:
    pictures = np.stack([with_spots((2, 3, 4, 4), (20, 10, 12, 16)), with_spots(), with_spots((0, 40, 6, 5))])
    found = find_faces(pictures, bright_spots)
    assert found[[0, 2], :4].tolist() == [[20, 10, 12, 16], [0, 40, 6, 5]]
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize("upscale", [1, 2, 4])
def test_boxes_are_in_pixels_of_the_image_however_large_the_detector_sees_it(upscale: int) -> None:
    shapes = []

    def detector(pictures: Images) -> list[Boxes]:
        shapes.append(pictures.shape[1:])
        return bright_spots(pictures)

    found = find_faces(with_spots((20, 10, 12, 16))[None], detector, upscale)
    assert found[0, :4] == pytest.approx([20, 10, 12, 16], abs=0.5)
    assert shapes == [(48 * upscale, 48 * upscale)]


def test_faces_of_many_pictures_stand_in_their_rows() -> None:
    pictures = np.stack([with_spots((row % 40, 5, 4, 4)) for row in range(100)])
    assert find_faces(pictures, bright_spots)[:, 0].tolist() == [row % 40 for row in range(100)]


def test_no_pictures_have_no_faces() -> None:
    assert find_faces(np.empty((0, 48, 48), np.uint8), bright_spots).shape == (0, 5)


def test_square_of_48_pixels_is_cut_out_as_it_is() -> None:
    assert np.array_equal(crop_face(STEPS, np.array([20, 10, 48, 30, 1])), STEPS[1:49, 20:68])


def test_margin_is_added_on_every_side() -> None:
    assert np.array_equal(crop_face(STEPS, np.array([30, 30, 32, 32, 1]), margin=0.25), STEPS[22:70, 22:70])


def test_square_that_leaves_the_image_is_moved_into_it() -> None:
    assert np.array_equal(crop_face(STEPS, np.array([-7, 60, 40, 48, 1])), STEPS[48:, :48])


def test_square_larger_than_the_image_becomes_the_image() -> None:
    image = STEPS[:48, :48]
    assert np.array_equal(crop_face(image, np.array([-9, -9, 70, 80, 1]), margin=1), image)


@pytest.mark.parametrize("side", [12, 24, 96])
def test_other_sizes_are_resized_with_their_shades_in_place(side: int) -> None:
    image = np.zeros((96, 96), np.uint8)
    image[: side // 2, : side // 2] = 200
    face = crop_face(image, np.array([0, 0, side, side, 1]))
    assert face.shape == (48, 48)
    assert face.dtype == np.uint8
    assert (face[:22, :22] == 200).all()
    assert not face[26:].any()
    assert not face[:, 26:].any()


def test_yunet_finds_the_drawn_faces_and_none_in_noise(yunet: FaceDetector, portraits: Images) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8)
    found = find_faces(np.concatenate([portraits, noise, np.zeros_like(noise)]), yunet, upscale=4)
    assert (~np.isnan(found[:14, 0])).sum() >= 12
    assert np.isnan(found[14:]).all()
    confidence = found[:14, 4][~np.isnan(found[:14, 4])]
    assert (confidence >= 0.8).all()
    assert (confidence <= 1).all()


def test_yunet_follows_a_face_that_moves(yunet: FaceDetector, portraits: Images) -> None:
    scene = np.full((2, 144, 192), 128, np.uint8)
    scene[0, 10:58, 20:68], scene[1, 60:108, 120:168] = portraits[0], portraits[0]
    found = find_faces(scene, yunet, upscale=2)
    assert found[1, :4] - found[0, :4] == pytest.approx([100, 50, 0, 0], abs=3)


@pytest.mark.parametrize("content", [None, b"", b"no ONNX at all"])
def test_file_that_is_no_yunet_is_refused_in_one_sentence(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "yunet.onnx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=r"yunet\.onnx (does not exist|can't be used as YuNet); [^.]*2023mar"):
        yunet_detector(file, 0.8)


def test_mtcnn_finds_the_drawn_faces_and_none_in_black(mtcnn: FaceDetector, portraits: Images) -> None:
    found = find_faces(np.concatenate([portraits, np.zeros((4, 48, 48), np.uint8)]), mtcnn)
    assert (~np.isnan(found[:14, 0])).sum() >= 11
    assert np.isnan(found[14:]).all()
    assert np.nanmin(found[:, :2]) >= 0
    assert np.nanmax(found[:, :2] + found[:, 2:4]) <= 48


def test_mtcnn_says_what_to_install_where_it_is_not() -> None:
    try:
        import mtcnn  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match=r"'mtcnn' needs a package .* run 'make detectors'"):
            mtcnn_detector(0.8)
    else:
        pytest.skip("the package 'mtcnn' is installed")
