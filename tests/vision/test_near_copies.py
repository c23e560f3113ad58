"""One photograph is recognised through what websites do to it; look-alikes are not taken for it."""

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_kedro.vision.alignment import align
from fer_kedro.vision.near_copies import find_near_copies, group_copies
from fer_kedro.vision.perceptual_hash import REFERENCE, WINDOWS, Window, look, propose_pairs

FRAME = 60  # photographs are larger than the 48 pixels that a face is cut to


def noise(seed: int, finest: float, coarsest: float, deviation: float) -> np.ndarray:
    """Spots of certain sizes."""
    pixels = np.random.default_rng(seed).normal(size=(FRAME, FRAME))
    spots = cv2.GaussianBlur(pixels, (0, 0), finest) - cv2.GaussianBlur(pixels, (0, 0), coarsest)
    return deviation * spots / spots.std()


def photograph(person: int, light: int = 0) -> np.ndarray:
    """One person under one light, which gives the coarse shades: under the same light all look alike from afar."""
    return np.clip(128 + noise(1000 + light, 4, FRAME, 40) + noise(person, 1.2, 3, 12), 0, 255)


def cut(photo: np.ndarray, top: float = 6, left: float = 6, width: float = 48) -> np.ndarray:
    """Cut a square and scale it to 48×48."""
    scale = width / 48
    warp = np.array([[scale, 0, left + (scale - 1) / 2], [0, scale, top + (scale - 1) / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(photo, warp, (48, 48), flags=flags).round().astype(np.uint8)


def recompressed(image: np.ndarray) -> np.ndarray:
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 60])
    return cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)


def find(*images: np.ndarray) -> pd.DataFrame:
    return find_near_copies(np.stack(images), np.arange(len(images)), hash_distance=14, min_correlation=0.8)


def pairs_of(table: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(table["row_a"], table["row_b"], strict=True))


def confirmed(*pairs: tuple[int, int], correlation: float = 0.9) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["row_a", "row_b"]).assign(correlation=correlation)


