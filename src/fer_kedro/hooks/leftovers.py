"""What killed processes left half-written: where the data folder's lock keeps others out, and where it does not."""

from contextlib import suppress
from pathlib import Path
from time import time

from fer_kedro.datasets.atomic import LEFTOVER, remove_leftovers

LAYERS = "0[2-9]_*"
"""Folders of the data that runs write to; `01_raw` is the user's."""
PUBLISHED = (
    "docs",
    "docs/explanation",
    "docs/images",
    "docs/results",
    "docs/results/*",
    "docs/results/*/*",
    "docs/results/*/*/*",
)
"""Folders of the project that `publish` and `results_page` write to."""
ABANDONED = 3600
"""Seconds after which a temporary file outside the lock is taken to be nobody's: one in use is renamed much sooner."""


def clear_leftovers(data: Path, project: Path) -> None:
    """Delete temporary files of killed processes; the data folder's lock must be held.

    Those in the layers go at once. In `01_raw`, where `make download` may be at work, and in `docs`, where a run on
    another data folder may be, only the abandoned ones do. Below `01_raw` nothing is looked at: it is the user's.
    """
    for layer in data.glob(LAYERS):
        remove_leftovers(layer)
    for folder in (data, data / "01_raw", *(folder for place in PUBLISHED for folder in project.glob(place))):
        _remove_abandoned(folder)


def _remove_abandoned(folder: Path) -> None:
    for path in folder.glob(".*"):
        # tidying is no reason to fail; a rename, as of a download, changes the inode's time but not the content's
        with suppress(OSError):
            if LEFTOVER.fullmatch(path.name) and time() - path.stat().st_ctime > ABANDONED:
                path.unlink()
