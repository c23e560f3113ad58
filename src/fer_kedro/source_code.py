"""Which source code computed something."""

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
DECISIONS = ("architecture.py", "faces.py", "recipe.py", "strict.py", "variation.py")
TRAINING = (*DECISIONS, "learning/*.py", "models/*.py", "vision/*.py")
"""Files that the weights of a trained model depend on."""
SEARCHING = (
    "book", "candidate", "computing", "decisions", "folds", "monitor", "pruners", "space", "study", "suggest",
    "tasks", "threads",
)  # fmt: skip
SEARCH = (*TRAINING, "protocols/*.py", *(f"search/{name}.py" for name in SEARCHING))
"""Files that the answers of a search depend on."""

BACKEND = "tensorflow"
"""What Keras computes with unless `KERAS_BACKEND` names another; keras.json is overruled, since no record tells it."""

PACKAGES = ("tensorflow", "keras", "numpy", "opencv-python-headless")
"""Libraries that the bits of trained weights depend on."""


def computed_by() -> dict[str, str]:
    """Return the backend that Keras is told to use, and by their names the versions that bits depend on."""
    backend, python = os.environ.get("KERAS_BACKEND", BACKEND), platform.python_version().rpartition(".")[0]
    versions = {package: version(package) for package in (*PACKAGES, backend)}
    return {"KERAS_BACKEND": backend, "Python": python, **versions}


def code_digest(package: Path = PACKAGE, patterns: tuple[str, ...] = ("**/*.py",)) -> str:
    """Digest of a package's source files, by their relative paths.

    The commit's name would not do: changes that were not committed share one, with a `+`, and outside git it is
    `unknown`. A commit that changes no source, such as one of documents, leaves this as it was.
    """
    hashed = hashlib.sha256()
    for file in sorted({file for pattern in patterns for file in package.glob(pattern)}):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        hashed.update(f"{file.relative_to(package).as_posix()} {content}\n".encode())
    return hashed.hexdigest()
