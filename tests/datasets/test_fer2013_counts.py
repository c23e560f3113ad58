"""The complete FER-2013 is known by its numbers, and nothing short of them."""

import pytest

from fer_kedro.datasets.fer2013_counts import has_counts_of_fer2013
from fer_kedro.datasets.image_layout import Layout, lay_out
from fer_kedro.faces import EMOTIONS

KAGGLE_FOLDERS = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
TRAIN = (3995, 436, 4097, 7215, 4830, 3171, 4965)
PUBLIC = (467, 56, 496, 895, 653, 415, 607)
PRIVATE = (491, 55, 528, 879, 594, 416, 626)
TEST = tuple(map(sum, zip(PUBLIC, PRIVATE, strict=True)))


def copy(**splits: tuple[int, ...]) -> list[str]:
    """Names of a copy such as `train/angry/im0.png`, so many of each emotion."""
    return [
        f"{split}/{folder}/im{number}.png"
        for split, counts in splits.items()
        for folder, count in zip(KAGGLE_FOLDERS, counts, strict=True)
        for number in range(count)
    ]


def whose(layout: Layout) -> tuple[str, str]:
    return layout.source, layout.split


def test_the_second_common_copy_is_fer2013_whose_test_usages_are_lost() -> None:
    names = copy(train=TRAIN, test=TEST)
    assert (len(names), sum(TEST)) == (35_887, 7178)
    layout = lay_out("archive.zip", names)
    assert whose(layout) == ("fer2013", "derived")
    assert layout.class_names == EMOTIONS
    assert (layout.usages.count("Training"), layout.usages.count(None)) == (28_709, 7178)


def test_one_picture_more_less_or_in_another_folder_makes_images_of_ones_own() -> None:
    names = copy(train=TRAIN, test=TEST)
    for changed in (names[:-1], [*names, "test/neutral/mine.png"], ["train/sad/moved.png", *names[1:]]):
        assert whose(lay_out("faces", changed)) == ("images", "derived")


def test_ones_own_photos_in_folders_of_the_seven_emotions_are_not_fer2013() -> None:
    assert whose(lay_out("faces", copy(train=(3,) * 7, test=(1,) * 7))) == ("images", "derived")
    assert whose(lay_out("faces", copy(train=(3,) * 7, val=(1,) * 7, test=(1,) * 7))) == ("images", "own")
    named = copy(Training=(3,) * 7, PublicTest=(1,) * 7, PrivateTest=(1,) * 7)
    assert whose(lay_out("faces", named)) == ("images", "own")


@pytest.mark.parametrize("folders", [("train", "val", "test"), ("Training", "PublicTest", "PrivateTest")])
def test_a_copy_in_three_folders_has_the_official_split(folders: tuple[str, str, str]) -> None:
    layout = lay_out("faces", copy(**dict(zip(folders, (TRAIN, PUBLIC, PRIVATE), strict=True))))
    assert whose(layout) == ("fer2013", "official")
    assert layout.usages.count("PrivateTest") == 3589


def test_three_folders_with_the_test_sets_exchanged_are_a_split_of_ones_own() -> None:
    assert whose(lay_out("faces", copy(train=TRAIN, val=PRIVATE, test=PUBLIC))) == ("images", "own")


def test_a_copy_without_splits_is_known_by_its_classes() -> None:
    labels = [code for code in range(7) for _ in range(TRAIN[code] + TEST[code])]
    assert has_counts_of_fer2013([None] * len(labels), labels)
    assert not has_counts_of_fer2013([None] * len(labels), [*labels[1:], 6])
