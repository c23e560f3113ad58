"""FER-2013 as Parquet: `emotion`, `usage` and `image`, an encoded picture or its 2,304 grey values."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fer_kedro.datasets.picture import PictureError, to_face
from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, SIZE, USAGES, Faces, Images
from fer_kedro.threads import thread_count

MAGIC = b"PAR1"
FIELDS = ("emotion", "usage", "image")
LABELS, KNOWN_USAGES = pa.array(range(len(EMOTIONS)), pa.int8()), pa.array(USAGES)
ROWS_AT_ONCE, PICTURES_A_TASK = 8192, 1024
MOST_ROWS, MOST_COLUMN_BYTES, MOST_PICTURE_BYTES = 2_000_000, 1 << 30, 1 << 24
"""Nothing beyond these is FER-2013, and a file of kilobytes could ask for terabytes of memory."""

PNG_MAGIC, JPEG_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

Codes = npt.NDArray[np.intp]


class _Batch(NamedTuple):
    """Some rows of the file; texts and pictures are dictionary-encoded, so that equal ones are held once."""

    path: Path
    first_row: int
    columns: pa.RecordBatch

    def refusal(self, row: int, found: str) -> InputError:
        return InputError(f"{self.path}, row {self.first_row + row + 1}, {found}; correct it.")


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_fer2013_parquet(path: Path) -> Faces:
    """Read and check every row, some thousands at a time; pictures are decoded in several threads.

    Raises
    ------
    InputError
        If the file can't be read, lacks a column or is out of all proportion, or a row has a label other than 0
        to 6, an unknown usage, or an image that is no picture.
    """
    with ThreadPoolExecutor(thread_count()) as pool:
        parts = [_read_batch(batch, pool) for batch in _batches(path)]
    if not parts:
        raise InputError(f"{path} has columns but no faces; get the file again.")
    emotion, usage, images = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Faces.build(images, emotion, np.take(USAGES, usage), source="fer2013")


def _batches(path: Path) -> Iterator[_Batch]:
    """Read the three columns, named in lower case whatever the file's spelling."""
    first_row = 0
    try:
        with pq.ParquetFile(path) as file:
            names = _names(file.schema_arrow, path)
            _check_size(file.metadata, path)
        with pq.ParquetFile(path, read_dictionary=names, page_checksum_verification=True) as file:
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=names):
                yield _Batch(path, first_row, batch.select(names).rename_columns(FIELDS))
                first_row += len(batch)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path} begins like Parquet but can't be read, perhaps cut short; get the file again."
        ) from error


def _names(schema: pa.Schema, path: Path) -> list[str]:
    """Find the columns' names as the file spells them."""
    spelling = {name.lower(): name for name in schema.names}
    if missing := [field for field in FIELDS if field not in spelling]:
        raise InputError(
            f"{path} is Parquet without the column {missing[0]!r} ({', '.join(spelling)} it has); "
            "FER-2013 needs emotion, usage and image."
        )
    names = [spelling[field] for field in FIELDS]
    for name in names:
        if schema.names.count(name) > 1 or pa.types.is_nested(schema.field(name).type):
            raise InputError(f"{path} does not hold one plain value a row in the column {name!r}; correct that column.")
    return names


def _check_size(metadata: pq.FileMetaData, path: Path) -> None:
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    sizes = [group.column(place).total_uncompressed_size for group in groups for place in range(group.num_columns)]
    if metadata.num_rows > MOST_ROWS or max(sizes, default=0) > MOST_COLUMN_BYTES:
        raise InputError(
            f"{path} declares {metadata.num_rows:,} rows and up to {max(sizes):,} bytes a column, more than the "
            f"{MOST_ROWS:,} and {MOST_COLUMN_BYTES:,} that are read; give smaller files or row groups."
        )


def _read_batch(batch: _Batch, pool: Executor) -> tuple[Codes, Codes, Images]:
    emotion = _codes(batch, "emotion", LABELS, f"an emotion from 0 to {len(EMOTIONS) - 1}")
    usage = _codes(batch, "usage", KNOWN_USAGES, f"the usage {', '.join(USAGES[:-1])} or {USAGES[-1]}")
    return emotion, usage, _decode_all(batch, pool)


def _codes(batch: _Batch, field: str, known: pa.Array, expected: str) -> Codes:
    """Find each value's place among the known ones."""
    values, rows = _encoded(batch.columns[field])
    try:
        codes = pc.index_in(values.cast(known.type), value_set=known).take(rows)
    except pa.ArrowException as error:
        raise InputError(f"{batch.path} holds {values.type} that is not {expected}; correct that column.") from error
    if codes.null_count:
        row = pc.index(codes.is_null(), True).as_py()
        found = repr(batch.columns[field][row].as_py())[:40]
        raise batch.refusal(row, f"has {found} instead of {expected}")
    places: Codes = codes.to_numpy().astype(np.intp)
    return places


def _encoded(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Split a column into its distinct values and, for each row, its value's place or null."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return encoded.dictionary, encoded.indices


def _decode_all(batch: _Batch, pool: Executor) -> Images:
    """Decode each distinct picture once."""
    pictures, rows = _encoded(batch.columns["image"])
    kind = pictures.type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)):
        raise InputError(f"{batch.path} holds {kind} in the column 'image', not pictures; correct that column.")
    if rows.null_count:
        raise batch.refusal(pc.index(rows.is_null(), True).as_py(), "holds no picture")
    used, places = np.unique(rows.to_numpy(), return_inverse=True)
    first_rows = np.unique(places, return_index=True)[1]

    def decode(start: int) -> Images:
        part = slice(start, start + PICTURES_A_TASK)
        encoded = (picture.as_py() for picture in pictures.take(pa.array(used[part])))
        return np.stack([_decode(data, batch, row) for data, row in zip(encoded, first_rows[part], strict=True)])

    decoded = np.concatenate(list(pool.map(decode, range(0, len(used), PICTURES_A_TASK))))
    images: Images = decoded[places]
    return images


def _decode(data: bytes, batch: _Batch, row: int) -> Images:
    if len(data) > MOST_PICTURE_BYTES:
        raise batch.refusal(row, f"holds {len(data):,} bytes instead of a picture of a face")
    if len(data) == SIZE * SIZE and not data.startswith((PNG_MAGIC, JPEG_MAGIC)):
        return np.frombuffer(data, np.uint8).reshape(SIZE, SIZE)
    try:
        return to_face(data)
    except PictureError as error:
        raise batch.refusal(row, f"holds an image that {error}") from error
