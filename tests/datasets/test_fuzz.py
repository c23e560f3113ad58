"""Hostile and broken files of every form give faces or one sentence: never another exception, never a hang.

Deterministic: hypothesis derives every example from the test's own name.
"""

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_kedro.datasets.fer2013_csv import (
    FIELDS,
    _read_carefully,
    _read_quickly,
    _UnusualText,
    is_fer2013_csv,
    read_fer2013_csv,
)
from fer_kedro.datasets.fer2013_parquet import read_fer2013_parquet
from fer_kedro.datasets.picture import PictureError, to_face
from fer_kedro.datasets.raw_faces_dataset import RawFacesDataset, find_source
from fer_kedro.errors import InputError
from fer_kedro.faces import USAGES, Faces

FACE = np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)
USAGE = ["Training", "PublicTest", "PrivateTest"]


def fuzz(examples: int) -> settings:
    return settings(max_examples=examples, derandomize=True, database=None, deadline=timedelta(seconds=60))


def a_csv() -> bytes:
    texts = (" ".join(map(str, face.ravel())) for face in FACE)
    rows = (f"{label},{text},{usage}\r\n" for label, text, usage in zip((3, 0, 6), texts, USAGE, strict=True))
    return b"\xef\xbb\xbfemotion,pixels,Usage\r\n" + "".join(rows).encode()


def a_parquet() -> bytes:
    sink = io.BytesIO()
    images = [cv2.imencode(".png", face)[1].tobytes() for face in FACE]
    pq.write_table(pa.table({"emotion": [3, 0, 6], "usage": USAGE, "image": images}), sink, compression="zstd")
    return sink.getvalue()


def pictures() -> dict[str, bytes]:
    return {
        f"{split}/{name}/{number}.jpg": cv2.imencode(".jpg", FACE[number])[1].tobytes()
        for number, (split, name) in enumerate([("train", "happy"), ("train", "sad"), ("test", "happy")])
    }


def a_zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in pictures().items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return sink.getvalue()


def a_tar() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz", compresslevel=1) as archive:
        for name, data in pictures().items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return sink.getvalue()


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with up to four places flipped, deleted, repeated, overwritten, or cut off after."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data))) if draw(st.booleans()) else draw(st.integers(0, min(64, len(data))))
        stop = min(len(data), place + draw(st.sampled_from([1, 2, 7, 100, 3000])))
        match draw(st.sampled_from(["flip", "delete", "insert", "overwrite", "repeat", "cut"])):
            case "flip" if place < len(data):
                data[place] ^= 1 << draw(st.integers(0, 7))
            case "delete":
                del data[place:stop]
            case "insert":
                data[place:place] = draw(
                    st.sampled_from([b"\0", b'"', b",", b"\n", b"\r", b" ", b"-", b"\xff", b"9" * 9])
                )
            case "overwrite":
                data[place:stop] = draw(st.binary(min_size=1, max_size=16))
            case "repeat":
                data[place:place] = data[place:stop]
            case "cut":
                del data[place:]
    return bytes(data)


@contextmanager
def stored(data: bytes, name: str = "fer2013") -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def outcome(read: Callable[[], Faces]) -> Faces | None:
    """The faces, or nothing after a refusal of one line; any other exception is the test's failure."""
    try:
        return read()
    except InputError as error:
        assert "\n" not in str(error)
        assert ";" in str(error), "what to do"
        return None


def sound(faces: Faces | None) -> None:
    if faces is not None:
        assert len(faces) > 0
        assert set(faces.labels) <= set(range(len(faces.class_names)))


