"""The Kaggle CSV: what is read, and what is refused with the row's number."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fer_kedro.datasets import fer2013_csv
from fer_kedro.datasets.fer2013_csv import (
    _read_carefully,
    _read_quickly,
    is_fer2013_csv,
    parse_pixels,
    read_fer2013_csv,
)
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Write = Callable[..., Path]
Rows = list[list[str]]
N = 48 * 48


def test_labels_usages_pixels_and_row_numbers_are_kept(faces: Faces, rows: Rows, write_csv: Write) -> None:
    read = read_fer2013_csv(write_csv(rows))
    np.testing.assert_array_equal(read.images, faces.images)
    assert read == faces
    assert list(read.table["face_id"]) == [str(row) for row in range(9)]
    assert read.provenance.source == "fer2013"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "header",
    ["emotion,pixels,Usage", "\ufeffEmotion, PIXELS, usage", '"emotion","pixels","Usage"', '"emotion,pixels,Usage'],
)
def test_spelling_of_the_header_and_line_ends_do_not_matter(
    faces: Faces, rows: Rows, write_csv: Write, header: str, newline: str
) -> None:
    path = write_csv(rows, header=header, newline=newline)
    assert is_fer2013_csv(path)
    assert read_fer2013_csv(path) == faces


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("header", ["emotion,pixels,Usage", "\ufeffEmotion, PIXELS, usage", '"emotion,pixels,Usage'])
def test_the_quick_reader_alone_reads_what_the_careful_one_reads(
    rows: Rows, write_csv: Write, header: str, newline: str
) -> None:
    path = write_csv(rows, header=header, newline=newline)
    quick, careful = (zip(*read(path), strict=True) for read in (_read_quickly, _read_carefully))
    for by_block, by_row in zip(quick, careful, strict=True):
        np.testing.assert_array_equal(np.concatenate(by_block), np.concatenate(by_row))


def test_columns_may_stand_in_any_order_among_others(faces: Faces, rows: Rows, write_csv: Write) -> None:
    mixed = [["17", usage, f'"{pixels}"', "", label] for label, pixels, usage in rows]
    assert read_fer2013_csv(write_csv(mixed, header=",Usage,pixels,,emotion")) == faces


@pytest.mark.parametrize("size", [12_000, 50_000, 1_000_000])
def test_blocks_of_any_size_keep_the_order(
    faces: Faces, rows: Rows, write_csv: Write, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(fer2013_csv, "BLOCK_BYTES", size)
    monkeypatch.setattr(fer2013_csv, "ROWS_AT_ONCE", 2)
    assert read_fer2013_csv(write_csv(rows)) == faces


@pytest.mark.parametrize("change", [lambda text: text.replace(" ", "  "), lambda text: f" {text} "])
def test_odd_spacing_is_accepted(faces: Faces, rows: Rows, write_csv: Write, change: Callable[[str], str]) -> None:
    rows[4][1] = change(rows[4][1])
    assert read_fer2013_csv(write_csv(rows)) == faces


def test_empty_lines_are_no_rows(faces: Faces, rows: Rows, write_csv: Write) -> None:
    path = write_csv(rows)
    path.write_text(path.read_text().replace("\n", "\n\n"))
    assert read_fer2013_csv(path) == faces


@pytest.mark.parametrize("spacing", [" ", "  "], ids=["quick", "careful"])
def test_more_rows_than_are_read_are_refused_and_the_rest_of_the_file_is_not_read(
    rows: Rows, write_csv: Write, monkeypatch: pytest.MonkeyPatch, spacing: str
) -> None:
    rows[0][1] = rows[0][1].replace(" ", spacing, 1)
    monkeypatch.setattr(fer2013_csv, "MOST_ROWS", 9)
    path = write_csv(rows)
    assert len(read_fer2013_csv(path)) == 9
    monkeypatch.setattr(fer2013_csv, "MOST_ROWS", 8)
    with pytest.raises(InputError, match=r"fer\.csv holds more than the 8 faces that are read; give a smaller file"):
        read_fer2013_csv(path)
    monkeypatch.setattr(fer2013_csv, "MOST_ROWS", 2)
    assert len(_read_carefully(path)) == 3


def test_blocks_wait_on_the_disk_where_parsing_is_slower_than_reading(
    rows: Rows, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, parse, held = write_csv(rows * 300), fer2013_csv._parse_block, []

    def parse_slowly(block: pa.RecordBatch) -> fer2013_csv.Part:
        time.sleep(0.005)
        held.append(pa.total_allocated_bytes() - before)
        return parse(block)

    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "2")
    monkeypatch.setattr(fer2013_csv, "BLOCK_BYTES", 1 << 16)
    monkeypatch.setattr(fer2013_csv, "_parse_block", parse_slowly)
    before = pa.total_allocated_bytes()
    assert len(read_fer2013_csv(path)) == 2700
    assert len(held) > 300
    assert max(held) < path.stat().st_size / 2, "bytes of blocks in memory at once"


def with_pixel(value: str, place: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        numbers = text.split()
        numbers[place] = value
        return " ".join(numbers)

    return change


@pytest.mark.parametrize("place", [0, 1200, N - 1])
@pytest.mark.parametrize("value", ["256", "300", "999", "1000", "0007", "-1", "a", "1.5", "+7", "1e2", "²", "7\t8"])
def test_a_pixel_that_is_no_whole_number_up_to_255_is_named(
    rows: Rows, write_csv: Write, value: str, place: int
) -> None:
    rows[4][1] = with_pixel(value, place)(rows[4][1])
    expected = "2305 pixels" if "\t" in value else f"the pixel {value!r}"
    with pytest.raises(InputError, match=r"data row 5 \(line 6\), has " + expected.replace("+", r"\+")):
        read_fer2013_csv(write_csv(rows))


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        (0, "9", "the emotion '9' instead of a whole number from 0 to 6"),
        (0, "", "the emotion '' instead of a whole number from 0 to 6"),
        (0, "3.0", "the emotion '3.0' instead of a whole number from 0 to 6"),
        (2, "Test", "the usage 'Test' instead of Training, PublicTest or PrivateTest"),
        (1, " ".join(["7"] * (N - 1)), "2303 pixels instead of 2304"),
        (1, " ".join(["7"] * (N + 1)), "2305 pixels instead of 2304"),
        (1, "", "0 pixels instead of 2304"),
        (1, "7,7", "4 columns instead of 3"),
        (1, "7" * 200_000, "field larger than field limit"),
    ],
)
def test_the_first_bad_row_is_named_in_one_sentence(
    rows: Rows, write_csv: Write, field: int, text: str, complaint: str
) -> None:
    rows[2][field] = rows[7][field] = text
    with pytest.raises(InputError) as refusal:
        read_fer2013_csv(write_csv(rows))
    sentence = str(refusal.value)
    assert "fer.csv, data row 3 (line 4), has " + complaint in sentence
    assert "\n" not in sentence


def test_a_name_that_promises_compression_does_not_matter(faces: Faces, rows: Rows, write_csv: Write) -> None:
    assert read_fer2013_csv(write_csv(rows, name="fer2013.csv.gz")) == faces


def test_quoted_line_breaks_between_pixels_are_spaces(faces: Faces, rows: Rows, write_csv: Write) -> None:
    for row in rows:
        row[1] = '"' + row[1].replace(" ", "\n", 3) + '"'
    assert read_fer2013_csv(write_csv(rows)) == faces


def test_a_quote_that_is_never_closed_is_named(rows: Rows, write_csv: Write) -> None:
    rows[2][1] = '"' + rows[2][1]
    with pytest.raises(InputError, match=r"data row 3 \(line 10\), has 2 columns instead of 3"):
        read_fer2013_csv(write_csv(rows))


def test_pixels_missing_in_one_row_and_too_many_in_the_next_are_noticed(rows: Rows, write_csv: Write) -> None:
    rows[0][1], rows[1][1] = " ".join(["7"] * (N - 1)), " ".join(["7"] * (N + 1))
    with pytest.raises(InputError, match=r"data row 1 .* 2303 pixels"):
        read_fer2013_csv(write_csv(rows))


def test_a_file_cut_short_is_refused(rows: Rows, write_csv: Write) -> None:
    path = write_csv(rows)
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(InputError, match=r"data row 9 \(line 10\), has 2 columns instead of 3"):
        read_fer2013_csv(path)


@pytest.mark.parametrize("lines", [0, 1, 3_000_000])
def test_a_header_alone_is_refused(write_csv: Write, lines: int) -> None:
    path = write_csv([])
    path.write_bytes(path.read_bytes() + b"\n" * lines)
    with pytest.raises(InputError, match="a header but no faces"):
        read_fer2013_csv(path)


@pytest.mark.parametrize("header", ["emotion,pixels", "emotion,pixels,Usage,usage", "a,b,c", ""])
def test_other_headers_are_not_recognised(rows: Rows, write_csv: Write, header: str) -> None:
    assert not is_fer2013_csv(write_csv(rows, header=header))


def test_parsing_agrees_with_python_on_every_length_of_number() -> None:
    rng = np.random.default_rng(1)
    expected = rng.choice([0, 7, 9, 10, 42, 99, 100, 199, 249, 250, 255], (50, N)).astype(np.uint8)
    texts = pa.array([" ".join(map(str, row)).encode() for row in expected])
    np.testing.assert_array_equal(parse_pixels(texts), expected)
    np.testing.assert_array_equal(parse_pixels(texts[7:19]), expected[7:19])
