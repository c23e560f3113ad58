"""Which source code computed something."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fer_kedro.source_code import TRAINING, code_digest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "part").mkdir()
    (tmp_path / "part/one.py").write_text("a = 1\n")
    (tmp_path / "two.py").write_text("b = 2\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text"),
    [("two.py", "b = 3\n"), ("part/three.py", ""), ("part/one.py", "")],
    ids=["an edit that is not committed", "a new file", "an emptied file"],
)
def test_code_is_known_by_its_source(package: Path, file: str, text: str) -> None:
    before = code_digest(package)
    (package / file).write_text(text)
    assert code_digest(package) != before


def test_code_is_the_same_wherever_it_stands_and_whatever_stands_beside_it(package: Path) -> None:
    before = code_digest(package)
    (package / "README.md").write_text("More")
    (package / "__pycache__").mkdir()
    (package / "__pycache__/two.pyc").write_bytes(b"compiled")
    assert code_digest(package) == before
    assert code_digest(package.rename(package.with_name("moved"))) == before


def test_renamed_source_is_other_code(package: Path) -> None:
    before = code_digest(package)
    (package / "two.py").rename(package / "three.py")
    assert code_digest(package) != before


def test_digest_of_some_files_looks_at_no_others(package: Path) -> None:
    before = code_digest(package, ("*.py",))
    (package / "part/one.py").write_text("a = 3\n")
    assert code_digest(package, ("*.py",)) == before
    (package / "two.py").write_text("b = 3\n")
    assert code_digest(package, ("*.py",)) != before


def test_training_depends_on_models_but_not_on_reports() -> None:
    package = Path(__file__).resolve().parents[1] / "src/fer_kedro"
    found = {file.relative_to(package).as_posix() for pattern in TRAINING for file in package.glob(pattern)}
    assert {"recipe.py", "models/cnn.py", "learning/fit.py", "vision/augmentation.py"} <= found
    assert not [name for name in found if name.startswith(("pipelines/", "datasets/"))]


def test_backend_is_the_one_that_records_name_whatever_keras_own_file_says(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}))
    program = (
        "import fer_kedro.settings, keras; from fer_kedro.source_code import computed_by; "
        "print(computed_by()['KERAS_BACKEND'], keras.backend.backend())"
    )
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "tensorflow tensorflow\n"
