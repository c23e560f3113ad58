"""What the names of pictures in folders say: each face's class, usage and number."""

import logging
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from fer_kedro.datasets.fer2013_counts import has_counts_of_fer2013
from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, PRIVATE_TEST, PUBLIC_TEST, TRAINING, USAGES, SplitOrigin

logger = logging.getLogger(__name__)

OFFICIAL_NAME = re.compile(rf"({'|'.join(USAGES)})_([0-9]{{1,12}})\.\w+")
SPLITS = {
    **dict.fromkeys(("train", "training"), TRAINING),
    **dict.fromkeys(("val", "valid", "validation", "dev", "publictest"), PUBLIC_TEST),
    **dict.fromkeys(("test", "testing", "privatetest"), PRIVATE_TEST),
}
SPLITS_OF_USAGE = {
    TRAINING: (TRAINING, None),
    PUBLIC_TEST: (PUBLIC_TEST, PRIVATE_TEST, None),
    PRIVATE_TEST: (PRIVATE_TEST, None),
}
"""Which folders an officially named picture may stand in: `test/` often holds both test sets."""
OFFICIAL_ROWS = 35_887
"""Official numbers below it are rows of the CSV; those of one copy on Kaggle, of up to eight digits, seem drawn."""
ALIASES = {
    **{emotion: emotion for emotion in EMOTIONS},
    **{"anger": "angry", "disgusted": "disgust", "fearful": "fear", "happiness": "happy"},
    **{"sadness": "sad", "surprised": "surprise"},
}
MOST_CLASSES = 127
"""What a label of one byte can count."""


class Picture(NamedTuple):
    """One picture's name and what it says.

    Attributes
    ----------
    name
        The path in the folder or archive.
    face
        The path below the folder that wraps all.
    split
        The usage that the top folder is named for, if there is one.
    label
        The folder that the picture stands in.
    official
        The usage and number of a name such as `PublicTest_28709.jpg`.
    """

    name: str
    face: str
    split: str | None
    label: str
    official: tuple[str, int] | None


class Layout(NamedTuple):
    """Faces in order: which picture shows each, and what is known of it."""

    names: list[str]
    face_ids: list[str]
    labels: list[int]
    usages: list[str | None]
    class_names: tuple[str, ...]
    split: SplitOrigin
    source: str


def lay_out(place: str, names: Sequence[str]) -> Layout:
    """Understand `[<split>/]<class>/<picture>`, below any number of folders that wrap all of it.

    Pictures named like `PublicTest_28709.jpg` have the challenge's usage and come in the order of their numbers,
    which become the `face_id`; others come by path, which becomes the `face_id`. Three folders for training,
    validation and test decide the usages; with fewer, those of all but `train/` stay open.

    Only two signs make them FER-2013: official names in folders of its emotions, or exactly as many pictures of each
    emotion in each split as it has. All else are images of the user's own, whatever the folders are called.

    Parameters
    ----------
    place
        What to call the folder or archive in a message.
    names
        Relative paths of the pictures, at least one.

    Raises
    ------
    InputError
        If pictures stand at different depths, below a top folder that is no split, or in another split than
        their names say, if only some have official names or two have the same, or if there are too many classes.

    Examples
    --------
    >>> layout = lay_out("faces.zip", ["faces/train/Happy/im0.png", "faces/test/sad/im0.png"])
    >>> layout.face_ids, layout.usages, layout.split, layout.source
    (['test/sad/im0.png', 'train/Happy/im0.png'], [None, 'Training'], 'derived', 'images')
    """
    pictures = [_picture(place, name, parts) for name, parts in zip(names, _unwrapped(names), strict=True)]
    _check_one_layout(place, pictures)
    pictures, face_ids = _in_order(place, pictures)
    is_official = pictures[0].official is not None
    usages = _official_usages(place, pictures) if is_official else _usages_by_folder(place, pictures)
    labels, class_names = _classes(place, [picture.label for picture in pictures], is_official)
    is_fer2013 = class_names == EMOTIONS and (
        is_official or has_counts_of_fer2013([picture.split for picture in pictures], labels)
    )
    split: SplitOrigin = "derived" if None in usages else "official" if is_fer2013 else "own"
    source = "fer2013" if is_fer2013 else "images"
    return Layout([picture.name for picture in pictures], face_ids, labels, usages, class_names, split, source)


def _unwrapped(names: Sequence[str]) -> list[list[str]]:
    """Split the paths, without the folders above the splits or classes."""
    paths = [name.split("/") for name in names]
    while min(map(len, paths)) > 2 and len({path[0] for path in paths}) == 1 and paths[0][0].lower() not in SPLITS:
        paths = [path[1:] for path in paths]
    return paths


