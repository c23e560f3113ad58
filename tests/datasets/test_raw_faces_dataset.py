"""Where the data come from is explicit: one source, demo faces with a warning, or a stop."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from kedro.io import DataCatalog, DatasetError

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Write = Callable[..., Path]
Rows = list[list[str]]
DEMO = {"count": 60, "seed": 3}


def refusal(path: Path, demo: dict[str, int] | None = DEMO) -> str:
    with pytest.raises(DatasetError) as error:
        RawFacesDataset(filepath=str(path), demo=demo).load()
    assert isinstance(error.value.__cause__, InputError)
    sentence = str(error.value.__cause__)
    assert "\n" not in sentence
    return sentence


def test_csv_and_parquet_of_the_same_data_are_equal(
    rows: Rows, columns: dict[str, Any], write_csv: Write, write_parquet: Write
) -> None:
    by_csv = RawFacesDataset(filepath=str(write_csv(rows))).load()
    by_parquet = RawFacesDataset(filepath=str(write_parquet(columns))).load()
    assert by_csv.provenance == by_parquet.provenance
    assert by_csv.digest() == by_parquet.digest()


@pytest.mark.parametrize("name", ["fer2013.csv", "data.txt", "fer.parquet", "no-suffix"])
def test_a_folder_gives_its_source_by_content(faces: Faces, rows: Rows, write_csv: Write, name: str) -> None:
    folder = write_csv(rows, name=name).parent
    (folder / ".gitkeep").touch()
    (folder / "README.md").write_text("# The data")
    assert RawFacesDataset(filepath=str(folder), demo=DEMO).load() == faces


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_link_to_the_source_is_the_source(
    faces: Faces, rows: Rows, columns: dict[str, Any], write_csv: Write, write_parquet: Write, form: str
) -> None:
    target = write_csv(rows) if form == "csv" else write_parquet(columns)
    folder = target.parents[1] / "01_raw"
    folder.mkdir()
    (folder / "README.md").write_text("# The data")
    (folder / "fer2013").symlink_to(target)
    for path in (folder, folder / "fer2013"):
        assert RawFacesDataset(filepath=str(path)).load() == faces


def test_links_to_a_folder_that_holds_the_source_are_followed(faces: Faces, rows: Rows, write_csv: Write) -> None:
    target = write_csv(rows).parent
    folder = target.parent / "01_raw"
    folder.mkdir()
    (folder / "fer2013").symlink_to(target)
    for path in (folder, folder / "fer2013"):
        assert RawFacesDataset(filepath=str(path)).load() == faces


def test_what_is_read_is_called_by_its_name(rows: Rows, write_csv: Write, caplog: pytest.LogCaptureFixture) -> None:
    path = write_csv(rows)
    with caplog.at_level(logging.INFO):
        RawFacesDataset(filepath=str(path)).load()
    assert f"Reading faces from {path} (CSV)." in caplog.text
    assert "They are FER-2013: 9 faces of 7 classes." in caplog.text


def test_an_empty_folder_gives_demo_faces_and_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / ".gitkeep").touch()
    with caplog.at_level(logging.INFO):
        faces = RawFacesDataset(filepath=str(tmp_path), demo=DEMO).load()
    assert len(faces) == 60
    assert faces.provenance.is_demo
    [warning] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    for hint in (str(tmp_path), "60 synthetic demo faces", "kaggle.com", "--params=source="):
        assert hint in warning.getMessage()


def test_real_faces_give_no_warning(rows: Rows, write_csv: Write, caplog: pytest.LogCaptureFixture) -> None:
    RawFacesDataset(filepath=str(write_csv(rows)), demo=DEMO).load()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_an_empty_folder_without_demo_is_refused(tmp_path: Path) -> None:
    assert "is empty" in refusal(tmp_path, demo=None)


def test_two_sources_are_refused_by_name(
    rows: Rows, columns: dict[str, Any], write_csv: Write, write_parquet: Write
) -> None:
    folder = write_csv(rows).parent
    write_parquet(columns)
    assert "several sources, fer.csv and fer.parquet" in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03", b"emotion,pixels\n1,2\n", b"\xff\xfe\x00\r\x00\n", b"PAR0PAR0"])
def test_what_is_not_recognised_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content)
    assert f"{path} holds nothing that is recognised as FER-2013;" in refusal(path)
    assert "FER-2013 (fer2013.csv)" in refusal(tmp_path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none'} does not exist" in refusal(tmp_path / "none")


def test_what_is_neither_file_nor_folder_is_refused() -> None:
    assert "/dev/null can't be read" in refusal(Path("/dev/null"))


def test_a_bad_row_reaches_the_user_through_kedro(rows: Rows, write_csv: Write) -> None:
    rows[0][0] = "7"
    assert "data row 1 (line 2), has the emotion '7'" in refusal(write_csv(rows))


def test_saving_is_refused(tmp_path: Path, faces: Faces) -> None:
    with pytest.raises(DatasetError, match="reads and never writes"):
        RawFacesDataset(filepath=str(tmp_path)).save(faces)  # type: ignore[arg-type]


def test_a_catalog_entry_finds_the_dataset_by_its_short_name(tmp_path: Path) -> None:
    entry = {
        "type": "fer_kedro.datasets.RawFacesDataset",
        "filepath": str(tmp_path),
        "demo": DEMO,
        "metadata": {"kedro-viz": {"layer": "raw"}},
    }
    catalog = DataCatalog.from_config({"raw_faces": entry})
    assert catalog.exists("raw_faces")
    assert len(catalog.load("raw_faces")) == 60


@pytest.mark.real_data
def test_real_rows_are_equal_from_both_forms(real_parquet: Path, write_csv: Write, write_parquet: Write) -> None:
    table = pq.read_table(real_parquet).slice(0, 200)
    faces = RawFacesDataset(filepath=str(write_parquet({name: table[name] for name in table.column_names}))).load()
    texts = (" ".join(map(str, image.reshape(-1))) for image in faces.images)
    rows = [[str(e), t, u] for e, t, u in zip(faces.labels, texts, faces.table["usage"], strict=True)]
    assert RawFacesDataset(filepath=str(write_csv(rows))).load() == faces
