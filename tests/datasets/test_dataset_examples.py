"""The examples in the datasets' docstrings are true, and the catalog is cheap to build."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

from fer_kedro import datasets

MODULES = [module.name for module in pkgutil.iter_modules(datasets.__path__, "fer_kedro.datasets.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", datasets.__all__)
def test_every_dataset_has_an_example(name: str) -> None:
    assert ">>>" in (getattr(datasets, name).__doc__ or "")


def test_importing_the_datasets_imports_nothing_heavy() -> None:
    heavy = {"tensorflow", "keras", "mlflow", "cv2", "sklearn", "scipy"}
    program = f"import sys, fer_kedro.datasets; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
