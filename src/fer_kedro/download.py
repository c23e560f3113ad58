"""Fetch FER-2013 from Kaggle with the user's own credentials: `make download`, the one part that uses the network.

It takes `fer2013.tar.gz` of the challenge, not one of the folders of pictures that others have made of it: the CSV in
it names each face's usage and gives its row, by which FER+ joins.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.datasets.raw_faces_dataset import KAGGLE, find_source
from fer_kedro.errors import InputError

CHALLENGE = "challenges-in-representation-learning-facial-expression-recognition-challenge"
RULES = f"https://www.kaggle.com/c/{CHALLENGE}/rules"
FILE = "fer2013.tar.gz"
BY_HAND = f"or fetch {FILE} from {KAGGLE} with a browser and put it in data/01_raw"
TOKEN = f"make a token on https://www.kaggle.com/settings and put it in ~/.kaggle/access_token, {BY_HAND}"

REFUSALS = {
    401: f"Kaggle does not accept these credentials; {TOKEN}.",
    403: f"Kaggle asks for the challenge's rules to be accepted; do so on {RULES} and run this again, {BY_HAND}.",
}


def download(folder: Path) -> Path:
    """Put the challenge's archive into a folder that holds nothing yet; it appears whole or not at all.

    Raises
    ------
    InputError
        If the folder holds something, Kaggle can't be reached or refuses, or what it gives is not FER-2013; it
        says what to do.
    """
    if held := sorted(path.name for path in folder.glob("*") if not path.name.startswith(".")):
        raise InputError(
            f"{folder} holds {held[0]} already, so nothing was downloaded; move it away to get a new copy."
        )
    with _sentences(), _staging(folder) as staging:
        from kagglehub import competition_download

        return put_in_place(Path(competition_download(CHALLENGE, FILE, output_dir=str(staging))), folder)


def put_in_place(fetched: Path, folder: Path) -> Path:
    """Read the whole file to see that it is sound, and move it into the folder.

    Raises
    ------
    InputError
        If it can't be read as FER-2013; the folder stays as it was.
    """
    try:
        if source := find_source(fetched):
            source[0].read(fetched)
    except InputError as error:
        raise InputError(f"What Kaggle gave is not FER-2013, so it was deleted: {error}") from error
    target = folder / fetched.name
    with atomic_path(target) as temporary:
        fetched.replace(temporary)
    return target


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give a hidden folder inside, on the same disk, of which nothing stays; what a kill left there goes first."""
    staging = folder / ".download"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what `kagglehub` raises into one sentence that says what to do."""
    try:
        yield
    except InputError:
        raise
    except ImportError as error:
        raise InputError(f"kagglehub is not installed ({error}); run 'make download', which does that.") from error
    except Exception as error:
        raise InputError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    from kagglehub.exceptions import UnauthenticatedError
    from requests import RequestException

    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = " ".join(str(error).split())
    if status is not None:
        return REFUSALS.get(status, f"Kaggle did not give {FILE} ({reason}); run this again later, {BY_HAND}.")
    if isinstance(error, UnauthenticatedError):
        return f"No Kaggle credentials were found; {TOKEN}."
    if isinstance(error, RequestException):
        return f"Kaggle can't be reached ({type(error).__name__}); run this again with a network, {BY_HAND}."
    if isinstance(error, ValueError):  # from a credentials file that is not as it should be
        return f"{reason}; {TOKEN}."
    return f"{FILE} could not be fetched ({reason}); check the folder and its disk and run this again, {BY_HAND}."


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("data/01_raw"), show_default=True)
def main(folder: Path) -> None:
    """Fetch FER-2013 from Kaggle into a folder."""
    try:
        click.echo(f"FER-2013 is in {download(folder)}.")
    except InputError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
