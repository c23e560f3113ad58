"""The files below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from fer_kedro.datasets.file_tree import FileTree, is_hidden, is_picture, printable
from fer_kedro.errors import InputError


class FolderTree(FileTree):
    """All visible files below a folder, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names = tuple(walk(path))

    def open(self, name: str) -> IO[bytes]:
        """Open one file to be read."""
        return open(f"{self.path}/{name}", "rb", buffering=0)  # a `Path` would take as long as the reading

    def where(self, name: str) -> str:
        """Name one file to the user."""
        return f"{self.path}/{name}"


def walk(folder: Path) -> Iterator[str]:
    """Give the relative paths of the visible files below a folder, sorted folder by folder.

    The folder itself may be a link; links below it are followed within it.

    Raises
    ------
    InputError
        If a link below leads out of the folder or to a folder that it stands in, or a picture is no ordinary file.
    OSError
        If a folder can't be read or a link leads nowhere.
    """
    root = _resolved(folder)
    return _walk(str(folder), "", root, (root,))


def _walk(folder: str, prefix: str, root: Path, above: tuple[Path, ...]) -> Iterator[str]:
    with os.scandir(folder) as entries:
        visible = sorted((entry for entry in entries if not is_hidden(entry.name)), key=lambda entry: entry.name)
    for entry in visible:
        if entry.is_symlink():
            _check_link(Path(entry.path), root, above)
        name = prefix + printable(entry.name, Path(folder))
        if entry.is_dir():
            yield from _walk(entry.path, f"{name}/", root, (*above, _resolved(Path(entry.path))))
        elif entry.is_file():
            yield name
        elif is_picture(name):
            raise InputError(f"{entry.path} is no ordinary file (perhaps a pipe or a device); delete it.")


def _check_link(link: Path, root: Path, above: tuple[Path, ...]) -> None:
    target = _resolved(link)
    if not target.is_relative_to(root):
        raise InputError(
            f"{link} is a link that leads out of the folder, to {target}; put the files themselves there, or pass "
            "--params=source=<the folder that holds them>."
        )
    if target in above:
        raise InputError(f"{link} is a link to {target}, a folder that it stands in; delete the link.")


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path, strict=True))  # on a loop of links, `Path.resolve` raises no `OSError`
