"""No file that this project reads is ever executed: not a model, not a checkpoint, not a table, not a page."""

import ast
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError
from mischief import Mischief

from fer_kedro.datasets import FacesDataset, KerasModelDataset, MonitorDataset, RawFacesDataset
from fer_kedro.datasets.monitor_dataset import TrainingMonitor
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.learning.monitor import Checkpoint

PROJECT = Path(__file__).resolve().parents[2]
UNSAFE_MODULES = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "torch", "runpy"}
WRITES_ONLY = {"src/fer_kedro/search/crew.py: pickle"}
"""What a search sends to processes of its own, over a pipe; nothing that was stored."""
UNSAFE_CALLS = {
    *("eval", "exec", "compile", "__import__", "read_pickle", "to_pickle", "unsafe_load", "full_load", "load_all"),
    *("extract", "extractall", "unpack_archive", "enable_unsafe_deserialization", "run_path", "system", "popen"),
}
REQUIRED = {
    "np.load": ("allow_pickle", False),
    "load_model": ("safe_mode", True),
    "yaml.load": ("Loader", "none is safe"),
}


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Path]:
    """A file that must not be there after the test, though the pickle would make it."""
    path = tmp_path / "trace"
    yield path
    assert not path.exists()
    pickle.loads(pickle.dumps(Mischief(path)))  # noqa: S301 - it must be able to do harm
    assert path.exists()


def refusal(load: Callable[[], object]) -> str:
    with pytest.raises((InputError, DatasetError)) as error:
        load()
    told = error.value if isinstance(error.value, InputError) else error.value.__cause__
    assert isinstance(told, InputError)
    assert "\n" not in str(told)
    return str(told)


# The source


def unsafe(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.split(".")[0] in UNSAFE_MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in UNSAFE_MODULES:
                yield module
            case ast.Call(func=called, keywords=keywords):
                full = ast.unparse(called)
                given = {word.arg: word.value.value for word in keywords if isinstance(word.value, ast.Constant)}
                last = full.rpartition(".")[2]
                name, wanted = REQUIRED.get(full) or REQUIRED.get(last) or ("", "absent")
                builtin = isinstance(called, ast.Name) or full.split(".")[0] not in {"re", "pc", "model", "self"}
                if last in UNSAFE_CALLS and builtin:
                    yield full
                if given.get(name, "absent") != wanted:
                    yield f"{full} without {name}={wanted}"
                if given.get("shell") or given.get("allow_pickle"):
                    yield f"{full} with shell or allow_pickle"


def test_no_module_of_ours_can_execute_what_it_reads() -> None:
    found = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in (PROJECT / "src").rglob("*.py")
        for name in unsafe(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == WRITES_ONLY


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import torch.serialization",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "keras.saving.load_model(path)",
        "mlflow.pyfunc.load_model(uri)",
        "keras.saving.load_model(path, safe_mode=False)",
        "yaml.load(text)",
        "eval(text)",
        "pd.read_pickle(path)",
        "archive.extractall(folder)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_the_search_finds_what_it_looks_for(code: str) -> None:
    assert list(unsafe(ast.parse(code)))


def test_no_catalog_entry_stores_a_pickle() -> None:
    pages = {page.name: page.read_text(encoding="utf-8") for page in (PROJECT / "conf").rglob("*.yml")}
    assert pages
    assert not [name for name, page in pages.items() if "pickle" in page.lower() or "!!python" in page]


# Checkpoints


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "checkpoint.npz"
    TrainingMonitor(path).save(Checkpoint("print", {"epoch": 1}, {"variable_0": np.arange(5000.0)}))
    return path


def restored(path: Path) -> Checkpoint | None:
    return MonitorDataset(filepath=str(path)).load().restore("print")


def test_a_sound_checkpoint_is_restored(checkpoint: Path) -> None:
    found = restored(checkpoint)
    assert found is not None
    np.testing.assert_array_equal(found.arrays["variable_0"], np.arange(5000.0))


@pytest.mark.parametrize("place", ["header", "variable_0"])
def test_a_pickle_in_a_checkpoint_is_refused(checkpoint: Path, trace: Path, place: str) -> None:
    sound: dict[str, Any] = {"header": json.dumps({"fingerprint": "print", "state": {}}), "variable_0": np.zeros(2)}
    np.savez(checkpoint, **{**sound, place: np.array([Mischief(trace)], dtype=object)})
    assert f"{checkpoint} is damaged or was not written by fer_kedro; delete it" in refusal(
        lambda: restored(checkpoint)
    )


def test_a_bare_pickle_in_place_of_a_checkpoint_is_refused(checkpoint: Path, trace: Path) -> None:
    checkpoint.write_bytes(pickle.dumps(Mischief(trace)))
    assert "is damaged or was not written by fer_kedro" in refusal(lambda: restored(checkpoint))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"PK\x03\x04",
        lambda data: data[:-30],
        lambda data: data[: len(data) // 2],
        lambda data: data[:20_000] + bytes([data[20_000] ^ 1]) + data[20_001:],
        lambda data: b"\x93NUMPY" + data,
    ],
    ids=["empty", "head", "cut", "half", "flipped", "numpy"],
)
def test_a_damaged_checkpoint_is_refused(checkpoint: Path, damage: Callable[[bytes], bytes]) -> None:
    checkpoint.write_bytes(damage(checkpoint.read_bytes()))
    assert "is damaged or was not written by fer_kedro" in refusal(lambda: restored(checkpoint))


@pytest.mark.parametrize("shape", ["(1000000000000,)", "(-1,)", "(__import__('os').getpid(),)"])
def test_a_checkpoint_that_declares_an_impossible_array_is_refused(checkpoint: Path, shape: str) -> None:
    array = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    with zipfile.ZipFile(checkpoint, "a") as archive:
        archive.writestr("variable_1.npy", b"\x93NUMPY\x01\x00\x76\x00" + array.encode())
    assert "is damaged" in refusal(lambda: restored(checkpoint))


# Models


@pytest.fixture(scope="module")
def model_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="dense")])
    path = tmp_path_factory.mktemp("model") / "model.keras"
    KerasModelDataset(filepath=str(path)).save(model)
    assert KerasModelDataset(filepath=str(path)).load().count_params() == 15
    return path.read_bytes()


