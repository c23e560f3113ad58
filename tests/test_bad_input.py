"""What a user gets wrong ends the real command with one sentence, and leaves everything that was there as it was."""

import hashlib
import pickle
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kills import WarmKedro, warm_kedro
from mischief import Mischief
from project_copy import copy_project

RUN = "honest.goldstein_cnn"
PAGE = f"conf/base/parameters_recipes/{RUN.partition('.')[2]}.yml"
ONE_RECIPE = ("--pipelines=all_recipes", f"--namespaces={RUN}")
ROW = ["3", " ".join(["7"] * 2304), "Training"]


class Project(NamedTuple):
    """A project in which everything has run, and its `kedro`, quick to start."""

    path: Path
    kedro: WarmKedro

    def files(self) -> dict[str, str]:
        """Hashes of all that is stored, but for the record of who has the lock."""
        kept = (path for folder in ("data", "mlruns") for path in sorted((self.path / folder).rglob("*")))
        return {
            str(path.relative_to(self.path)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in kept
            if path.is_file() and not path.name.startswith(".run")
        }

    def states(self) -> list[str]:
        """How MLflow's runs ended."""
        if not (self.path / "mlflow.db").exists():
            return []
        with sqlite3.connect(self.path / "mlflow.db") as database:
            return [state for (state,) in database.execute("select status from runs order by start_time")]

    def refusal(self, *arguments: str) -> str:
        """Run a command that must fail, with one sentence and no other trace than a FAILED run; return the sentence."""
        files, runs = self.files(), self.states()
        code, log = self.kedro.run("run", "--env=demo", *arguments), self.kedro.output()
        assert code == 1, log[-3000:]
        assert "Traceback" not in log, log[-3000:]
        sentence = log[log.index("Error: ") :].strip()
        assert "\n" not in sentence, log[-3000:]
        assert self.files() == files
        assert set(self.states()[len(runs) :]) <= {"FAILED"}
        return sentence

    def replaced(self, file: str, old: str, new: str) -> None:
        """Edit a file of the project."""
        path = self.path / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


@pytest.fixture(scope="module")
def copied(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    path = copy_project(tmp_path_factory.mktemp("bad"))
    shutil.copytree(demo_project / "data", path / "data", dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COLUMNS", "500")
        environment.setenv("CUDA_VISIBLE_DEVICES", "-1")
        with warm_kedro(path) as kedro:
            yield Project(path, kedro)


@pytest.fixture
def bad(copied: Project, tmp_path: Path) -> Iterator[Project]:
    """The project; configuration that a test edits is put back."""
    shutil.copytree(copied.path / "conf", tmp_path / "conf")
    yield copied
    shutil.rmtree(copied.path / "conf")
    shutil.copytree(tmp_path / "conf", copied.path / "conf")


def csv(*rows: list[str], header: str = "emotion,pixels,Usage") -> bytes:
    return "".join(",".join(row) + "\n" for row in [[header], *rows]).encode()


def with_pixel(value: str) -> bytes:
    return csv(ROW, ["3", " ".join([value] + ["7"] * 2303), "Training"])


def parquet(**columns: object) -> bytes:
    sound = {"emotion": [3, 4], "usage": ["Training"] * 2, "image": [bytes(2304)] * 2}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({**sound, **columns}), sink)
    return sink.getvalue().to_pybytes()


SOURCES = {
    "cut-short": (csv(ROW, ROW)[:-3000], "data row 2 (line 3), has 2 columns instead of 3"),
    "too-few-pixels": (csv(["3", "7 7 7", "Training"]), "data row 1 (line 2), has 3 pixels instead of 2304"),
    "pixel--1": (with_pixel("-1"), "data row 2 (line 3), has the pixel '-1' instead of a whole number from 0 to 255"),
    "pixel-256": (with_pixel("256"), "data row 2 (line 3), has the pixel '256'"),
    "label-9": (csv(["9", *ROW[1:]]), "data row 1 (line 2), has the emotion '9'"),
    "usage": (csv([*ROW[:2], "Test"]), "data row 1 (line 2), has the usage 'Test'"),
    "column-missing": (csv(ROW[:2], header="emotion,pixels"), "nothing that is recognised as FER-2013"),
    "open-quote": (csv(['"3', *ROW[1:]], *[ROW] * 40), "data row 1 (line 30), has field larger than field limit"),
    "empty": (b"", "nothing that is recognised"),
    "garbage": (np.random.default_rng(0).bytes(100_000), "nothing that is recognised"),
    "parquet-label": (parquet(emotion=[3, 9]), "row 2, has 9 instead of an emotion from 0 to 6"),
    "parquet-cut-short": (parquet()[:-100], "begins like Parquet but can't be read"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_bad_source_is_named_with_its_row(bad: Project, tmp_path: Path, name: str) -> None:
    content, complaint = SOURCES[name]
    path = tmp_path / "fer2013"
    path.write_bytes(content)
    sentence = bad.refusal("--pipelines=ingestion", f"--params=source={path}")
    assert sentence.startswith(f"Error: {path}")
    assert complaint in sentence
    assert ";" in sentence, "what to do"


def test_a_source_that_is_not_there_is_named(bad: Project) -> None:
    assert "/no/fer2013.csv does not exist" in bad.refusal("--pipelines=ingestion", "--params=source=/no/fer2013.csv")


def edited(file: str, old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.replaced(file, old, new)


def written(file: str, content: bytes) -> Callable[[Project], object]:
    return lambda project: (project.path / file).write_bytes(content)


RATE = "recipes.goldstein_cnn.optimizer.learning_rate"
BROKEN = "conf/base/parameters_recipes/broken.yml"
CONFIGURATIONS = {
    "learning-rate--1": (
        edited(PAGE, "learning_rate: 0.001", "learning_rate: -1"),
        rf"{PAGE}, line \d+, sets {RATE} to -1; correct it: Input should be greater than 0.",
    ),
    "learning-rate-nan": (
        edited(PAGE, "learning_rate: 0.001", "learning_rate: .nan"),
        rf"{PAGE}, line \d+, sets {RATE} to nan; correct it: Input should be a finite number.",
    ),
    "mistyped-key": (
        edited(PAGE, "batch_size:", "batchsize:"),
        rf"{PAGE}, line \d+, sets .*\.batchsize to 64; correct it: Extra inputs .*; did you mean 'batch_size'\?",
    ),
    "precision-without-gpu": (
        edited(PAGE, "precision: auto", "precision: mixed_float16"),
        "training.precision mixed_float16, which needs a GPU, and none is found here; set it to auto, float32",
    ),
    "default-recipe": (
        edited("conf/base/globals.yml", "default_recipe: goldstein_cnn", "default_recipe: goldstein_cmm"),
        "asks for default_recipe 'goldstein_cmm', which no page describes; try 'goldstein_cnn'.",
    ),
    "page-not-yaml": (written(BROKEN, b"recipes:\n  broken: [1, 2\n"), "broken.yml, line 3, is not YAML .expected ','"),
    "page-of-words": (written(BROKEN, b"just words"), "broken.yml must hold one recipe"),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_bad_configuration_is_named_with_its_line(bad: Project, name: str) -> None:
    mistake, complaint = CONFIGURATIONS[name]
    mistake(bad)
    assert re.search(complaint, bad.refusal(*ONE_RECIPE))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--namespaces=honest.nope",), "namespaces: ['honest.nope']"),
        (
            ("--namespaces=honest.hejslet_light",),
            "['honest.hejslet_light']; add --pipelines=all_recipes, which has it.",
        ),
        (("--pipelines=trainning",), "the pipeline named 'trainning'; did you mean 'training'?"),
        (("--params=sorce=/data/fer2013.csv",), "--params gives 'sorce', which nothing reads; did you mean 'source'?"),
        ((*ONE_RECIPE, f"--params={RATE}=-1"), f"--params sets {RATE} to -1; correct it: Input should be greater"),
        (("--env=nope",), "There is no environment 'nope'"),
    ],
)
def test_what_a_command_asks_for_and_is_not_there_is_named(
    bad: Project, arguments: tuple[str, ...], complaint: str
) -> None:
    assert complaint in bad.refusal(*arguments)


def test_a_pickle_in_place_of_a_checkpoint_is_never_executed(bad: Project, tmp_path: Path) -> None:
    trace, folder = tmp_path / "trace", bad.path / "data/demo/06_models" / RUN.replace(".", "/") / "seed_0"
    checkpoint = folder / "checkpoint.npz"
    np.savez(checkpoint, header=np.array([Mischief(trace)], dtype=object))
    try:
        assert "checkpoint.npz is damaged or was not written by fer_kedro; delete it" in bad.refusal(*ONE_RECIPE)
    finally:
        checkpoint.unlink()
    assert not trace.exists()
    pickle.loads(pickle.dumps(Mischief(trace)))  # noqa: S301 - that is the point
    assert trace.exists(), "the pickle must be able to do harm"


OUTPUT = f"07_model_output/{RUN.replace('.', '/')}/seed_0"


@pytest.mark.parametrize(
    ("file", "pipeline", "damage"),
    [
        ("03_primary/faces.parquet", "eda", lambda whole: whole[:-40]),
        (f"{OUTPUT}/predictions.parquet", "reporting", lambda whole: whole[:-40]),
        (f"{OUTPUT}/run_record.json", "reporting", lambda whole: b""),
    ],
)
def test_a_damaged_stored_file_is_named(
    bad: Project, file: str, pipeline: str, damage: Callable[[bytes], bytes]
) -> None:
    path = bad.path / "data/demo" / file
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    try:
        sentence = bad.refusal(f"--pipelines={pipeline}")
    finally:
        path.write_bytes(whole)
    assert path.name in sentence
    assert "; delete it" in sentence


def test_a_byte_order_mark_and_windows_line_ends_are_read(bad: Project, tmp_path: Path) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_bytes(b"\xef\xbb\xbf" + csv(ROW, ["4", *ROW[1:]]).replace(b"\n", b"\r\n"))
    code = bad.kedro.run("run", "--env=demo", "--pipelines=ingestion", f"--params=source={path}")
    assert code == 0, bad.kedro.output()[-3000:]
    assert pq.read_metadata(bad.path / "data/demo/03_primary/faces.parquet").num_rows == 2
