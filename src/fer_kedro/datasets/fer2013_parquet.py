"""FER-2013 as Parquet: `emotion`, `usage` and `image`, an encoded picture or its 2,304 grey values."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, SIZE, USAGES, Faces, Images

MAGIC, PNG_MAGIC = b"PAR1", b"\x89PNG"
FIELDS = ("emotion", "usage", "image")
ROWS_A_TASK = 1024


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_fer2013_parquet(path: Path) -> Faces:
    """Read and check every row; pictures are decoded in several threads.

    Raises
    ------
    InputError
        If the file can't be read or lacks a column, or a row has a label other than 0 to 6, an unknown usage,
        or an image that is not 48×48 and grey.
    """
    table = _read_columns(path)
    if not len(table):
        raise InputError(f"{path} has columns but no faces; get the file again.")
    labels = pa.array(range(len(EMOTIONS)), pa.int8())
    emotion = _codes(table["emotion"], labels, path, f"an emotion from 0 to {len(EMOTIONS) - 1}")
    usage = _codes(table["usage"], pa.array(USAGES), path, f"the usage {', '.join(USAGES[:-1])} or {USAGES[-1]}")
    images = _decode_all(table["image"], path)
    return Faces.build(images, emotion, np.take(USAGES, usage), source="fer2013")


def _read_columns(path: Path) -> pa.Table:
    """Read the three columns, named in lower case whatever the file's spelling."""
    try:
        spelling = {name.lower(): name for name in pq.read_schema(path).names}
        if missing := [field for field in FIELDS if field not in spelling]:
            raise InputError(
                f"{path} is Parquet without the column {missing[0]!r} ({', '.join(spelling)} it has); "
                "FER-2013 needs emotion, usage and image."
            )
        table = pq.read_table(path, columns=[spelling[field] for field in FIELDS])
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path} begins like Parquet but can't be read, perhaps cut short; get the file again."
        ) from error
    return table.rename_columns(FIELDS)


def _codes(column: pa.ChunkedArray, known: pa.Array, path: Path, expected: str) -> npt.NDArray[np.intp]:
    """Find each value's place among the known ones."""
    try:
        codes = pc.index_in(column.cast(known.type), value_set=known)
    except pa.ArrowException as error:
        raise InputError(f"{path} holds {column.type} that is not {expected}; correct that column.") from error
    if codes.null_count:
        row = pc.index(codes.is_null(), True).as_py()
        found = repr(column[row].as_py())
        raise InputError(f"{path}, row {row + 1}, has {found} instead of {expected}; correct it.")
    places: npt.NDArray[np.intp] = codes.to_numpy().astype(np.intp)
    return places


def _decode_all(column: pa.ChunkedArray, path: Path) -> Images:
    starts = range(0, len(column), ROWS_A_TASK)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = pool.map(lambda start: _decode(column[start : start + ROWS_A_TASK], start, path), starts)
        return np.concatenate(list(parts))


def _decode(encoded: pa.ChunkedArray, first_row: int, path: Path) -> Images:
    images = np.empty((len(encoded), SIZE, SIZE), np.uint8)
    for row, data in enumerate(encoded.to_pylist()):
        image = _decode_one(data) if isinstance(data, bytes) else None
        if image is None or image.shape != (SIZE, SIZE) or image.dtype != np.uint8:
            found = "no picture" if image is None else f"{image.dtype} of shape {image.shape}"
            where = f"{path}, row {first_row + row + 1}"
            raise InputError(f"{where}, holds {found} instead of a 48×48 grey image; correct it.")
        images[row] = image
    return images


def _decode_one(data: bytes) -> npt.NDArray[np.generic] | None:
    import cv2

    pixels = np.frombuffer(data, np.uint8)
    if len(pixels) == SIZE * SIZE and not data.startswith(PNG_MAGIC):
        return pixels.reshape(SIZE, SIZE)
    return cv2.imdecode(pixels, cv2.IMREAD_UNCHANGED) if data else None
