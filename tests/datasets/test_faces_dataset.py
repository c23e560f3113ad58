"""Faces on disk: what went in comes out, others can open it, and it is never half there."""

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError

from fer_kedro.datasets import FacesDataset, faces_dataset
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces, Provenance


@pytest.fixture
def stored(faces: Faces, tmp_path: Path) -> FacesDataset:
    dataset = FacesDataset(filepath=str(tmp_path / "layer" / "faces.parquet"))
    dataset.save(faces)
    return dataset


def refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as error:
        FacesDataset(filepath=str(path)).load()
    assert isinstance(error.value.__cause__, InputError)
    return str(error.value.__cause__)


def rich(faces: Faces) -> Faces:
    sources = pd.array(["4", None] * 4 + [None], dtype="str")
    groups = np.array([0, 0, 2, 3, 4, 5, 6, 6, 8])
    return faces.with_columns(source_id=sources, group=groups, blank=groups == 3, sharpness=groups / 7)


@pytest.mark.parametrize("row_group", [2, 8192])
def test_everything_comes_back(faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row_group: int) -> None:
    monkeypatch.setattr(faces_dataset, "ROW_GROUP", row_group)
    names = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt")
    kept = Faces(faces.images, rich(faces).table, names, Provenance("demo", "0123", made_by="abcd"))
    dataset = FacesDataset(filepath=str(tmp_path / "faces.parquet"))
    dataset.save(kept)
    loaded = dataset.load()
    np.testing.assert_array_equal(loaded.images, kept.images)
    pd.testing.assert_frame_equal(loaded.table, kept.table)
    assert (loaded.class_names, loaded.provenance) == (kept.class_names, kept.provenance)
    assert loaded.digest() == kept.digest()


@pytest.mark.parametrize("rows", [[], [5], [8, 0, 3]])
def test_any_number_of_faces_can_be_stored(faces: Faces, stored: FacesDataset, rows: list[int]) -> None:
    stored.save(faces.take(np.array(rows, dtype=int)))
    pd.testing.assert_frame_equal(stored.load().table, faces.take(np.array(rows, dtype=int)).table)


def test_all_usages_stay_known_when_only_one_is_there(faces: Faces, stored: FacesDataset) -> None:
    stored.save(faces.take(faces.rows("PublicTest")))
    assert len(stored.load().rows("Training")) == 0
    assert list(stored.load().table["usage"].cat.categories) == ["Training", "PublicTest", "PrivateTest"]


@pytest.mark.parametrize("split", ["official", "own", "derived"])
def test_who_split_the_faces_comes_back_and_undecided_usages_too(faces: Faces, tmp_path: Path, split: str) -> None:
    dataset = FacesDataset(filepath=str(tmp_path / "faces.parquet"))
    dataset.save(Faces.build(faces.images, faces.labels, ["Training", None, "PublicTest"] * 3, split=split))
    assert dataset.load().provenance.split == split
    assert dataset.load().table["usage"].isna().tolist() == [False, True, False] * 3


def test_files_of_before_the_split_was_known_are_of_the_official_one(
    faces: Faces, stored: FacesDataset, tmp_path: Path
) -> None:
    path = tmp_path / "layer" / "faces.parquet"
    table = pq.read_table(path)
    header = json.loads(table.schema.metadata[b"fer_kedro"])
    header["provenance"] = {name: header["provenance"][name] for name in ("source", "digest", "made_by")}
    old = {**table.schema.metadata, b"fer_kedro": json.dumps(header)}
    pq.write_table(table.replace_schema_metadata(old), path)
    assert stored.load().provenance == faces.provenance
    assert faces.provenance.split == "official"


def test_pandas_opens_the_file(faces: Faces, stored: FacesDataset, tmp_path: Path) -> None:
    table = pd.read_parquet(tmp_path / "layer" / "faces.parquet")
    assert list(table.columns) == [*faces.table.columns, "image"]
    assert table["image"][4] == faces.images[4].tobytes()


def test_the_columns_are_plain_parquet_types(stored: FacesDataset, tmp_path: Path) -> None:
    file = pq.ParquetFile(tmp_path / "layer" / "faces.parquet")
    types = {name: file.schema.column(k).physical_type for k, name in enumerate(file.schema.names)}
    assert types["image"] == "BYTE_ARRAY"
    assert types["emotion"] == "INT32"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    header = json.loads(file.schema_arrow.metadata[b"fer_kedro"])
    assert header["class_names"][3] == "happy"
    assert header["provenance"]["source"] == "fer2013"


def test_a_save_that_fails_leaves_the_old_faces(faces: Faces, stored: FacesDataset, tmp_path: Path) -> None:
    unstorable = faces.with_columns(note=[object() for _ in range(9)])
    with pytest.raises(DatasetError):
        stored.save(unstorable)
    assert stored.load() == faces
    assert [path.name for path in (tmp_path / "layer").iterdir()] == ["faces.parquet"]


def test_it_exists_once_saved(stored: FacesDataset, tmp_path: Path) -> None:
    assert stored.exists()
    assert not FacesDataset(filepath=str(tmp_path / "none.parquet")).exists()


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.parquet") == (
        f"{tmp_path / 'none.parquet'} does not exist; run the pipeline that makes it first."
    )


def test_damage_is_a_sentence(faces: Faces, stored: FacesDataset, tmp_path: Path) -> None:
    path = tmp_path / "layer" / "faces.parquet"
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", b"no Parquet", whole[:-50], flipped):
        path.write_bytes(damaged)
        assert "faces.parquet is damaged or was not written by fer_kedro" in refusal(path)


def test_the_parquet_of_others_is_a_sentence(faces: Faces, tmp_path: Path) -> None:
    faces.table.to_parquet(tmp_path / "other.parquet")
    assert "was not written by fer_kedro" in refusal(tmp_path / "other.parquet")


def decoded(preview: str) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(base64.b64decode(preview), np.uint8), cv2.IMREAD_COLOR)


def test_the_preview_is_a_wide_picture_that_kedro_viz_knows(stored: FacesDataset) -> None:
    height, width, _ = decoded(stored.preview()).shape
    assert width > height > 400
    assert FacesDataset.preview.__annotations__["return"].__name__ == "ImagePreview"


def test_the_preview_of_demo_faces_is_marked_in_red(faces: Faces, stored: FacesDataset) -> None:
    def reddish(preview: str) -> int:
        blue, _, red = np.moveaxis(decoded(preview).astype(int), -1, 0)
        return int(np.count_nonzero(red - blue > 80))

    assert reddish(stored.preview()) == 0
    stored.save(Faces(faces.images, faces.table, provenance=Provenance("demo", "0")))
    assert reddish(stored.preview()) > 100


def test_the_preview_copes_with_classes_that_have_no_face(faces: Faces, stored: FacesDataset) -> None:
    stored.save(faces.take([3]))
    assert decoded(stored.preview(columns=3)).size > 0
