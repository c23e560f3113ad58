"""FER-2013 or other faces as people have them, or demo faces where there are none."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kedro.io import AbstractDataset, DatasetError

from fer_kedro.datasets.archives import is_archive, read_archive
from fer_kedro.datasets.fer2013_csv import is_fer2013_csv, read_fer2013_csv
from fer_kedro.datasets.fer2013_parquet import is_parquet, read_fer2013_parquet
from fer_kedro.datasets.file_tree import is_hidden
from fer_kedro.datasets.image_folders import is_image_folder, read_image_folder
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces

logger = logging.getLogger(__name__)

KAGGLE = "https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge/data"


class SourceForm(NamedTuple):
    """One form in which faces are found on a disk."""

    name: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path], Faces]


FORMS = (
    SourceForm("CSV", is_fer2013_csv, read_fer2013_csv),
    SourceForm("Parquet", is_parquet, read_fer2013_parquet),
    SourceForm("an archive", is_archive, read_archive),
    SourceForm("image folders", is_image_folder, read_image_folder),
)


KNOWN_FORMS = (
    "it can be a CSV with emotion, pixels and Usage, Parquet with emotion, usage and image, pictures in folders "
    "<split>/<class>/ or <class>/, or a zip or tar.gz of the CSV or of such folders"
)


class RawFacesDataset(AbstractDataset[None, Faces]):
    """Reads the one source at a path, in whichever form its content shows; an empty folder gives demo faces.

    Parameters
    ----------
    filepath
        A file, or a folder that holds one source or the picture folders themselves; hidden files don't count.
        `None` means demo faces.
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
        self._filepath = Path(str(filepath)) if filepath is not None else None
        self._demo = demo
        self.metadata = metadata

    def load(self) -> Faces:
        """Return the faces, one group each, in the source's order, or by number or path if they are picture files.

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
            logger.info("Reading faces from %s (%s).", path, form.name)
            faces = form.read(path)
        except OSError as error:
            place = error.filename or self._filepath
            raise InputError(
                f"{place} can't be read ({error.strerror}); check the path and its permissions."
            ) from error
        whose = "FER-2013" if faces.provenance.source == "fer2013" else "images of your own"
        logger.info("They are %s: %s faces of %d classes.", whose, f"{len(faces):,}", len(faces.class_names))
        return faces

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
            "For the real data, download FER-2013 from %s and put it, in any usual form, in data/01_raw, "
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

    Image folders are one source, whether they stand in the path itself or in one folder there. Any other source
    may stand in such a single folder too. What is the source itself may be a link to anywhere: the path, a file in
    it, or a folder that stands alone in it.

    Raises
    ------
    InputError
        If the path does not exist, or holds no source that is recognised, or several, or a link to nowhere.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; give the file or folder that holds the faces.")
    entries = [path] if path.is_file() else _visible(path)
    files = [entry for entry in entries if not entry.is_dir()]
    folder = entries[0] if len(entries) == 1 and entries[0].is_symlink() else path
    candidates = files if len(files) == len(entries) else [*files, folder]
    found = [(form, candidate) for candidate in candidates for form in FORMS if form.recognises(candidate)]
    if len(found) > 1:
        names = " and ".join(form.name if source == path else source.name for form, source in found)
        raise InputError(f"{path} holds several sources, {names}; leave one, or pass --params=source=<the one>.")
    if found or not entries:
        return found[0] if found else None
    if len(entries) == 1 and entries[0].is_dir() and (source := find_source(entries[0])):
        return source
    raise InputError(f"{path} holds nothing that is recognised as FER-2013{_listed(entries, path)}; {KNOWN_FORMS}.")


def _visible(folder: Path) -> list[Path]:
    entries = sorted(entry for entry in folder.iterdir() if not is_hidden(entry.name))
    if gone := [entry for entry in entries if entry.is_symlink() and not entry.exists()]:
        raise InputError(f"{gone[0]} is a link to {gone[0].readlink()}, which is not there; mend or delete the link.")
    return entries


def _listed(entries: list[Path], path: Path) -> str:
    names = [entry.name for entry in entries if entry != path]
    return f" ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})" if names else ""
