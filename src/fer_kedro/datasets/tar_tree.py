"""The files in a tar, plain or gzipped."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, Self, cast

from fer_kedro.datasets.file_tree import (
    MIB,
    MOST_FILES,
    FileTree,
    check_unpacked_size,
    damage_named,
    is_hidden,
    relative_name,
    starts_with,
)
from fer_kedro.errors import InputError

GZIP_MAGIC = b"\x1f\x8b"
MOST_BYTES_AT_ONCE = MIB


class Extent(NamedTuple):
    """Where a file stands in the unpacked tar."""

    start: int
    size: int


class TarTree(FileTree):
    """All visible files in a tar, in the order in which they were packed.

    The tar is read once from end to end to learn where its files stand, and every check is made then.

    Raises
    ------
    InputError
        If the tar is damaged or cut short, or if it holds links, names that lead out of it, one name twice, or far
        more than its size.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with damage_named(path), _Forward(path) as stream:
            self._extents = _extents(path, stream)
            stream.drain()
        self.names = tuple(self._extents)

    def open(self, name: str) -> IO[bytes]:
        """Open one file to be read, which unpacks all before it."""
        extent = self._extents[name]
        stream = _Forward(self.path)
        with damage_named(self.path):
            stream.seek(extent.start)
        return io.BufferedReader(_Part(stream, extent.size, closes_stream=True))

    def read_pictures(self, names: Iterable[str]) -> Iterator[bytes]:
        """Give the contents of some files, in one go if they come in the order of `names`."""
        with damage_named(self.path), _Forward(self.path) as stream:
            for name in names:
                stream.seek(self._extents[name].start)
                yield self.read_picture(name, io.BufferedReader(_Part(stream, self._extents[name].size)))

    def size(self, name: str) -> int:
        """Return how many bytes a file has."""
        return self._extents[name].size


class GzipFileTree(FileTree):
    """A gzip that holds one file and no tar."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with damage_named(path), _Forward(path) as stream:
            self._size = stream.drain()
        self.names = (path.stem,)

    def open(self, name: str) -> IO[bytes]:
        """Open the file to be read."""
        return io.BufferedReader(_Part(_Forward(self.path), self._size, closes_stream=True))

    def size(self, name: str) -> int:
        """Return how many bytes the file has, unpacked."""
        return self._size


class _Forward:
    """An unpacked stream that goes forward only, in pieces of bounded size and not beyond a bomb's length.

    A tar's headers say how much to read and where to go on; hostile ones say several gigabytes, or backwards.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = gzip.open(path) if starts_with(path, GZIP_MAGIC) else path.open("rb")
        self.last = b""

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MOST_BYTES_AT_ONCE:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        self.last = self._file.read(size)
        check_unpacked_size(self.path, self.tell())
        return self.last

    def seek(self, place: int) -> int:
        if place < self.tell():
            raise tarfile.ReadError("a header that leads backwards")
        check_unpacked_size(self.path, place)
        return self._file.seek(place)

    def tell(self) -> int:
        return self._file.tell()

    def drain(self) -> int:
        """Read to the end, where gzip keeps its checksum, and return how long the stream is."""
        while self.read(MOST_BYTES_AT_ONCE):
            pass
        return self.tell()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Part(io.RawIOBase):
    """The next bytes of a stream, so many."""

    def __init__(self, stream: _Forward, size: int, *, closes_stream: bool = False) -> None:
        super().__init__()
        self._stream, self._left, self._closes_stream = stream, size, closes_stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with damage_named(self._stream.path):
            data = self._stream.read(min(len(buffer), self._left, MOST_BYTES_AT_ONCE))
            if self._left and not data:
                raise EOFError("a file in it ends too early")
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._closes_stream:
            self._stream.close()
        super().close()


def _extents(path: Path, stream: _Forward) -> dict[str, Extent]:
    extents: dict[str, Extent] = {}
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:") as archive:
        for count, member in enumerate(archive):
            name = relative_name(path, member.name)
            if count >= MOST_FILES:
                raise InputError(f"{path} holds more than {MOST_FILES:,} files; unpack it and give the folder.")
            if member.isdir() or is_hidden(name):
                continue
            if problem := _problem(member) or ("twice" if name in extents else None):
                raise InputError(f"{path} holds {name} {problem}; unpack it and give the folder, or pack it again.")
            extents[name] = Extent(member.offset_data, member.size)
    if stream.last != bytes(tarfile.BLOCKSIZE):  # tarfile takes any odd block after the first for the end
        raise tarfile.ReadError("it has no end mark")
    return extents


def _problem(member: tarfile.TarInfo) -> str | None:
    if member.issym() or member.islnk():
        return f"as a link to {member.linkname} instead of a file"
    return None if member.isreg() and not member.issparse() else "as something other than an ordinary file"