def _picture(place: str, name: str, parts: list[str]) -> Picture:
    split: str | None = None
    match parts:
        case [top, label, file] if top.lower() in SPLITS:
            split = SPLITS[top.lower()]
        case [label, file] if label.lower() not in SPLITS:
            pass
        case _:
            raise InputError(
                f"{place} holds {name}, which stands neither in <class>/ nor in <split>/<class>/ with a split named "
                "train, val or test; move it, delete it, or rename its folders."
            )
    official = OFFICIAL_NAME.fullmatch(file)
    return Picture(name, "/".join(parts), split, label, (official[1], int(official[2])) if official else None)


def _check_one_layout(place: str, pictures: list[Picture]) -> None:
    first = pictures[0]
    for picture in pictures:
        both = f"as {first.name} and {picture.name} show; keep one of them"
        if (picture.split is None) != (first.split is None):
            raise InputError(f"{place} mixes two layouts, <class>/ and <split>/<class>/, {both}.")
        if (picture.official is None) != (first.official is None):
            raise InputError(f"{place} mixes two layouts, names with a usage (Training_123) and without, {both}.")


def _in_order(place: str, pictures: list[Picture]) -> tuple[list[Picture], list[str]]:
    """Sort by the official number if that names each picture, else by path; give the `face_id` too."""
    numbers = {picture.official[1]: picture for picture in pictures if picture.official}
    if len(numbers) == len(pictures):
        return [numbers[number] for number in sorted(numbers)], [str(number) for number in sorted(numbers)]
    pictures = sorted(pictures, key=lambda picture: picture.face)
    if numbers:
        _check_no_row_twice(place, pictures)
        logger.warning("%s has official names with one number twice, so all its faces are named by path.", place)
    return pictures, [picture.face for picture in pictures]


def _check_no_row_twice(place: str, pictures: list[Picture]) -> None:
    """Refuse one row of the CSV in two places; drawn numbers meet by chance, as those of two usages may."""
    seen: dict[tuple[str, int] | None, Picture] = {}
    for picture in pictures:
        first = seen.setdefault(picture.official, picture)
        if first is not picture and picture.official and picture.official[1] < OFFICIAL_ROWS:
            raise InputError(
                f"{place} holds {first.name} and {picture.name}, by their names the same face of FER-2013; delete the "
                "one that stands in the wrong folder."
            )


def _official_usages(place: str, pictures: list[Picture]) -> list[str | None]:
    usages: list[str | None] = []
    for picture in pictures:
        usage = picture.official[0] if picture.official else None
        if usage and picture.split not in SPLITS_OF_USAGE[usage]:
            raise InputError(
                f"{place} holds {picture.name}, whose name says {usage} and whose folder another split; move it, or "
                "rename the files if the split is your own."
            )
        usages.append(usage)
    return usages


def _usages_by_folder(place: str, pictures: list[Picture]) -> list[str | None]:
    splits = {picture.split for picture in pictures}
    if splits == {PUBLIC_TEST, PRIVATE_TEST}:
        raise InputError(f"{place} has pictures for validation and test but none in train/; add them.")
    if len(splits) == 1:
        return [None] * len(pictures)
    known = splits if splits == set(USAGES) else {TRAINING}
    return [picture.split if picture.split in known else None for picture in pictures]


def _classes(place: str, folders: list[str], is_official: bool) -> tuple[list[int], tuple[str, ...]]:
    """Return each picture's label and the class names: FER-2013's if all seven are there under any usual name."""
    spelling = {_folded(folder): folder for folder in sorted(set(folders), reverse=True)}
    emotions = {ALIASES.get(folded) for folded in spelling}
    if None not in emotions and (is_official or len(emotions) == len(EMOTIONS)):
        return [EMOTIONS.index(ALIASES[_folded(folder)]) for folder in folders], EMOTIONS
    if len(spelling) > MOST_CLASSES:
        raise InputError(f"{place} has {len(spelling)} class folders, more than {MOST_CLASSES}; put fewer there.")
    codes = {folded: code for code, folded in enumerate(sorted(spelling, key=lambda folded: spelling[folded]))}
    return [codes[_folded(folder)] for folder in folders], tuple(spelling[folded] for folded in codes)


def _folded(folder: str) -> str:
    """Make spellings of one name equal: case, and the two ways in which systems write accents."""
    return unicodedata.normalize("NFC", folder).casefold()
