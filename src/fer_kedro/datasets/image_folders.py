"""Faces as picture files in class folders, on the disk or in an archive."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from fer_kedro.datasets.file_tree import MIB, FileTree, is_picture
from fer_kedro.datasets.folder_tree import FolderTree, walk
from fer_kedro.datasets.image_layout import lay_out
from fer_kedro.datasets.picture import PictureError, to_face
from fer_kedro.datasets.thread_map import map_in_threads
from fer_kedro.errors import InputError
from fer_kedro.faces import SIZE, Faces, Images

logger = logging.getLogger(__name__)

PICTURES_A_TASK = 256
BYTES_A_TASK = 16 * MIB
Batch = tuple[int, list[bytes]]
"""The first one's row, and the contents of some pictures."""


def is_image_folder(path: Path) -> bool:
    """Whether pictures stand in folders below the path."""
    return path.is_dir() and any("/" in name and is_picture(name) for name in walk(path))


def read_image_folder(path: Path) -> Faces:
    """Read and check every picture in a folder of folders.

    Raises
    ------
    InputError
        As `read_image_tree`; and if a link leads out of the folder.
    """
    return read_image_tree(FolderTree(path))


def read_image_tree(tree: FileTree) -> Faces:
    """Read and check every picture; files that are none by their names are passed over.

    Several threads decode while one reads. What the folders and names mean is in `image_layout.lay_out`, what becomes
    of a picture in `picture.to_face`.

    Raises
    ------
    InputError
        If the folders make no sense, or a picture is damaged or too large.
    """
    pictures = [name for name in tree.names if is_picture(name)]
    if others := [name for name in tree.names if not is_picture(name)]:
        logger.info("Passing over %d files that are no pictures, such as %s.", len(others), tree.where(others[0]))
    layout = lay_out(str(tree.path), pictures)
    images = _decode_all(tree, pictures)
    row = {name: row for row, name in enumerate(pictures)}
    return Faces.build(
        images[[row[name] for name in layout.names]],
        layout.labels,
        np.array(layout.usages, dtype=object),
        face_id=layout.face_ids,
        source=layout.source,
        class_names=layout.class_names,
        split=layout.split,
    )


def _decode_all(tree: FileTree, names: Sequence[str]) -> Images:
    images = np.empty((len(names), SIZE, SIZE), np.uint8)
    # Pillow warns of odd metadata, which do not matter here.
    with warnings.catch_warnings(action="ignore"):
        for _ in map_in_threads(partial(_decode, tree, names, images), _batches(tree, names)):
            pass
    return images


def _batches(tree: FileTree, names: Sequence[str]) -> Iterator[Batch]:
    """Give the contents of some pictures at a time, so that memory holds few of them."""
    contents: list[bytes] = []
    first = total = 0
    for place, data in enumerate(tree.read_pictures(names)):
        contents.append(data)
        total += len(data)
        if len(contents) == PICTURES_A_TASK or total > BYTES_A_TASK:
            yield first, contents
            contents, first, total = [], place + 1, 0
    if contents:
        yield first, contents


def _decode(tree: FileTree, names: Sequence[str], images: Images, batch: Batch) -> None:
    first, contents = batch
    for row, data in enumerate(contents, first):
        try:
            images[row] = to_face(data)
        except PictureError as error:
            raise InputError(f"{tree.where(names[row])} {error}; replace or delete it.") from error
