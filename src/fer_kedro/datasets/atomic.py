"""Files that appear whole or not at all."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from fer_kedro.errors import InputError

LEFTOVER = re.compile(r"\..+\.[0-9a-f]{32}(\.[\w-]+)?")
ALMOST_NOTHING = 1 << 16
"""Bytes left on a disk that is as good as full."""


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it takes the name `path` only when the block ends well.

    The temporary file stands in the same folder (made if need be), is hidden, and keeps the suffix. It
    reaches the disk before it is renamed, so after a kill or a power cut `path` is either the old file or the
    new one.

    Raises
    ------
    InputError
        If the disk is full.
    OSError
        If the folder can't be written to; what the block raises passes through and leaves `path` as it was.

    Examples
    --------
    >>> with atomic_path(Path("docs/answer.txt")) as temporary:  # doctest: +SKIP
    ...     temporary.write_text("42")
    """
    temporary = path.with_name(f".{path.stem}.{uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    except Exception as error:
        if _is_full(path, error):
            raise InputError(
                f"The disk is full: {path} could not be written and is as it was before; free some space and run the "
                "same command again, which goes on from what is stored."
            ) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete the temporary files that killed processes left in a folder and below; nobody may be writing there."""
    for path in folder.rglob(".*"):
        if LEFTOVER.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _is_full(path: Path, error: BaseException | None) -> bool:
    """Whether the disk is why a write failed; libraries disguise the system's error, so the free space counts too."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return shutil.disk_usage(folder).free < ALMOST_NOTHING


def _flush_folder(folder: Path) -> None:
    """Make a rename in the folder last; only POSIX lets a folder be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
