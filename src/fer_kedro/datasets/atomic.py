"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it takes the name `path` only when the block ends well.

    The temporary file stands in the same folder (made if need be), is hidden, and keeps the suffix. It
    reaches the disk before it is renamed, so after a kill or a power cut `path` is either the old file or the
    new one.

    Raises
    ------
    OSError
        If the folder can't be written to; what the block raises passes through and leaves `path` as it was.

    Examples
    --------
    >>> with atomic_path(Path("docs/answer.txt")) as temporary:  # doctest: +SKIP
    ...     temporary.write_text("42")
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{uuid4().hex}{path.suffix}")
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Make a rename in the folder last; only POSIX lets a folder be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
