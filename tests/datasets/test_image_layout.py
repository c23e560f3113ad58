"""What names and folders of pictures mean, and what is refused."""

import pytest

from fer_kedro.datasets.image_layout import Layout, lay_out
from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS

FOLDERS = ("angry", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")


def laid_out(*names: str) -> Layout:
    return lay_out("faces", names)


def refusal(*names: str) -> str:
    with pytest.raises(InputError) as error:
        lay_out("faces", names)
    assert "\n" not in str(error.value)
    return str(error.value)


def of_all_classes(*splits: str) -> list[str]:
    return [f"{split}/{folder}/im{number}.png" for split in splits for folder in FOLDERS for number in range(2)]


def test_official_names_give_usage_and_row_in_the_order_of_the_rows() -> None:
    layout = laid_out(
        "test/happy/PublicTest_00000012.jpg", "test/sad/PrivateTest_9.jpg", "train/angry/Training_100.jpg"
    )
    assert layout.face_ids == ["9", "12", "100"]
    assert layout.usages == ["PrivateTest", "PublicTest", "Training"]
    assert [EMOTIONS[label] for label in layout.labels] == ["sad", "happy", "angry"]
    assert (layout.class_names, layout.split, layout.source) == (EMOTIONS, "official", "fer2013")


def test_official_names_need_no_folder_of_their_split_or_may_stand_in_a_validation_folder() -> None:
    assert laid_out("fear/PublicTest_1.png", "sad/Training_2.png").usages == ["PublicTest", "Training"]
    assert laid_out("val/fear/PublicTest_1.png", "train/sad/Training_2.png").split == "official"


def test_a_number_of_two_usages_is_no_identity_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    layout = laid_out("train/sad/Training_1.png", "test/sad/PublicTest_1.png")
    assert layout.face_ids == ["test/sad/PublicTest_1.png", "train/sad/Training_1.png"]
    assert layout.usages == ["PublicTest", "Training"]
    assert "one number twice, so all its faces are named by path" in caplog.text


def test_a_drawn_number_may_come_twice_but_no_row_of_the_csv() -> None:
    drawn = laid_out("train/sad/Training_10118481.jpg", "train/happy/Training_10118481.jpg")
    assert drawn.face_ids == ["train/happy/Training_10118481.jpg", "train/sad/Training_10118481.jpg"]
    assert laid_out("train/sad/Training_35887.jpg", "train/happy/Training_35887.jpg").usages == ["Training"] * 2
    assert "the same face of FER-2013" in refusal("train/sad/Training_35886.jpg", "train/happy/Training_35886.jpg")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("train/angry/Training_7.jpg", "train/sad/Training_7.jpg"),
        ("test/sad/PublicTest_9.png", "val/sad/PublicTest_9.png"),
        ("sad/Training_7.jpg", "sad/Training_7.png"),
        ("sad/Training_00000007.png", "sad/Training_7.png"),
    ],
)
def test_one_row_of_the_csv_in_two_places_is_refused_with_both_names(first: str, second: str) -> None:
    others = [f"{first.rsplit('/', 1)[0]}/PublicTest_{number}.png".replace("train/", "test/") for number in (1, 2)]
    expected = f"faces holds {first} and {second}, by their names the same face of FER-2013; delete the one that"
    assert expected in refusal(second, *others, first)


