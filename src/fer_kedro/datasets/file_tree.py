"""Files below one place, a folder or an archive, by their names in it; nothing is ever unpacked to the disk."""

import re
import struct
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from fer_kedro.errors import InputError

MIB = 1 << 20
MOST_BYTES_OF_PICTURE = 64 * MIB
USUAL_BYTES_OF_PICTURE = MIB // 16
"""Asked for first: room for the most would cost more time than reading a small file."""
MOST_BYTES_OF_CSV = 1024 * MIB
MOST_BYTES_UNPACKED = 8192 * MIB
MOST_FILES = 1_000_000
SUSPICIOUS_RATIO = 100
"""Unpacked to packed. Pictures hardly shrink, and the CSV shrinks to about a fourth."""
UNSUSPICIOUS_BYTES = 256 * MIB

PICTURE_SUFFIXES = frozenset(
    ".png .jpg .jpeg .jpe .jfif .bmp .webp .tif .tiff .gif .pgm .ppm .pnm .heic .heif .avif .jp2".split()
)
DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, LookupError, NotImplementedError, OverflowError, RecursionError),
)
"""What Python's readers of archives raise on arbitrary bytes, measured by fuzzing."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class FileTree(ABC):
    """The visible files below a place.

    Attributes
    ----------
    path
        The folder or archive.
    names
        Paths relative to it with `/` between the parts, in the order in which they are quickest to read.
    """

    path: Path
    names: Sequence[str]

    @abstractmethod
    def open(self, name: str) -> IO[bytes]:
        """Open one file to be read."""

    def read_pictures(self, names: Iterable[str]) -> Iterator[bytes]:
        """Give the contents of some files, which should come in the order of `names`.

        Raises
        ------
        InputError
            If one is larger than a picture may be, or the archive is damaged.
        """
        for name in names:
            with self.open(name) as file:
                yield self.read_picture(name, file)

    def read_picture(self, name: str, file: IO[bytes]) -> bytes:
        """Read all of a file unless it is larger than a picture may be."""
        data = file.read(USUAL_BYTES_OF_PICTURE)
        if len(data) == USUAL_BYTES_OF_PICTURE:
            data += file.read(MOST_BYTES_OF_PICTURE + 1 - len(data))
        if len(data) > MOST_BYTES_OF_PICTURE:
            raise InputError(f"{self.where(name)} has more than {in_mib(MOST_BYTES_OF_PICTURE)}; make it smaller.")
        return data

    def file(self, name: str) -> "FileInTree":
        """Return one file as something to pass on."""
        return FileInTree(self, name)

    def where(self, name: str) -> str:
        """Name one file to the user."""
        return f"{name} in {self.path}"

    def close(self) -> None:  # noqa: B027 - most trees keep nothing open
        """Close what is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class FileInTree:
    """One file of a tree, which opens like a `Path`."""

    tree: FileTree
    name: str

    def open(self, _mode: Literal["rb"] = "rb", /) -> IO[bytes]:
        """Open it anew."""
        return self.tree.open(self.name)

    def is_file(self) -> bool:
        """Trees hold ordinary files only."""
        return True

    def __str__(self) -> str:
        return self.tree.where(self.name)


def is_picture(name: str) -> bool:
    """Whether a file's name ends as a picture's does."""
    return name[name.rfind(".") :].lower() in PICTURE_SUFFIXES if "." in name else False


def is_hidden(name: str) -> bool:
    """Whether a relative path is one of the files that systems leave behind: `.DS_Store`, `__MACOSX/…`."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def relative_name(archive: Path, name: str) -> str:
    """Normalise a member's name, which is only ever looked at.

    Raises
    ------
    InputError
        If the name leads out of the archive or can't be printed.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise InputError(f"{archive} holds {name!r}, a name that leads out of it; get the archive from a safe place.")
    return printable("/".join(parts), archive)


def printable(name: str, place: Path) -> str:
    """Return the name, or refuse one with control characters or bytes that are not UTF-8."""
    if UNPRINTABLE.search(name):
        raise InputError(f"{place} holds {name!r}, a name with unprintable characters; rename that file.")
    return name


def check_unpacked_size(archive: Path, unpacked: int) -> None:
    """Refuse what grows so much that it must be a decompression bomb.

    Raises
    ------
    InputError
        If more than 8 GiB come out, or more than a hundred times the archive's own size (from 256 MiB on).
    """
    if unpacked <= UNSUSPICIOUS_BYTES:
        return
    size = archive.stat().st_size
    if unpacked > min(MOST_BYTES_UNPACKED, SUSPICIOUS_RATIO * size):
        raise InputError(
            f"{archive} of {in_mib(size)} unpacks to {in_mib(unpacked)} or more, which no data set does; get it from "
            "a safe place, or unpack it yourself and give the folder."
        )


@contextmanager
def damage_named(archive: Path) -> Iterator[None]:
    """Turn what the readers of a damaged archive raise into one sentence.

    Raises
    ------
    InputError
        If the archive is damaged.
    """
    try:
        yield
    except InputError:
        raise
    except DAMAGE as error:
        if getattr(error, "filename", None):  # the file itself can't be opened
            raise
        reason = " ".join(str(error).split())
        raise InputError(f"{archive} is damaged or cut short ({reason}); download it or pack it again.") from error


def starts_with(path: Path, *marks: bytes, at: int = 0) -> bool:
    """Whether one of some marks stands at the beginning of a file, or at a place in it."""
    with path.open("rb") as file:
        file.seek(at)
        return file.read(max(map(len, marks))).startswith(marks)


def in_mib(size: int) -> str:
    """Write a size for people, such as `0.2 MiB`."""
    return f"{size / MIB:,.1f} MiB" if size < 10 * MIB else f"{size // MIB:,} MiB"
