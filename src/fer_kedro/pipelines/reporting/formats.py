"""How numbers are written in figures and pages; what is missing is a dash."""

from typing import Any

import pandas as pd

DASH = "–"


def percent(share: float | None) -> str:
    """Write a share as per cent: 0.65283 is `65.3 %`, the space unbreakable."""
    return DASH if share is None or pd.isna(share) else f"{100 * share:.1f}\u00a0%"


def interval(low: float | None, high: float | None) -> str:
    """Write an interval of shares in per cent: `63.7 to 66.8`."""
    return DASH if low is None or high is None or pd.isna(low + high) else f"{100 * low:.1f} to {100 * high:.1f}"


def signed_interval(low: float, high: float) -> str:
    """Write an interval of a difference in points: `+0.6 to +3.6`."""
    return f"{low:+.1f} to {high:+.1f}"


def decimal(value: float | None, places: int = 3) -> str:
    """Write a number with this many decimals."""
    return DASH if value is None or pd.isna(value) else f"{value:.{places}f}"


def count(value: Any) -> str:
    """Write a whole number with thousands separated: `28,709`."""
    return DASH if pd.isna(value) else f"{value:,.0f}"


def short(value: Any) -> str:
    """Write a large number with three digits and k, M or G: 46,157,312 is `46.2 M`."""
    if pd.isna(value):
        return DASH
    rounded = float(f"{value:.3g}")
    power = min(3, (len(str(int(rounded))) - 1) // 3)
    return f"{rounded / 1000**power:.4g}\u00a0{' kMG'[power]}".strip()


def p_value(probability: float) -> str:
    """Write a p-value: three decimals, or a bound where they would be 0."""
    return "< 0.001" if probability < 0.0005 else f"{probability:.3f}"


def backend(record: dict[str, Any]) -> str:
    """Write what computed a run: `tensorflow`, or `jax on a GPU (Tesla T4)`; older records are of processors alone.

    A machine's GPUs of several models are not named: which of them it was, no record tells.
    """
    name = str(record.get("backend", "tensorflow"))
    if record.get("device") != "gpu":
        return name
    models = set(record.get("gpus", ()))
    return f"{name} on a GPU ({models.pop()})" if len(models) == 1 else f"{name} on a GPU"


def words(value: Any) -> str:
    """Write what is in words already."""
    return DASH if pd.isna(value) else str(value)
