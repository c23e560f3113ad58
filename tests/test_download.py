"""`make download` puts the whole archive into an empty folder or nothing, and says what to do when it can't."""

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from fer_kedro.datasets.raw_faces_dataset import RawFacesDataset
from fer_kedro.download import FILE, download, main, put_in_place
from fer_kedro.errors import InputError

KAGGLES_TEST_PORT = 7777
"""Where kagglehub looks for a server when KAGGLE_API_ENVIRONMENT is TEST."""

Answer = Callable[[int, bytes], None]


def archive(csv: bytes) -> bytes:
    """The challenge's archive as it is on Kaggle, around another CSV."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("fer2013/fer2013.csv", csv), ("fer2013/README", b"notes"), ("fer2013/fer2013.bib", b"")):
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    return packed.getvalue()


PIXELS = " ".join(["7"] * 2304)
SOUND = archive(f"emotion,pixels,Usage\n3,{PIXELS},Training\n0,{PIXELS},PrivateTest\n".encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    raw = tmp_path / "01_raw"
    raw.mkdir()
    (raw / ".gitkeep").touch()
    return raw


@pytest.fixture
def kagglehub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The real package, with no credentials and a server of its own to ask."""
    pytest.importorskip("kagglehub", reason="the package 'kagglehub' is not installed (make download)")
    for name in (
        "KAGGLE_USERNAME",
        "KAGGLE_KEY",
        "KAGGLE_API_TOKEN",
        "KAGGLE_KERNEL_RUN_TYPE",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    return monkeypatch


@pytest.fixture
def answer(kagglehub: pytest.MonkeyPatch) -> Iterator[Answer]:
    """`answer(status, content)` decides what the server says to whom has credentials."""
    kagglehub.setenv("KAGGLE_API_TOKEN", "a token")
    said: list[tuple[int, bytes]] = []

    class Kaggle(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, content = said[-1]
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    try:
        server = ThreadingHTTPServer(("localhost", KAGGLES_TEST_PORT), Kaggle)
    except OSError:
        pytest.skip(f"port {KAGGLES_TEST_PORT} is taken")
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield lambda status, content: said.append((status, content))
        server.shutdown()


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_that_is_sound_is_moved_into_the_folder(folder: Path, tmp_path: Path) -> None:
    fetched = tmp_path / FILE
    fetched.write_bytes(SOUND)
    assert put_in_place(fetched, folder) == folder / FILE
    assert held(folder) == [".gitkeep", FILE]
    assert (folder / FILE).read_bytes() == SOUND
    assert not fetched.exists()


@pytest.mark.parametrize(
    "content", [SOUND[: len(SOUND) // 2], b"<html>Sign in</html>", archive(b"emotion,pixels,Usage\n9,1 2 3,Training\n")]
)
def test_file_that_is_no_fer2013_is_not_put_there(content: bytes, folder: Path, tmp_path: Path) -> None:
    fetched = tmp_path / FILE
    fetched.write_bytes(content)
    with pytest.raises(InputError, match="What Kaggle gave is not FER-2013, so it was deleted: "):
        put_in_place(fetched, folder)
    assert held(folder) == [".gitkeep"]


def test_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    (folder / "mine.csv").write_text("mine")
    done = CliRunner().invoke(main, ["--folder", str(folder)])
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {folder} holds mine.csv already, so nothing was downloaded; ")
    assert held(folder) == [".gitkeep", "mine.csv"]


def test_without_kagglehub_it_says_how_to_get_it(folder: Path) -> None:
    try:
        import kagglehub  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match=r"^kagglehub is not installed \(.*\); run 'make download'"):
            download(folder)
        assert held(folder) == [".gitkeep"]
    else:
        pytest.skip("the package 'kagglehub' is installed")


def test_archive_is_fetched_and_can_be_read(answer: Answer, folder: Path) -> None:
    answer(200, SOUND)
    done = CliRunner().invoke(main, ["--folder", str(folder)])
    assert done.exit_code == 0
    assert f"FER-2013 is in {folder / FILE}." in done.output
    assert held(folder) == [".gitkeep", FILE]
    faces = RawFacesDataset(filepath=str(folder)).load()
    assert faces.table[["emotion", "usage"]].to_numpy().tolist() == [[3, "Training"], [0, "PrivateTest"]]


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (401, b"", "Kaggle does not accept these credentials; make a token on "),
        (
            403,
            b"",
            "Kaggle asks for the challenge's rules to be accepted; do so on https://www.kaggle.com/c/challenges",
        ),
        (404, b"", r"Kaggle did not give fer2013.tar.gz \(404 Client Error"),
        (500, b"", r"Kaggle did not give fer2013.tar.gz \(500"),
        (200, b"rubbish", "What Kaggle gave is not FER-2013, so it was deleted: "),
    ],
)
def test_refusal_is_one_sentence_and_leaves_nothing(
    status: int, content: bytes, sentence: str, answer: Answer, folder: Path
) -> None:
    answer(status, content)
    with pytest.raises(InputError, match="^" + sentence) as refused:
        download(folder)
    assert "\n" not in str(refused.value)
    assert held(folder) == [".gitkeep"]


def test_without_credentials_it_says_how_to_get_some(kagglehub: pytest.MonkeyPatch, folder: Path) -> None:
    with pytest.raises(InputError, match=r"^No Kaggle credentials were found; make a token on "):
        download(folder)
    assert held(folder) == [".gitkeep"]


def test_credentials_file_without_a_key_is_named(kagglehub: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kaggle.json").write_text('{"username": "somebody"}')
    with pytest.raises(InputError, match=r"kaggle\.json is missing 'key' key; make a token on "):
        download(folder)


def test_without_a_network_it_says_so(kagglehub: pytest.MonkeyPatch, folder: Path) -> None:
    """The real address, by way of a proxy that is not there."""
    kagglehub.setenv("KAGGLE_API_ENVIRONMENT", "PROD")
    kagglehub.setenv("KAGGLE_API_TOKEN", "a token")
    kagglehub.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    kagglehub.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(
        InputError, match=r"^Kaggle can't be reached \(ProxyError\); run this again with a network, or "
    ):
        download(folder)
    assert held(folder) == [".gitkeep"]


def test_what_a_killed_download_left_is_cleared(answer: Answer, folder: Path) -> None:
    (folder / ".download").mkdir()
    (folder / ".download" / FILE).write_bytes(b"half")
    answer(200, SOUND)
    download(folder)
    assert held(folder) == [".gitkeep", FILE]
