"""FER-2013 as the Kaggle challenge's CSV: a label, 2,304 grey values and a usage in each row."""

import csv
import io
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from fer_kedro.datasets.thread_map import map_in_threads
from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS, SIZE, USAGES, Faces, Images

FIELDS = ("emotion", "pixels", "usage")
LABELS = tuple(str(code) for code in range(len(EMOTIONS)))
PIXELS = SIZE * SIZE
BLOCK_BYTES = 1 << 20
LONGEST_HEADER, LONGEST_LINE = 4096, 1 << 20
"""A line is read in pieces of so many characters: none fits a row, so the first is refused, whatever follows."""
ROWS_AT_ONCE = 16
"""Parsed together: so few that malloc reuses the pages of the intermediate arrays (a tenth of the page faults)."""
MOST_ROWS = 2_000_000
"""As many as of Parquet, 4.6 GB of pixels: nothing beyond them is FER-2013."""

Codes = npt.NDArray[np.int8]
Part = tuple[Codes, Codes, npt.NDArray[np.uint8]]
"""Labels, usages (as indices into `USAGES`) and pixels, shape (n, 2304), of some rows."""


class File(Protocol):
    """A `Path`, or a file in an archive: it opens as bytes, and its text names it to the user."""

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Open it anew."""
        ...

    def is_file(self) -> bool:
        """Whether it is an ordinary file."""
        ...


class _UnusualText(Exception):
    """The quick reader met something that only the careful one can judge."""


def is_fer2013_csv(path: File) -> bool:
    """Whether the file's first line names emotion, pixels and Usage, in any case and order."""
    return path.is_file() and all(_header(path).count(field) == 1 for field in FIELDS)


def read_fer2013_csv(path: File) -> Faces:
    """Read and check every row.

    Several threads parse blocks of rows with NumPy; beside the pixels, memory holds a few blocks at a time. Where a
    block is not plainly right, the file is read again row by row, which accepts odd spacing and otherwise names the
    first bad row.

    Raises
    ------
    InputError
        If a row has a label other than 0 to 6, an unknown usage, or not exactly 2,304 whole numbers from 0 to
        255, or if there are no rows or more than two millions.
    """
    try:
        parts = _read_quickly(path)
    except (_UnusualText, pa.ArrowException):
        parts = _read_carefully(path)
    if not parts:
        raise InputError(f"{path} has a header but no faces; download fer2013.csv again.")
    if sum(len(emotion) for emotion, *_ in parts) > MOST_ROWS:
        raise InputError(f"{path} holds more than the {MOST_ROWS:,} faces that are read; give a smaller file.")
    emotion, usage, pixels = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Faces.build(pixels.reshape(-1, SIZE, SIZE), emotion, np.take(USAGES, usage), source="fer2013")


def parse_pixels(texts: pa.BinaryArray) -> npt.NDArray[np.uint8]:
    """Turn rows of numbers with one space between them into uint8, shape (n, 2304).

    All digits are found at once: the one, two or three bytes before each space. Every byte must be such a
    digit or a space, so nothing passes that is not a row of 2,304 whole numbers from 0 to 255.

    Raises
    ------
    _UnusualText
        If any row is something else.
    """
    spaced = pc.binary_join_element_wise(texts, b"", b" ")  # a space after the last number too
    _, offsets, data = spaced.buffers()
    row_ends = np.frombuffer(offsets, np.int32, len(spaced) + 1)[1:]
    text = np.frombuffer(data, np.uint8, row_ends[-1])
    digits = text - np.uint8(ord("0"))  # what is no digit wraps round to 10 or more
    spaces = np.flatnonzero(text == ord(" "))
    if len(spaces) != PIXELS * len(row_ends) or (spaces[PIXELS - 1 :: PIXELS] != row_ends - 1).any():
        raise _UnusualText
    # Before the first number, negative indices reach the text's last byte: a space, as before every other.
    ones, tens, hundreds = (digits.take(spaces - place) for place in (1, 2, 3))
    has_tens = tens < 10
    has_hundreds = has_tens & (hundreds < 10)
    values = ones + tens * has_tens * np.uint8(10) + hundreds * has_hundreds * np.uint16(100)
    digits_used = len(ones) + np.count_nonzero(has_tens) + np.count_nonzero(has_hundreds)
    if (ones > 9).any() or (values > 255).any() or digits_used + len(spaces) != len(text):
        raise _UnusualText
    parsed: npt.NDArray[np.uint8] = values.astype(np.uint8).reshape(-1, PIXELS)
    return parsed


