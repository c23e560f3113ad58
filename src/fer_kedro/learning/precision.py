"""Which floating-point format a model computes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_kedro.errors import InputError
from fer_kedro.learning.device import device
from fer_kedro.recipe import Precision

NATIVE_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def resolve_precision(precision: Precision, cpu_flags: frozenset[str] | None = None) -> str:
    """Turn `auto` into `mixed_bfloat16` where this processor multiplies bfloat16 natively, else `float32`.

    Convolutional networks train about 1.6 times as fast so; emulated bfloat16 would be slower than float32.

    Raises
    ------
    InputError
        If `mixed_float16` is asked for and there is no GPU: processors emulate it, about 4 times slower than float32.
    """
    if precision == "mixed_float16" and device() != "gpu":
        raise InputError(
            "The recipe asks for training.precision mixed_float16, which needs a GPU, and none is found here; "
            "set it to auto, float32 or mixed_bfloat16."
        )
    if precision != "auto":
        return precision
    flags = processor_flags() if cpu_flags is None else cpu_flags
    return "mixed_bfloat16" if flags & NATIVE_BFLOAT16_FLAGS else "float32"


def processor_flags() -> frozenset[str]:
    """Feature flags of this processor, empty where the system does not list them."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return frozenset()
    lines = (line for line in cpuinfo.read_text().splitlines() if line.startswith("flags"))
    return frozenset(next(lines, "").partition(":")[2].split())


@contextmanager
def dtype_policy(policy: str) -> Iterator[None]:
    """Build layers under a Keras dtype policy, and put the former one back."""
    import keras

    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)
