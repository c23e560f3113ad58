"""The CSV in an archive is read without unpacking it; hostile and broken archives end in one sentence."""

import bz2
import gzip
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError
from picture_files import encoded, load, pack, picture, refusal, tar_member, write_tar, write_zip

from fer_kedro.datasets import RawFacesDataset, archives, file_tree, tar_tree
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

Write = Callable[..., Path]
FACE = encoded(picture(0))


@pytest.fixture
def csv(rows: list[list[str]]) -> bytes:
    """Nine faces as the CSV's bytes."""
    return "\n".join(["emotion,pixels,Usage", *(",".join(row) for row in rows)]).encode()


@pytest.mark.parametrize("name", ["fer2013.csv.zip", "fer2013.tar.gz", "fer.tgz", "fer.tar", "noname.t"])
@pytest.mark.parametrize("member", ["fer2013.csv", "fer2013/fer2013.csv", "./data/FER.CSV"])
def test_the_csv_in_an_archive_equals_the_csv(faces: Faces, csv: bytes, tmp_path: Path, name: str, member: str) -> None:
    files = {"fer2013/README": b"notes", member: csv, "fer2013/fer2013.bib": b"@misc", "example.csv": b"a,b\n1,2\n"}
    path = pack(tmp_path / name, files)
    read = load(path)
    assert read == faces
    assert read.provenance == faces.provenance
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_gzipped_csv_is_read(faces: Faces, csv: bytes, tmp_path: Path) -> None:
    (tmp_path / "fer2013.csv.gz").write_bytes(gzip.compress(csv))
    assert load(tmp_path) == faces


def test_the_challenges_own_zip_is_read_beside_its_inner_archive(faces: Faces, csv: bytes, tmp_path: Path) -> None:
    files = {"fer2013.tar.gz": gzip.compress(b"x"), "icml_face_data.csv": csv, "train.csv": b"emotion,pixels\n"}
    assert load(write_zip(tmp_path / "challenge.zip", files)) == faces


@pytest.mark.parametrize("name", ["f.zip", "f.tgz"])
def test_a_bad_row_in_an_archive_is_named(csv: bytes, tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, {"fer2013.csv": csv.replace(b"\n4,", b"\n9,")})
    assert f"fer2013.csv in {path}, data row 5 (line 6), has the emotion '9' instead of" in refusal(path)


