"""The Parquet form: PNG pictures or raw pixels, and what is refused with the row's number."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest

from fer_kedro.datasets import FacesDataset, RawFacesDataset, fer2013_parquet
from fer_kedro.datasets.fer2013_parquet import is_parquet, read_fer2013_parquet
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Write = Callable[..., Path]
Columns = dict[str, Any]


def png(*shape: int, dtype: type = np.uint8) -> bytes:
    return cv2.imencode(".png", np.zeros(shape, dtype))[1].tobytes()


def test_pictures_are_decoded_in_order(
    faces: Faces, columns: Columns, write_parquet: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fer2013_parquet, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(fer2013_parquet, "PICTURES_A_TASK", 2)
    read = read_fer2013_parquet(write_parquet(columns))
    np.testing.assert_array_equal(read.images, faces.images)
    assert read == faces


def test_raw_pixels_are_taken_as_they_are(faces: Faces, columns: Columns, write_parquet: Write) -> None:
    columns["image"] = [image.tobytes() for image in faces.images]
    assert read_fer2013_parquet(write_parquet(columns)) == faces


def test_faces_that_this_project_stored_are_a_source(faces: Faces, tmp_path: Path) -> None:
    FacesDataset(filepath=str(tmp_path / "faces.parquet")).save(faces)
    assert RawFacesDataset(filepath=str(tmp_path)).load() == faces


def test_column_names_are_read_in_any_case(faces: Faces, columns: Columns, write_parquet: Write) -> None:
    assert read_fer2013_parquet(write_parquet({name.title(): values for name, values in columns.items()})) == faces


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("emotion", 9, "row 3, has 9 instead of an emotion from 0 to 6"),
        ("emotion", None, "row 3, has None instead of an emotion from 0 to 6"),
        ("emotion", 2.5, "holds double that is not an emotion from 0 to 6"),
        ("emotion", 1000, "holds int64 that is not an emotion from 0 to 6"),
        ("usage", "Test", "row 3, has 'Test' instead of the usage Training, PublicTest or PrivateTest"),
        ("usage", None, "row 3, has None instead of the usage"),
        ("emotion", 2**40, "holds int64 that is not an emotion from 0 to 6"),
        ("usage", "Test" * 99, "row 3, has 'TestTestTestTestTestTestTestTestTestTes instead of the usage"),
        ("image", None, "row 3, holds no picture"),
        ("image", b"", r"row 3, holds an image that is empty \(0 bytes\)"),
        ("image", b"not a picture", "row 3, holds an image that is no picture that can be read"),
        ("image", b"\0" * 2303, "row 3, holds an image that is no picture that can be read"),
        ("image", png(48, 48)[:-30], "row 3, holds an image that is a picture that is cut short or damaged"),
        ("image", b"\xff\xd8\xff" + b"\0" * 2301, "row 3, holds an image that is"),
        ("image", b"\0" * (1 << 24) + b"\0", "row 3, holds 16,777,217 bytes instead of a picture"),
    ],
)
def test_the_bad_row_is_named(
    columns: Columns, write_parquet: Write, column: str, value: object, complaint: str
) -> None:
    columns[column] = [value if row == 2 else old for row, old in enumerate(list(columns[column]))]
    with pytest.raises(InputError, match="fer.parquet.*" + complaint):
        read_fer2013_parquet(write_parquet(columns))


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("usage", {"name": "Training"}, "does not hold one plain value a row in the column 'usage'"),
        ("emotion", [3], "does not hold one plain value a row in the column 'emotion'"),
        ("emotion", "happy", "holds string that is not an emotion from 0 to 6"),
        ("usage", 1.5, "row 1, has 1.5 instead of the usage Training"),
        ("image", "text", "holds string in the column 'image', not pictures"),
        ("image", 7, "holds int64 in the column 'image', not pictures"),
    ],
)
def test_a_column_of_another_kind_is_refused(
    columns: Columns, write_parquet: Write, column: str, value: object, complaint: str
) -> None:
    columns[column] = [value] * 9
    with pytest.raises(InputError, match="fer.parquet.*" + complaint):
        read_fer2013_parquet(write_parquet(columns))


@pytest.mark.parametrize("image", [png(96, 96), png(48, 48, 3), png(60, 48), png(48, 48, dtype=np.uint16)])
def test_pictures_of_any_size_and_colour_become_faces(columns: Columns, write_parquet: Write, image: bytes) -> None:
    columns["image"] = [image] * 9
    assert (read_fer2013_parquet(write_parquet(columns)).images == 0).all()


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.large_binary(), pa.binary(48 * 48), pa.dictionary(pa.int8(), pa.binary())]
)
def test_raw_pixels_may_be_stored_in_any_binary_type(
    faces: Faces, columns: Columns, write_parquet: Write, kind: pa.DataType
) -> None:
    columns["image"] = pa.array([image.tobytes() for image in faces.images]).cast(kind)
    assert read_fer2013_parquet(write_parquet(columns)) == faces


@pytest.mark.parametrize("column", ["emotion", "usage", "image"])
def test_a_missing_column_is_named(columns: Columns, write_parquet: Write, column: str) -> None:
    del columns[column]
    with pytest.raises(InputError, match=f"without the column '{column}'"):
        read_fer2013_parquet(write_parquet(columns))


def test_no_rows_are_refused(columns: Columns, write_parquet: Write) -> None:
    path = write_parquet(columns)
    empty = {name: values[:0] for name, values in columns.items()}
    assert is_parquet(path)
    with pytest.raises(InputError, match="columns but no faces"):
        read_fer2013_parquet(write_parquet(empty))


def test_a_file_cut_short_is_refused(columns: Columns, write_parquet: Write) -> None:
    path = write_parquet(columns)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="can't be read, perhaps cut short"):
        read_fer2013_parquet(path)


@pytest.mark.real_data
def test_the_complete_fer2013_is_read(real_parquet: Path) -> None:
    faces = RawFacesDataset(filepath=str(real_parquet)).load()
    assert faces.table["usage"].value_counts().to_dict() == {
        "Training": 28709,
        "PublicTest": 3589,
        "PrivateTest": 3589,
    }
    assert np.bincount(faces.labels).tolist() == [4953, 547, 5121, 8989, 6077, 4002, 6198]
