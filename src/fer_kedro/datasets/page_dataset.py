"""A page of text, such as HTML or Markdown."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError


class PageDataset(AbstractDataset[str, str]):
    """Keeps a page as one UTF-8 file, which is never seen half-written.

    Parameters
    ----------
    filepath
        The file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = PageDataset(filepath=f"{folder}/report.html")
    ...     page.save("<h1>Faces</h1>")
    ...     page.load()
    '<h1>Faces</h1>'
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> str:
        """Return the page.

        Raises
        ------
        InputError
            If there is none. Kedro wraps it in a `DatasetError` whose cause it is.
        """
        if not self._filepath.exists():
            raise InputError(f"{self._filepath} does not exist; run the pipeline that makes it first.")
        return self._filepath.read_bytes().decode("utf-8")

    def save(self, data: str) -> None:
        """Write the page under a temporary name, then rename the file."""
        with atomic_path(self._filepath) as temporary:
            temporary.write_bytes(data.encode("utf-8"))

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
