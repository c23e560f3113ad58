"""FER-2013 in a zip, a tar or a gzip: the CSV, or picture files in class folders."""

import gzip
from pathlib import Path

from fer_kedro.datasets.fer2013_csv import is_fer2013_csv, read_fer2013_csv
from fer_kedro.datasets.file_tree import MOST_BYTES_OF_CSV, damage_named, in_mib, is_picture, starts_with
from fer_kedro.datasets.image_folders import read_image_tree
from fer_kedro.datasets.tar_tree import GZIP_MAGIC, GzipFileTree, TarTree
from fer_kedro.datasets.zip_tree import ZipTree
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Archive = ZipTree | TarTree | GzipFileTree
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")


def is_archive(path: Path) -> bool:
    """Whether the file begins as a zip or gzip does, or is a tar."""
    return path.is_file() and (
        starts_with(path, *ZIP_MAGICS, GZIP_MAGIC) or starts_with(path, TAR_MAGIC, at=TAR_MAGIC_AT)
    )


def read_archive(path: Path) -> Faces:
    """Read the one CSV or the picture folders in an archive; nothing of it is written to the disk.

    Archives in the archive stay closed.

    Raises
    ------
    InputError
        If the archive is damaged, or unsafe, or holds no faces, or more than one source; and as the readers of the
        CSV and of pictures.
    """
    with _tree(path) as tree:
        csvs = _csvs(tree)
        has_pictures = any(map(is_picture, tree.names))
        if len(csvs) + has_pictures != 1:
            raise InputError(_not_one_source(tree, csvs, has_pictures))
        return read_image_tree(tree) if has_pictures else _read_csv(tree, csvs[0])


def _tree(path: Path) -> Archive:
    if starts_with(path, *ZIP_MAGICS):
        return ZipTree(path)
    if not starts_with(path, GZIP_MAGIC):
        return TarTree(path)
    with damage_named(path), gzip.open(path) as file:
        is_tar = file.read(TAR_MAGIC_AT + len(TAR_MAGIC)).endswith(TAR_MAGIC)
    return TarTree(path) if is_tar else GzipFileTree(path)


def _csvs(tree: Archive) -> list[str]:
    alone = len(tree.names) == 1
    named = [name for name in tree.names if not is_picture(name) and (alone or name.lower().endswith(".csv"))]
    with damage_named(tree.path):
        return [name for name in named if is_fer2013_csv(tree.file(name))]


def _read_csv(tree: Archive, name: str) -> Faces:
    if (size := tree.size(name)) > MOST_BYTES_OF_CSV:
        raise InputError(
            f"{tree.where(name)} has {in_mib(size)}, more than the {in_mib(MOST_BYTES_OF_CSV)} that are read from an "
            "archive; unpack it and give the CSV."
        )
    with damage_named(tree.path):
        return read_fer2013_csv(tree.file(name))


def _not_one_source(tree: Archive, csvs: list[str], has_pictures: bool) -> str:
    if csvs:
        sources = " and ".join([*csvs, "pictures"] if has_pictures else csvs)
        return f"{tree.path} holds several sources, {sources}; unpack it and give one of them."
    if nested := [name for name in tree.names if name.lower().endswith(ARCHIVE_SUFFIXES)]:
        return f"{tree.path} holds another archive, {nested[0]}, which stays closed; unpack it and give the inner one."
    found = f" ({', '.join(tree.names[:3])}{', …' if len(tree.names) > 3 else ''})" if tree.names else ""
    return (
        f"{tree.path} holds no FER-2013{found}; in an archive it can be a CSV with emotion, pixels and Usage, or "
        "pictures in class folders."
    )
