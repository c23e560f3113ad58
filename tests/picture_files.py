"""Tiny real pictures, folders and archives for tests."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from kedro.io import DatasetError

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Files = Mapping[str, bytes]


def picture(seed: int, height: int = 48, width: int = 48) -> np.ndarray:
    """Smooth grey noise, uint8, which compresses like a photograph."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 6), dtype=np.uint8)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


def encoded(image: np.ndarray, suffix: str = ".png") -> bytes:
    """The image as a file of that kind."""
    return cv2.imencode(suffix, image)[1].tobytes()


def write_folder(folder: Path, files: Files) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def write_zip(path: Path, files: Files) -> Path:
    """Pack files into a zip and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tar_member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, io.BytesIO]:
    """A member as `TarFile.addfile` takes it."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for field, value in fields.items():
        setattr(member, field, value)
    return member, io.BytesIO(content)


def write_tar(path: Path, files: Files) -> Path:
    """Pack files into a tar, gzipped if its name says so, and return its path."""
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for name, content in files.items():
            archive.addfile(*tar_member(name, content))
    return path


def pack(path: Path, files: Files) -> Path:
    """Write files as a folder, zip, tar or tar.gz, whichever the name says."""
    if path.suffix == ".zip":
        return write_zip(path, files)
    return write_tar(path, files) if ".t" in path.name else write_folder(path, files)


def load(path: Path) -> Faces:
    """Read the source at a path."""
    return RawFacesDataset(filepath=str(path)).load()


def refusal(path: Path) -> str:
    """Say in which one sentence the source at a path is refused."""
    with pytest.raises(DatasetError) as error:
        load(path)
    assert isinstance(error.value.__cause__, InputError)
    sentence = str(error.value.__cause__)
    assert "\n" not in sentence
    return sentence
