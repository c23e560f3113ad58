"""Half precision is for GPUs; a processor that would emulate it is told so before anything is trained."""

import pytest

from fer_kedro.errors import InputError
from fer_kedro.learning import precision
from fer_kedro.learning.precision import resolve_precision


def test_float16_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "device", lambda: "cpu")
    with pytest.raises(InputError, match="mixed_float16, which needs a GPU, and none is found here; set it to auto"):
        resolve_precision("mixed_float16")


def test_float16_on_a_gpu_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "device", lambda: "gpu")
    assert resolve_precision("mixed_float16") == "mixed_float16"