@pytest.mark.parametrize("name", ["f.zip", "f.tgz", "f.tar"])
@pytest.mark.parametrize("member", ["../a/1.png", "a/../../1.png", "/a/1.png", "C:\\a\\1.png", "..\\a\\1.png"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str, member: str) -> None:
    path = pack(tmp_path / name, {"a/0.png": FACE, member: FACE})
    assert f"{path} holds {member!r}, a name that leads out of it; get the archive from a safe place." == refusal(path)


@pytest.mark.parametrize("name", ["f.zip", "f.tgz"])
def test_a_name_that_comes_twice_is_refused(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, {"a/1.png": FACE, "./a/1.png": FACE})
    assert f"{path} holds a/1.png twice; unpack it" in refusal(path)


def test_windows_separators_are_read(tmp_path: Path) -> None:
    assert list(load(write_zip(tmp_path / "f.zip", {"a\\1.png": FACE})).table["face_id"]) == ["a/1.png"]


@pytest.mark.parametrize("name", ["f.zip", "f.tgz"])
@pytest.mark.parametrize("inner", ["inner.zip", "fer2013.tar.gz", "deep/inner.7z"])
def test_an_archive_in_an_archive_stays_closed(tmp_path: Path, name: str, inner: str) -> None:
    path = pack(tmp_path / name, {inner: b"PK\x03\x04"})
    assert f"{path} holds another archive, {inner}, which stays closed; unpack it" in refusal(path)


@pytest.mark.parametrize("name", ["f.zip", "f.tgz"])
def test_several_sources_in_an_archive_are_refused(csv: bytes, tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, {"a.csv": csv, "b/1.png": FACE})
    assert f"{path} holds several sources, a.csv and pictures; unpack it" in refusal(path)
    assert "a.csv and b.csv" in refusal(pack(tmp_path / name, {"a.csv": csv, "b.csv": csv}))


@pytest.mark.parametrize("name", ["f.zip", "f.tgz", "f.tar"])
def test_an_archive_without_faces_is_refused(tmp_path: Path, name: str) -> None:
    path = pack(tmp_path / name, {"a.txt": b"", "b.csv": b"x,y\n"})
    assert f"{path} holds no FER-2013 (a.txt, b.csv); in an archive it can be" in refusal(path)


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    assert "holds no FER-2013; in an archive" in refusal(write_zip(tmp_path / "f.zip", {}))


def test_gzip_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.gz").write_bytes(gzip.compress(b"hello"))
    assert "notes.gz holds no FER-2013 (notes)" in refusal(tmp_path / "notes.gz")


def test_an_encrypted_zip_is_refused(csv: bytes, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "f.zip", {"fer2013.csv": csv})
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    path.write_bytes(data)
    assert f"{path} holds fer2013.csv encrypted with a password; unpack it" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_by_an_unbounded_method_is_refused(csv: bytes, tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w", method) as archive:
        archive.writestr("fer2013.csv", csv)
    assert "holds fer2013.csv packed by a method other than deflate" in refusal(tmp_path / "f.zip")


def test_links_in_archives_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        link = zipfile.ZipInfo("a/1.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "holds a/1.png as a link instead of a file" in refusal(tmp_path / "f.zip")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        with tarfile.open(tmp_path / "f.tar", "w") as tar:
            tar.addfile(*tar_member("a/1.png", type=kind, linkname="/etc/passwd"))
        assert "holds a/1.png as " in refusal(tmp_path / "f.tar")


@pytest.mark.parametrize("name", ["csv.zip", "csv.tgz", "csv.tar", "faces.zip", "faces.tgz", "faces.tar"])
def test_an_archive_cut_short_is_refused_at_every_length(csv: bytes, tmp_path: Path, name: str) -> None:
    files = {"f.csv": csv} if name.startswith("csv") else {f"a/{n}.png": encoded(picture(n)) for n in range(4)}
    path = pack(tmp_path / name, files)
    data = path.read_bytes()
    end = len(data.rstrip(b"\0")) if name.endswith("tar") else len(data)
    lengths = {*range(600, end, max(1, end // 23)), end - 1, *range(1024, end, 512 * max(1, end // 512 // 9))}
    for length in sorted(lengths):
        path.write_bytes(data[:length])
        assert "is damaged or cut short" in refusal(path), length


@pytest.mark.parametrize("name", ["csv.zip", "csv.tgz", "faces.zip", "faces.tgz"])
def test_a_flipped_byte_never_gives_other_faces(csv: bytes, tmp_path: Path, name: str) -> None:
    files = {"f.csv": csv} if name.startswith("csv") else {f"a/{n}.png": encoded(picture(n)) for n in range(4)}
    path = pack(tmp_path / name, files)
    sound, data, rng = load(path), path.read_bytes(), np.random.default_rng(7)
    refused = 0
    for place in [*rng.integers(0, len(data), 60), *rng.integers(len(data) - 120, len(data), 60)]:
        path.write_bytes(data[:place] + bytes([data[place] ^ rng.integers(1, 256)]) + data[place + 1 :])
        try:
            read = RawFacesDataset(filepath=str(path)).load()
            np.testing.assert_array_equal(read.images, sound.images)
        except DatasetError as error:
            assert isinstance(error.__cause__, InputError), error
            assert "\n" not in str(error.__cause__)
            refused += 1
    assert refused > 80


def write_bomb(path: Path, size: int) -> Path:
    """Zeros that shrink a thousandfold, called a CSV."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("fer2013.csv", "w") as file:
            write_zeros(file, size)
    elif path.suffix == ".tgz":
        with gzip.open(path, "w", 1) as file:
            file.write(tar_member("fer2013.csv", size=size)[0].tobuf())
            write_zeros(file, size)
    else:
        with gzip.open(path, "w", 1) as file:
            write_zeros(file, size)
    return path


def write_zeros(file: object, size: int) -> None:
    for _ in range(size >> 20):
        file.write(bytes(1 << 20))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["f.zip", "f.tgz", "f.csv.gz"])
def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(file_tree, "UNSUSPICIOUS_BYTES", 4 << 20)
    path = write_bomb(tmp_path / name, 32 << 20)
    assert "unpacks to" in refusal(path)
    assert "or more, which no data set does; get it from a safe place" in refusal(path)


def test_a_bomb_of_overlapping_members_is_refused(tmp_path: Path) -> None:
    """Every entry of the directory leads to the same 64 MiB of zeros (D. Fifield, "A better zip bomb", 2019)."""
    path = write_bomb(tmp_path / "f.zip", 64 << 20)
    data = path.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, count = data[start:end], 1000
    entries = b"".join(entry.replace(b"fer2013.csv", b"fer%04d.csv" % n) for n in range(count))
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entries))
    path.write_bytes(data[:start] + entries + tail)
    assert "unpacks to 64,000 MiB or more" in refusal(path)


def test_a_csv_larger_than_any_is_refused(csv: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES_OF_CSV", 10_000)
    path = write_zip(tmp_path / "f.zip", {"f.csv": csv})
    assert f"f.csv in {path} has 0.1 MiB, more than the 0.0 MiB that are read from an archive" in refusal(path)


@pytest.mark.parametrize("name", ["f.zip", "f.tar"])
def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in ("zip_tree", "tar_tree"):
        monkeypatch.setattr(f"fer_kedro.datasets.{module}.MOST_FILES", 3)
    assert "unpack it and give the folder" in refusal(pack(tmp_path / name, {f"a/{n}.png": FACE for n in range(4)}))


@pytest.mark.parametrize("size", [1 << 40, -512, -(1 << 40)])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_tar_header_that_lies_about_its_size_is_refused(tmp_path: Path, size: int, kind: bytes) -> None:
    """Gigabytes of a name would fill the memory, and a negative size would lead round and round."""
    lying = tarfile.TarInfo("b/1.png")
    lying.type, lying.size = kind, size
    with tarfile.open(tmp_path / "f.tar", "w") as archive:
        archive.addfile(*tar_member("a/1.png", FACE))
        archive.fileobj.write(lying.tobuf(tarfile.GNU_FORMAT))
    path = tmp_path / "f.tar"
    assert "is damaged or cut short" in refusal(path) or "unpacks to" in refusal(path)


def test_headers_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 512
    (tmp_path / "f.tar").write_bytes((header.tobuf() + b"n" * 512) * 3000 + bytes(1024))
    assert "is damaged or cut short" in refusal(tmp_path / "f.tar")


def test_an_archive_of_another_kind_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "fer.csv.bz2").write_bytes(bz2.compress(b"emotion,pixels,Usage\n"))
    assert "nothing that is recognised as FER-2013 (fer.csv.bz2); it can be" in refusal(tmp_path)


def test_a_link_to_nowhere_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "f.zip").symlink_to(tmp_path / "gone.zip")
    assert f"{tmp_path / 'f.zip'} is a link to {tmp_path / 'gone.zip'}, which is not there; mend" in refusal(tmp_path)


def test_pictures_in_a_tar_are_read_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, open_stream = [], tar_tree._Forward
    monkeypatch.setattr(tar_tree, "_Forward", lambda path: opened.append(path) or open_stream(path))
    path = write_tar(tmp_path / "f.tgz", {f"{c}/{n}.png": encoded(picture(n)) for n in range(5) for c in "zab"})
    assert len(load(path)) == 15
    assert len(opened) == 2


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="only Linux lists a process's open files")
def test_nothing_is_left_open(csv: bytes, tmp_path: Path) -> None:
    for path in (
        write_zip(tmp_path / "a.zip", {"f.csv": csv}),
        write_tar(tmp_path / "b.tgz", {"f.csv": csv}),
        write_tar(tmp_path / "c.tgz", {"a/1.png": FACE}),
    ):
        load(path)
    held = [Path(f"/proc/self/fd/{number.name}") for number in Path("/proc/self/fd").iterdir()]
    assert not [link for link in held if link.is_symlink() and str(tmp_path) in str(link.readlink())]