def load_model(path: Path) -> str:
    return refusal(lambda: KerasModelDataset(filepath=str(path)).load())


def test_a_model_with_a_lambda_layer_is_refused(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)]).save(path)
    assert "model.keras is damaged, holds code or was not written by fer_kedro; delete it and train" in load_model(path)


def test_a_model_whose_page_names_another_class_is_refused(model_bytes: bytes, tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "model.keras"
    path.write_bytes(model_bytes)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = json.loads(parts["config.json"])
    layers = page["config"]["layers"]
    layers[-1] = {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", str(trace)]}}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**parts, "config.json": json.dumps(page)}.items():
            archive.writestr(name, data)
    assert "holds code" in load_model(path)
    assert not trace.exists()


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: b"no model", lambda data: data[:-100], lambda data: data[: len(data) // 2]],
    ids=["empty", "text", "cut", "half"],
)
def test_a_damaged_model_is_refused(model_bytes: bytes, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(damage(model_bytes))
    assert "is damaged" in load_model(path)


def test_a_pickle_in_place_of_a_model_is_refused(tmp_path: Path, trace: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(pickle.dumps(Mischief(trace)))
    assert "is damaged" in load_model(path)


# Tables


@pytest.mark.parametrize("dataset", [RawFacesDataset, FacesDataset])
def test_a_pickle_in_the_metadata_of_parquet_is_never_executed(
    faces: Faces, tmp_path: Path, trace: Path, dataset: type[RawFacesDataset] | type[FacesDataset]
) -> None:
    """Old pyarrow unpickled `arrow.py_extension_type` on reading (CVE-2023-47248)."""
    path = tmp_path / "faces.parquet"
    FacesDataset(filepath=str(path)).save(faces)
    table = pq.read_table(path)
    harm = pickle.dumps(Mischief(trace))
    tag = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": harm}
    fields = [field.with_metadata(tag) if field.name == "emotion" else field for field in table.schema]
    metadata = {**table.schema.metadata, b"pandas": harm.hex().encode()}
    pq.write_table(pa.Table.from_arrays(table.columns, schema=pa.schema(fields, metadata)), path)
    try:
        dataset(filepath=str(path)).load()
    except DatasetError as error:
        assert isinstance(error.__cause__, InputError)
