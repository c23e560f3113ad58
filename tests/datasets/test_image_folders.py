"""Pictures in folders, as a folder or packed, are one source; whatever is wrong is told in one sentence."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from picture_files import encoded, load, pack, picture, refusal, write_folder

from fer_kedro.datasets import file_tree, image_folders
from fer_kedro.faces import EMOTIONS, Faces

NOBODY = 65534


@pytest.fixture
def official(faces: Faces) -> dict[str, bytes]:
    """Nine faces as the challenge's pictures, by name."""
    return {
        f"{'train' if usage == 'Training' else 'test'}/{EMOTIONS[label]}/{usage}_{row:08d}.png": encoded(image)
        for row, (image, label, usage) in enumerate(zip(faces.images, faces.labels, faces.table["usage"], strict=True))
    }


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Four pictures of two classes."""
    return write_folder(tmp_path / "own", {f"{name}/{n}.png": encoded(picture(n)) for name in "ab" for n in range(2)})


@pytest.mark.parametrize("name", ["raw", "raw.zip", "raw.tar", "raw.tgz", "raw.tar.gz"])
@pytest.mark.parametrize("prefix", ["", "./", "fer2013/", "deep/er/"])
def test_official_pictures_equal_the_csv(
    faces: Faces, official: dict[str, bytes], tmp_path: Path, name: str, prefix: str
) -> None:
    beside = {"README.txt": b"notes", ".DS_Store": b"\0", "__MACOSX/train/._x.png": b"\0", "train/Thumbs.db": b"\0"}
    path = pack(tmp_path / name, {prefix + file: data for file, data in {**official, **beside}.items()})
    read = load(path)
    np.testing.assert_array_equal(read.images, faces.images)
    assert read == faces
    assert read.provenance == faces.provenance


@pytest.mark.parametrize("name", ["faces.zip", "faces.tgz", "faces"])
def test_a_folder_that_holds_the_source_gives_it(
    faces: Faces, official: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / ".gitkeep").touch()
    pack(tmp_path / "raw" / name, official)
    assert load(tmp_path / "raw") == faces


def test_a_csv_in_the_only_folder_is_found(faces: Faces, tmp_path: Path, rows: list[list[str]]) -> None:
    lines = ["emotion,pixels,Usage", *(",".join(row) for row in rows)]
    write_folder(tmp_path, {"fer2013/fer2013.csv": "\n".join(lines).encode(), "fer2013/README": b""})
    assert load(tmp_path) == faces


@pytest.mark.parametrize("batch", [1, 3])
def test_the_order_does_not_depend_on_batches(
    faces: Faces, official: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(image_folders, "PICTURES_A_TASK", batch)
    assert load(pack(tmp_path / "raw", dict(reversed(official.items())))) == faces


def test_open_usages_are_left_open(tmp_path: Path) -> None:
    read = load(
        write_folder(tmp_path, {f"{s}/{c}/1.jpg": encoded(picture(1)) for s in ("train", "test") for c in "xy"})
    )
    assert read.table["usage"].astype(object).where(read.table["usage"].notna(), None).tolist() == [
        *(None, None, "Training", "Training")
    ]
    assert (read.provenance.split, read.provenance.source) == ("derived", "images")
    assert read.class_names == ("x", "y")


def test_a_class_of_one_picture_is_read(own: Path) -> None:
    write_folder(own, {"lonely/1.png": encoded(picture(9))})
    assert np.bincount(load(own).labels).tolist() == [2, 2, 1]


def test_pictures_of_other_kinds_and_sizes_are_read_in_one_folder(own: Path) -> None:
    write_folder(
        own,
        {f"a/x{n}{kind}": encoded(picture(n, 60 + n, 90)) for n, kind in enumerate((".JPG", ".bmp", ".webp", ".tif"))},
    )
    assert load(own).images.shape == (8, 48, 48)


@pytest.mark.parametrize("name", ["f", "f.zip", "f.tgz"])
@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is empty (0 bytes); replace or delete it."),
        (b"these are words", "is no picture that can be read (PNG, JPEG,"),
        (encoded(picture(0), ".jpg")[:-400], "is a picture that is cut short or damaged; replace or delete it."),
        (b"P5 10000 10000 255 ", "has 10000×10000 pixels, more than 25,000,000; replace or delete it."),
    ],
    ids=["empty", "text", "truncated", "huge"],
)
def test_a_bad_picture_is_named(tmp_path: Path, name: str, data: bytes, complaint: str) -> None:
    path = pack(tmp_path / name, {"a/1.png": encoded(picture(0)), "a/bad.jpg": data, "b/1.png": encoded(picture(1))})
    where = f"{path}/a/bad.jpg " if path.is_dir() else f"a/bad.jpg in {path} "
    assert where + complaint in refusal(path)


@pytest.mark.parametrize("name", ["f", "f.zip", "f.tgz"])
def test_a_file_larger_than_any_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(file_tree, "MOST_BYTES_OF_PICTURE", 100_000)
    path = pack(tmp_path / name, {"a/1.png": encoded(picture(0)), "a/2.bmp": bytes(100_001)})
    assert "2.bmp" in refusal(path)
    assert "has more than 0.1 MiB; make it smaller" in refusal(path)


def test_folders_without_pictures_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"train/happy/notes.txt": b"", "test/happy/notes.txt": b""})
    assert "holds nothing that is recognised as FER-2013 (test, train); it can be" in refusal(tmp_path)
    (tmp_path / "other" / "inner").mkdir(parents=True)
    assert "(inner)" in refusal(tmp_path / "other")


def test_pictures_without_class_folders_are_refused(tmp_path: Path, own: Path) -> None:
    assert "nothing that is recognised" in refusal(write_folder(tmp_path / "flat", {"1.png": encoded(picture(0))}))
    assert "holds 1.png, which stands neither in <class>/" in refusal(write_folder(own, {"1.png": b""}))


def test_two_layouts_in_one_folder_are_refused(own: Path) -> None:
    assert "mixes two layouts" in refusal(write_folder(own, {"train/a/1.png": encoded(picture(0))}))


def test_folders_beside_another_source_are_refused(own: Path, rows: list[list[str]]) -> None:
    (own / "fer.csv").write_text("emotion,pixels,Usage\n")
    assert "holds several sources, fer.csv and image folders; leave one" in refusal(own)


def test_a_link_out_of_the_folder_is_refused(own: Path, tmp_path: Path) -> None:
    outside = write_folder(tmp_path / "outside", {"1.png": encoded(picture(0))})
    (own / "b" / "link.png").symlink_to(outside / "1.png")
    assert f"{own / 'b' / 'link.png'} is a link that leads out of the folder, to {outside / '1.png'};" in refusal(own)
    (own / "b" / "link.png").unlink()
    (own / "c").symlink_to(outside)
    assert f"{own / 'c'} is a link that leads out of the folder" in refusal(own)


def test_a_link_that_is_the_whole_source_is_followed_wherever_it_leads(own: Path, tmp_path: Path) -> None:
    raw = tmp_path / "01_raw"
    raw.mkdir()
    (raw / ".gitkeep").touch()
    (raw / "faces").symlink_to(own)
    assert len(load(own)) == 4
    assert load(raw) == load(raw / "faces") == load(own)


def test_what_is_read_is_not_called_fer2013(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        load(own)
    assert f"Reading faces from {own} (image folders)." in caplog.text
    assert "They are images of your own: 4 faces of 2 classes." in caplog.text
    assert "FER" not in caplog.text


def test_links_to_parts_of_the_source_are_refused(own: Path, tmp_path: Path) -> None:
    raw = tmp_path / "01_raw"
    raw.mkdir()
    for split in ("train", "test"):
        (raw / split).symlink_to(own)
    assert f"{raw / 'test'} is a link that leads out of the folder, to {own};" in refusal(raw)


def test_a_link_in_a_linked_folder_that_leads_out_of_it_is_refused(own: Path, tmp_path: Path) -> None:
    (tmp_path / "01_raw").mkdir()
    (tmp_path / "01_raw" / "faces").symlink_to(own)
    (own / "c").symlink_to(write_folder(tmp_path / "outside", {"1.png": encoded(picture(0))}))
    assert f"{tmp_path / '01_raw' / 'faces' / 'c'} is a link that leads out" in refusal(tmp_path / "01_raw")


def test_links_to_each_other_are_refused(tmp_path: Path) -> None:
    for here, there in (("x", "y"), ("y", "x")):
        (tmp_path / here).mkdir()
        (tmp_path / here / "link").symlink_to(tmp_path / there)
    assert "x/link/link is a link that leads out of the folder" in refusal(tmp_path / "x")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "self").symlink_to(tmp_path / "z")
    assert "a folder that it stands in; delete the link" in refusal(tmp_path / "z")


def test_links_within_the_folder_are_followed(own: Path, tmp_path: Path) -> None:
    (own / "b" / "link.png").symlink_to(own / "a" / "1.png")
    (own / "c").symlink_to("a")
    (tmp_path / "entrance").symlink_to(own)
    read = load(tmp_path / "entrance")
    assert list(read.table["face_id"]) == [
        "a/0.png",
        "a/1.png",
        "b/0.png",
        "b/1.png",
        "b/link.png",
        "c/0.png",
        "c/1.png",
    ]


def test_links_in_a_circle_or_to_nowhere_are_refused(own: Path) -> None:
    (own / "b" / "up").symlink_to(own)
    assert f"{own / 'b' / 'up'} is a link to {own}, a folder that it stands in; delete the link." in refusal(own)
    (own / "b" / "up").unlink()
    (own / "b" / "gone.png").symlink_to(own / "b" / "no.png")
    assert f"{own / 'b' / 'no.png'} can't be read (No such file or directory)" in refusal(own)
    (own / "b" / "gone.png").unlink()
    (own / "b" / "self.png").symlink_to("self.png")
    assert "self.png can't be read (Too many levels of symbolic links)" in refusal(own)


def test_a_pipe_is_no_picture(own: Path) -> None:
    os.mkfifo(own / "b" / "pipe.png")
    assert f"{own / 'b' / 'pipe.png'} is no ordinary file" in refusal(own)


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Run as a user who may be kept out, which root may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may enter, with pictures of two classes; pytest's own folders are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield write_folder(Path(folder), {f"{name}/1.png": encoded(picture(1)) for name in "ab"})


@pytest.mark.parametrize("kept", ["b", "b/1.png", ""])
def test_what_may_not_be_read_is_named(shared: Path, request: pytest.FixtureRequest, kept: str) -> None:
    (shared / kept).chmod(0)
    request.getfixturevalue("as_nobody")
    assert f"{shared / kept} can't be read (Permission denied); check the path and its permissions." in refusal(shared)


def test_a_name_that_can_not_be_printed_is_refused(own: Path) -> None:
    for name in (b"a/new\nline.png", b"a/\xff.png"):
        path = os.fsencode(own) + b"/" + name
        with open(path, "wb") as file:
            file.write(encoded(picture(0)))
        assert "a name with unprintable characters; rename that file" in refusal(own)
        os.unlink(path)


def test_files_that_are_passed_over_are_told(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_folder(own, {"a/labels.txt": b"", "notes.md": b""})
    with caplog.at_level("INFO"):
        load(own)
    assert "Passing over 2 files that are no pictures, such as" in caplog.text
