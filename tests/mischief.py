"""A pickle that does something when it is loaded."""

from pathlib import Path
from typing import Any


class Mischief:
    """What an unpickled object may do: here, leave a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)