def agree(path: Path) -> None:
    """What the quick reader reads, the careful one reads too, and alike."""
    try:
        quick = _read_quickly(path)
    except (_UnusualText, pa.ArrowException):
        return
    careful = _read_carefully(path)
    assert bool(quick) == bool(careful)
    for by_block, by_row in zip(zip(*quick, strict=True), zip(*careful, strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate(by_block), np.concatenate(by_row))


@fuzz(300)
@given(mutated(a_csv()))
def test_a_mutated_csv_gives_faces_or_a_sentence(data: bytes) -> None:
    with stored(data) as path:
        if is_fer2013_csv(path):
            sound(outcome(lambda: read_fer2013_csv(path)))
            agree(path)


CELLS = {
    "emotion": st.sampled_from(["0", "6", " 3", "3\t", "\u00a04", "7", "-1", "03", "3.0", "", "³", '"5"', "NA"]),
    "usage": st.sampled_from([*USAGES, " Training ", '"PublicTest"', "Test", "training", "", "null"]),
    "pixels": st.builds(
        lambda value, separator, count, quote: quote + separator.join([value] * count) + quote,
        st.sampled_from(["7", "255", "0", "007", "256", "-1", "1e1", "٣", ""]),
        st.sampled_from([" ", "  ", "\t", "\n", "\u00a0"]),
        st.sampled_from([2304, 2304, 2304, 2303, 2305, 1, 0]),
        st.sampled_from(["", '"', " "]),
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A CSV of odd but possible cells, columns, quotes, line ends and encodings; about a third can be read."""
    header = draw(st.permutations([*FIELDS, *draw(st.sampled_from([[], ["note"], [""]]))]))
    plain = {"emotion": st.just("3"), "usage": st.just("Training"), "pixels": st.just(" ".join(["9"] * 2304))}
    cells = {name: st.one_of(plain[name], CELLS[name]) if name in plain else st.just("x") for name in header}
    rows = [",".join(draw(cells[name]) for name in header) for _ in range(draw(st.integers(0, 3)))]
    end = draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
    spelled = ",".join(
        draw(st.sampled_from([name, name.upper(), f' "{name}"', f'"{name}"', f'"{name}'])) for name in header
    )
    text = end.join([spelled, *rows]) + draw(st.sampled_from(["", end]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))


@fuzz(300)
@given(tables())
def test_both_csv_readers_agree_on_any_table(data: bytes) -> None:
    with stored(data) as path:
        if is_fer2013_csv(path):
            agree(path) if outcome(lambda: read_fer2013_csv(path)) else None


@fuzz(200)
@given(mutated(a_parquet()))
def test_mutated_parquet_gives_the_same_faces_or_a_sentence(data: bytes) -> None:
    with stored(data) as path:
        sound(outcome(lambda: read_fer2013_parquet(path)))


ODD = st.one_of(st.none(), st.integers(-2, 300), st.floats(), st.text(max_size=3), st.binary(max_size=3), st.booleans())


@fuzz(150)
@given(
    st.fixed_dictionaries(
        {
            "emotion": st.one_of(st.lists(st.integers(0, 7), min_size=2, max_size=2), st.tuples(ODD, ODD)),
            "usage": st.one_of(st.lists(st.sampled_from([*USAGES, "x"]), min_size=2, max_size=2), st.tuples(ODD, ODD)),
            "image": st.one_of(st.just([bytes(2304)] * 2), st.tuples(ODD, ODD), st.just([[1], [2]])),
        }
    )
)
def test_parquet_of_any_types_gives_faces_or_a_sentence(columns: dict[str, list[object]]) -> None:
    try:
        table = pa.table({name: list(values) for name, values in columns.items()})
    except (pa.ArrowException, OverflowError):
        return  # no Parquet holds such a mixture
    sink = io.BytesIO()
    pq.write_table(table, sink)
    with stored(sink.getvalue()) as path:
        sound(outcome(lambda: read_fer2013_parquet(path)))


BEGINNINGS = (
    b"",
    b"PAR1",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"emotion,pixels,Usage\n",
    b"\xef\xbb\xbf",
    b"ustar",
    b"BZh9",
)


@fuzz(300)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200), st.sampled_from(["fer2013", "x.csv", "x.zip", "x.tar.gz"]))
def test_any_small_file_is_recognised_or_refused(beginning: bytes, rest: bytes, name: str) -> None:
    def read(path: Path) -> Faces | None:
        source = find_source(path)
        return source[0].read(source[1]) if source else None

    with stored(beginning + rest, name) as path:
        sound(outcome(lambda: read(path)))  # type: ignore[arg-type, return-value]
        sound(outcome(lambda: read(path.parent)))  # type: ignore[arg-type, return-value]


def loaded(path: Path) -> Faces:
    try:
        return RawFacesDataset(filepath=str(path)).load()
    except Exception as error:
        raise (error.__cause__ if isinstance(error.__cause__, InputError) else error) from None


@fuzz(150)
@given(mutated(a_zip()))
def test_a_mutated_zip_gives_faces_or_a_sentence(data: bytes) -> None:
    with stored(data, "fer2013.zip") as path:
        sound(outcome(lambda: loaded(path)))


@fuzz(150)
@given(mutated(a_tar()))
def test_a_mutated_tar_gives_faces_or_a_sentence(data: bytes) -> None:
    with stored(data, "fer2013.tar.gz") as path:
        sound(outcome(lambda: loaded(path)))


@fuzz(400)
@given(
    st.sampled_from([".png", ".jpg", ".bmp", ".webp", ".tiff", ".pgm"]).flatmap(
        lambda form: mutated(cv2.imencode(form, FACE[0])[1].tobytes())
    )
)
def test_a_mutated_picture_gives_a_face_or_a_reason(data: bytes) -> None:
    try:
        face = to_face(data)
    except PictureError as error:
        assert "\n" not in str(error)
    else:
        assert face.shape == (48, 48)
        assert face.dtype == np.uint8