PHOTO = photograph(1)
FACE = cut(PHOTO)
COPIES = {
    "shifted by a pixel": cut(PHOTO, top=7),
    "shifted by two pixels": cut(PHOTO, top=4, left=8),
    "cut more closely": cut(PHOTO, top=7, left=7, width=45),
    "cut more widely": cut(PHOTO, top=4, left=4, width=51),
    "mirrored": FACE[:, ::-1],
    "mirrored and shifted": cut(PHOTO, left=7)[:, ::-1],
    "recompressed": recompressed(FACE),
    "brighter": np.clip(FACE.astype(int) + 40, 0, 255).astype(np.uint8),
    "of less contrast": (FACE * 0.6 + 30).astype(np.uint8),
    "recompressed, brighter and shifted": recompressed(cut(np.minimum(PHOTO + 25, 255), top=7, left=5)),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_copy_is_found(copy: np.ndarray) -> None:
    strangers = [cut(photograph(person, light=person)) for person in range(10, 20)]
    assert pairs_of(find(FACE, *strangers, copy)) == [(0, 11)]


def test_pair_says_how_the_second_differs_from_the_first() -> None:
    pair = find(FACE, cut(PHOTO, top=8)[:, ::-1]).iloc[0]
    assert pair["mirrored"]
    assert pair["shift"] == pytest.approx(2, abs=0.1)
    assert pair["scale"] == pytest.approx(1, abs=0.01)
    assert find(FACE, cut(PHOTO, top=8, left=8, width=44)).iloc[0]["scale"] == pytest.approx(48 / 44, abs=0.01)


def test_look_alikes_are_proposed_but_not_confirmed() -> None:
    alike = np.stack([cut(photograph(person)) for person in range(6)])
    assert len(propose_pairs(alike, 14)) >= 15
    assert np.corrcoef(alike.reshape(6, -1))[0, 1:].min() > 0.85
    assert find(*alike).empty


def test_look_alike_with_the_same_eyes_and_another_mouth_is_not_confirmed() -> None:
    other = PHOTO.copy()
    other[32:] = photograph(2)[32:]
    assert find(FACE, cut(other)).empty


def test_symmetric_face_and_its_copy_are_one_pair() -> None:
    frontal = cv2.addWeighted(FACE, 0.55, FACE[:, ::-1], 0.45, 0)
    images = np.stack([frontal, recompressed(frontal)])
    assert propose_pairs(images, 40).tolist() == [[0, 1, 0], [0, 1, 1]]
    found = find_near_copies(images, np.arange(2), hash_distance=40, min_correlation=0.8)
    assert pairs_of(found) == [(0, 1)]
    assert not found["mirrored"].any()


def test_only_the_given_rows_are_compared_and_keep_their_numbers() -> None:
    images = np.stack([FACE, COPIES["brighter"], cut(photograph(2, light=2)), COPIES["recompressed"]])
    found = find_near_copies(images, np.array([1, 2, 3]), hash_distance=14, min_correlation=0.8)
    assert pairs_of(found) == [(1, 3)]


@pytest.mark.parametrize("rows", [[], [2]])
def test_fewer_than_two_rows_have_no_pairs(rows: list[int]) -> None:
    images = np.stack([FACE, FACE, FACE])
    found = find_near_copies(images, np.array(rows, dtype=int), hash_distance=14, min_correlation=0.8)
    assert found.empty
    assert group_copies(np.array([0, 0, 0]), found).tolist() == [0, 0, 0]


def test_search_finds_what_comparing_every_pair_of_hashes_finds() -> None:
    images = np.stack([cut(photograph(row, light=row % 4)) for row in range(40)])
    distance, reference = 14, look(images, REFERENCE)
    expected = set()
    for mirrored in (False, True):
        for window in WINDOWS:
            other = look(images, window, mirrored=mirrored)
            for i in range(40):
                for j in range(40):
                    bits = (int(reference.hashes[i]) ^ int(other.hashes[j])).bit_count()
                    cosine = reference.coefficients[i] @ other.coefficients[j]
                    if i != j and bits <= distance and cosine >= 0.88:
                        expected.add((min(i, j), max(i, j), int(mirrored)))
    assert len(expected) > 100
    assert set(map(tuple, propose_pairs(images, distance).tolist())) == expected


def test_window_of_a_mirrored_image_looks_like_that_window_of_its_mirror_image() -> None:
    window = Window(6, 0, 40)
    there = look(FACE[None], window, mirrored=True)
    here = look(FACE[None, :, ::-1], window)
    np.testing.assert_allclose(there.coefficients, here.coefficients, atol=1e-5)


def test_image_correlates_perfectly_with_itself_and_not_with_nothing() -> None:
    assert align(FACE, FACE).correlation == pytest.approx(1)
    assert align(FACE, np.full((48, 48), 7, np.uint8)).correlation == 0


def test_opencv_keeps_its_threads() -> None:
    before = cv2.getNumThreads()
    find(FACE, COPIES["brighter"])
    assert cv2.getNumThreads() == before


def test_copies_of_a_copy_share_its_group_whose_number_is_the_lowest_row() -> None:
    assert group_copies(np.arange(6), confirmed((1, 2), (2, 4), (3, 5))).tolist() == [0, 1, 1, 3, 1, 3]


def test_long_chain_within_one_usage_is_cut_at_its_weakest_link() -> None:
    chain = confirmed(*((row, row + 1) for row in range(5)))
    chain["correlation"] = [0.95, 0.94, 0.81, 0.93, 0.92]
    assert group_copies(np.arange(6), chain, most=3).tolist() == [0, 0, 0, 3, 3, 3]
    assert group_copies(np.arange(6), chain, most=6).tolist() == [0] * 6


def test_long_walk_of_photographs_stays_in_groups_of_the_size_allowed() -> None:
    wide = np.hstack([photograph(person, light=person) for person in (1, 2)])
    walk = [cut(wide, left=left) for left in range(0, 48, 3)]
    pairs = find(*walk)
    assert {(row, row + 1) for row in range(15)} <= set(pairs_of(pairs))
    assert (0, 8) not in pairs_of(pairs)
    assert np.bincount(group_copies(np.arange(16), pairs, most=4)).max() <= 4


def test_no_pair_across_usages_is_ever_parted() -> None:
    rng = np.random.default_rng(0)
    rows = np.arange(200)
    pairs = np.unique(np.sort(rng.integers(0, 200, (300, 2)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    usage = rng.integers(0, 3, 200)
    group = group_copies(rows, confirmed(*pairs), usage, most=4)
    a, b = pairs.T
    across = usage[a] != usage[b]
    assert np.array_equal(group[a[across]], group[b[across]])
    assert (group[a] != group[b]).any()


def test_exact_copies_stay_together_and_bring_their_near_copies_and_their_usage() -> None:
    exact = np.array([0, 1, 2, 1, 0])
    assert group_copies(exact, confirmed((0, 1))).tolist() == [0, 0, 2, 0, 0]
    assert group_copies(exact, confirmed((0, 1)), most=1).tolist() == [0, 1, 2, 1, 0]
    for elsewhere in (3, 4):
        assert group_copies(exact, confirmed((0, 1)), np.arange(5) == elsewhere, most=1).tolist() == [0, 0, 2, 0, 0]
