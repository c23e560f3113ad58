"""FER-2013 as people have it, or demo faces where there is none."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kedro.io import AbstractDataset, DatasetError

from fer_kedro.datasets.fer2013_csv import is_fer2013_csv, read_fer2013_csv
from fer_kedro.datasets.fer2013_parquet import is_parquet, read_fer2013_parquet
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

logger = logging.getLogger(__name__)

KAGGLE = "https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge/data"


class SourceForm(NamedTuple):
    """One form in which FER-2013 is found on a disk."""

    name: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Faces]


FORMS = (
    SourceForm("the Kaggle CSV", is_fer2013_csv, read_fer2013_csv),
    SourceForm("Parquet", is_parquet, read_fer2013_parquet),
)


class RawFacesDataset(AbstractDataset[None, Faces]):
    """Reads the one source at a path, in whichever form its content shows; an empty folder gives demo faces.

    Parameters
    ----------
    filepath
        A file, or a folder whose first level is searched; hidden files don't count. `None` means demo faces.
    demo
        How many demo faces an empty folder gives and their seed, as `{count: 4000, seed: 2013}`; without it
        an empty folder is an error.

    Examples
    --------
    >>> RawFacesDataset(filepath="data/01_raw/no_such_file.csv").exists()
    False
    """

    def __init__(
        self, *, filepath: str | None, demo: dict[str, int] | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self._filepath = Path(filepath) if filepath is not None else None
        self._demo = demo
        self.metadata = metadata

    def load(self) -> Faces:
        """Return the faces, one group each, in the source's order.

        Raises
        ------
        InputError
            If the path does not exist, or holds nothing readable or more than one source. Kedro wraps it in a
            `DatasetError` whose cause it is.
        """
        try:
            source = find_source(self._filepath) if self._filepath else None
            if source is None:
                return self._draw_demo_faces()
            form, path = source
            logger.info("Reading FER-2013 from %s (%s).", path, form.name)
            return form.read(path)
        except OSError as error:
            place = error.filename or self._filepath
            raise InputError(
                f"{place} can't be read ({error.strerror}); check the path and its permissions."
            ) from error

    def save(self, data: None) -> None:
        """Refuse: raw data are only read."""
        raise DatasetError(f"{self._filepath} holds raw data, which this project reads and never writes.")

    def _draw_demo_faces(self) -> Faces:
        if self._demo is None:
            raise InputError(f"{self._filepath or 'The source'} is empty; put fer2013.csv or its Parquet form there.")
        from fer_kedro.vision.synthetic import draw_demo_faces

        faces = draw_demo_faces(**self._demo)
        logger.warning(
            "No FER-2013 %s: going on with %d synthetic demo faces, a stand-in for real ones. "
            "For the real data, download fer2013.csv from %s and put it (or the Parquet form) in data/01_raw, "
            "or pass --params=source=<path>.",
            f"in {self._filepath}" if self._filepath else "asked for",
            len(faces),
            KAGGLE,
        )
        return faces

    def _exists(self) -> bool:
        return self._filepath is None or self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath and str(self._filepath), "demo": self._demo}


def find_source(path: Path) -> tuple[SourceForm, Path] | None:
    """Return the source at a path and its form, or nothing for a folder that holds nothing.

    Raises
    ------
    InputError
        If the path does not exist, or holds no source that is recognised, or several.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; give the file or folder that holds FER-2013.")
    files = [path] if path.is_file() else sorted(f for f in path.iterdir() if not f.name.startswith("."))
    found = [(form, file) for file in files for form in FORMS if form.recognises(file)]
    if files and not found:
        raise InputError(
            f"{path} holds nothing that is recognised as FER-2013{_listed(files, path)}; "
            "it can be a CSV with emotion, pixels and Usage, or Parquet with emotion, usage and image."
        )
    if len(found) > 1:
        names = " and ".join(file.name for _, file in found)
        raise InputError(f"{path} holds several sources, {names}; leave one, or pass --params=source=<the file>.")
    return found[0] if found else None


def _listed(files: list[Path], path: Path) -> str:
    names = [file.name for file in files if file != path]
    return f" ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})" if names else ""