def _header(path: File) -> list[str]:
    with io.TextIOWrapper(path.open("rb"), encoding="utf-8-sig", errors="replace") as file:
        line = file.readline(LONGEST_HEADER)
    return [] if len(line) == LONGEST_HEADER else [name.strip(' "\n').lower() for name in line.split(",")]


def _read_quickly(path: File) -> list[Part]:
    reader = arrow_csv.open_csv(
        # A path alone would be unpacked if its name ended in `.gz`, whatever the file holds.
        pa.OSFile(str(path)) if isinstance(path, Path) else path.open("rb"),
        read_options=arrow_csv.ReadOptions(block_size=BLOCK_BYTES, skip_rows=1, column_names=_header(path)),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=FIELDS,
            column_types={"emotion": pa.string(), "pixels": pa.binary(), "usage": pa.string()},
        ),
    )
    return _until_too_many(map_in_threads(_parse_block, filter(len, reader)))


def _until_too_many(parts: Iterable[Part]) -> list[Part]:
    """Gather rows, and read no further once they are more than can be taken."""
    gathered, rows = [], 0
    for part in parts:
        gathered.append(part)
        rows += len(part[0])
        if rows > MOST_ROWS:
            break
    return gathered


def _parse_block(block: pa.RecordBatch) -> Part:
    emotion, usage = _codes(block.column("emotion"), LABELS), _codes(block.column("usage"), USAGES)
    texts = block.column("pixels")
    starts = range(0, len(texts), ROWS_AT_ONCE)
    return emotion, usage, np.concatenate([parse_pixels(texts.slice(start, ROWS_AT_ONCE)) for start in starts])


def _codes(texts: pa.StringArray, known: Iterable[str]) -> Codes:
    codes = pc.index_in(pc.ascii_trim_whitespace(texts), value_set=pa.array(known))
    if codes.null_count:
        raise _UnusualText
    return codes.to_numpy().astype(np.int8)  # type: ignore[no-any-return]


def _read_carefully(path: File) -> list[Part]:
    """Read one row at a time; the first bad one is an error that names it."""
    return _until_too_many(_rows(path))


def _rows(path: File) -> Iterator[Part]:
    header, row = _header(path), 1
    with io.TextIOWrapper(path.open("rb"), encoding="utf-8-sig", errors="replace", newline="") as file:
        file.readline(LONGEST_HEADER)
        reader = csv.reader(iter(partial(file.readline, LONGEST_LINE), ""))
        try:
            for fields in filter(None, reader):
                yield _parse_row(fields, header)
                row += 1
        except (ValueError, csv.Error) as error:
            where = f"{path}, data row {row} (line {reader.line_num + 1})"
            raise InputError(f"{where}, has {error}; correct that row or download the file again.") from error


def _parse_row(fields: list[str], header: list[str]) -> Part:
    if len(fields) != len(header):
        raise ValueError(f"{len(fields)} columns instead of {len(header)}")
    emotion, text, usage = (fields[header.index(field)].strip() for field in FIELDS)
    if emotion not in LABELS:
        raise ValueError(f"the emotion {emotion[:20]!r} instead of a whole number from 0 to {LABELS[-1]}")
    if usage not in USAGES:
        raise ValueError(f"the usage {usage[:20]!r} instead of {', '.join(USAGES[:-1])} or {USAGES[-1]}")
    label, code = np.array([emotion], np.int8), np.array([USAGES.index(usage)], np.int8)
    return label, code, _parse_pixels_of_row(text)


def _parse_pixels_of_row(text: str) -> Images:
    numbers = text.split()
    if len(numbers) != PIXELS:
        raise ValueError(f"{len(numbers)} pixels instead of {PIXELS}")
    for number in numbers:
        if not (number.isascii() and number.isdigit() and len(number) <= 3 and int(number) <= 255):
            raise ValueError(f"the pixel {number[:20]!r} instead of a whole number from 0 to 255")
    return np.array([[int(number) for number in numbers]], np.uint8)
