"""The files in a zip."""

import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from fer_kedro.datasets.file_tree import (
    MOST_FILES,
    FileTree,
    check_unpacked_size,
    damage_named,
    is_hidden,
    is_picture,
    relative_name,
)
from fer_kedro.errors import InputError

READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The only ones that Python unpacks in pieces of bounded size."""

IS_ENCRYPTED = 0x1
END_MAGIC, END_BYTES, END_COUNT = b"PK\x05\x06", 22, slice(10, 12)
IN_ZIP64 = 0xFFFF
"""The count that says: too many for two bytes, look elsewhere."""


class ZipTree(FileTree):
    """All visible files in a zip, in the order in which they were packed.

    Raises
    ------
    InputError
        If the zip is damaged, encrypted, or packed in an unusual way, or if it holds links, names that lead out
        of it, one name twice, or far more than its size.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with damage_named(path):
            self._zip = zipfile.ZipFile(path)
            try:
                self._members = _members(path, self._zip.infolist())
                self._check_directory()
            except BaseException:
                self.close()
                raise
        self.names = tuple(self._members)

    def open(self, name: str) -> IO[bytes]:
        """Open one file to be read; it gives no more bytes than the zip's directory says."""
        with damage_named(self.path):
            return self._zip.open(self._members[name])

    def read_pictures(self, names: Iterable[str]) -> Iterator[bytes]:
        """Give the contents of some files."""
        with damage_named(self.path):
            yield from super().read_pictures(names)

    def size(self, name: str) -> int:
        """Return how many bytes a file has, unpacked."""
        return self._members[name].file_size

    def _check_directory(self) -> None:
        """Notice files that are missed since the directory, which has no checksum, is damaged.

        An entry may swallow the next as its comment: so they are counted. A picture's name may no longer look like
        one: `ZipFile.open` compares names with those before the files themselves.
        """
        with self.path.open("rb") as file:
            file.seek(-END_BYTES - len(self._zip.comment), os.SEEK_END)
            end = file.read(END_BYTES)
        count = int.from_bytes(end[END_COUNT], "little")
        if end.startswith(END_MAGIC) and count not in {len(self._zip.infolist()) & IN_ZIP64, IN_ZIP64}:
            raise zipfile.BadZipFile(f"{len(self._zip.infolist()):,} files in it instead of {count:,}")
        pictures = {info.filename for name, info in self._members.items() if is_picture(name)}
        for info in self._zip.infolist():
            if info.filename not in pictures and not _problem(info):
                self._zip.open(info).close()

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()


def _members(path: Path, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MOST_FILES:
        raise InputError(f"{path} holds {len(infos):,} files, more than {MOST_FILES:,}; unpack it and give the folder.")
    check_unpacked_size(path, sum(info.file_size for info in infos))
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = relative_name(path, info.filename)
        if info.is_dir() or is_hidden(name):
            continue
        if problem := _problem(info) or ("twice" if name in members else None):
            raise InputError(f"{path} holds {name} {problem}; unpack it and give the folder, or pack it again.")
        members[name] = info
    return members


def _problem(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & IS_ENCRYPTED:
        return "encrypted with a password"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "as a link instead of a file"
    if info.compress_type not in READ_METHODS:
        return f"packed by a method other than deflate (number {info.compress_type})"
    return None