def test_train_and_test_leave_the_test_faces_open() -> None:
    layout = laid_out(*of_all_classes("train", "test"))
    assert layout.usages == [None] * 14 + ["Training"] * 14
    assert (layout.split, layout.source) == ("derived", "images")
    assert layout.class_names == EMOTIONS
    assert layout.face_ids == sorted(of_all_classes("train", "test"))
    assert [EMOTIONS[label] for label in layout.labels[:14:2]] == [
        *("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
    ]


@pytest.mark.parametrize("held_out", ["test", "Testing", "val", "valid", "validation", "dev"])
def test_one_held_out_folder_is_open_whatever_its_name(held_out: str) -> None:
    assert set(laid_out(f"{held_out}/a/1.png", "training/a/2.png").usages) == {None, "Training"}


def test_three_splits_are_the_users_own() -> None:
    layout = laid_out("dev/a/1.png", "Test/a/1.png", "TRAIN/a/1.png")
    assert dict(zip(layout.face_ids, layout.usages, strict=True)) == {
        "dev/a/1.png": "PublicTest",
        "Test/a/1.png": "PrivateTest",
        "TRAIN/a/1.png": "Training",
    }
    assert layout.split == "own"


def test_folders_named_for_the_challenges_usages_hold_them_but_are_not_official_for_their_names() -> None:
    layout = laid_out("Training/sad/a.png", "PublicTest/sad/b.png", "PrivateTest/sad/c.png")
    assert layout.usages == ["PrivateTest", "PublicTest", "Training"]
    assert (layout.split, layout.source) == ("own", "images")


def test_official_names_in_folders_of_other_classes_are_not_fer2013() -> None:
    layout = laid_out("train/wink/Training_1.png", "test/frown/PublicTest_2.png")
    assert layout.usages == ["Training", "PublicTest"]
    assert (layout.split, layout.source) == ("own", "images")


@pytest.mark.parametrize("names", [("a/1.png", "b/1.png"), ("a/1.png",), ("train/a/1.png", "train/b/1.png")])
def test_without_held_out_faces_every_usage_is_open(names: tuple[str, ...]) -> None:
    layout = laid_out(*names)
    assert layout.usages == [None] * len(names)
    assert layout.split == "derived"


def test_other_classes_keep_their_names_in_order() -> None:
    layout = laid_out("wink/1.png", "Frown/1.png", "blank stare/1.png")
    assert layout.class_names == ("Frown", "blank stare", "wink")
    assert layout.labels == [0, 1, 2]
    assert layout.source == "images"


def test_six_of_the_seven_emotions_are_classes_of_ones_own_unless_the_names_are_official() -> None:
    assert laid_out(*(f"{folder}/x.png" for folder in FOLDERS[:6])).class_names == FOLDERS[:6]
    assert laid_out(*(f"{folder}/Training_{len(folder)}.png" for folder in ("sad", "angry"))).class_names == EMOTIONS


@pytest.mark.parametrize(
    "folders",
    [
        ("Anger", "Disgust", "Fear", "Happiness", "Neutral", "Sadness", "Surprise"),
        ("ANGRY", "disgusted", "fearful", "happy", "neutral", "sad", "surprised"),
    ],
)
def test_emotions_are_known_by_every_usual_name(folders: tuple[str, ...]) -> None:
    layout = laid_out(*(f"{folder}/x.png" for folder in folders))
    assert layout.class_names == EMOTIONS
    assert sorted(layout.labels) == list(range(7))


def test_spellings_of_one_class_are_one_class() -> None:
    layout = laid_out("train/Überrascht/1.png", "test/u\u0308berrascht/1.png", "val/ÜBERRASCHT/1.png")
    assert len(layout.class_names) == 1
    assert layout.labels == [0, 0, 0]


def test_wrapping_folders_do_not_matter() -> None:
    bare = laid_out("train/a/1.png", "test/b/1.png")
    assert laid_out("archive/fer/train/a/1.png", "archive/fer/test/b/1.png")[1:] == bare[1:]
    assert laid_out("faces/a/1.png")[1:] == laid_out("a/1.png")[1:]


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (("1.png",), "holds 1.png, which stands neither in <class>/ nor in <split>/<class>/"),
        (("train/1.png", "test/2.png"), "holds train/1.png, which stands neither"),
        (("a/1.png", "2.png"), "holds 2.png, which stands neither"),
        (("train/a/b/1.png", "train/b/1.png"), "holds train/a/b/1.png, which stands neither"),
        (("trian/a/1.png", "test/a/1.png"), "holds trian/a/1.png, which stands neither"),
        (
            ("train/a/1.png", "a/1.png"),
            "mixes two layouts, <class>/ and <split>/<class>/, as train/a/1.png and a/1.png",
        ),
        (
            ("train/a/Training_1.png", "train/a/im0.png"),
            "mixes two layouts, names with a usage (Training_123) and without, as train/a/Training_1.png and",
        ),
        (
            ("train/a/PublicTest_1.png",),
            "train/a/PublicTest_1.png, whose name says PublicTest and whose folder another",
        ),
        (("val/a/1.png", "test/a/1.png"), "has pictures for validation and test but none in train/"),
        (tuple(f"c{n}/1.png" for n in range(128)), "has 128 class folders, more than 127"),
    ],
)
def test_folders_that_make_no_sense_are_refused(names: tuple[str, ...], complaint: str) -> None:
    assert complaint in refusal(*names)
