"""Optuna's storage: one SQLite file for each search, or a server's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.datasets.study_errors import file_sentence, first_line, refuse_other_servers, server_sentence
from fer_kedro.errors import InputError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage

WAIT_SECONDS = 20
"""How long SQLite waits for another process to finish its writing, and a server may take to answer."""


class Studies:
    """The studies of one storage.

    Parameters
    ----------
    filepath
        The SQLite file, made when it is needed.
    storage
        URL of a PostgreSQL database to be used instead, such as `postgresql+psycopg://user@host/optuna`.
    """

    def __init__(self, filepath: Path, storage: str | None = None) -> None:
        self._filepath, self._url = filepath, storage

    @contextmanager
    def open(self, name: str) -> Iterator["Study"]:
        """Give the study of this name, a new one if there is none, and close the storage behind it.

        Raises
        ------
        InputError
            If no database answers at the URL, or the file is none, is damaged or locked, now or at any time until the
            study is closed; if it is another server than PostgreSQL; or if another process has the study open there.
        """
        import optuna
        from sqlalchemy.exc import SQLAlchemyError

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            storage = self._storage()
            with _closed_after(storage), _lease(storage, name):
                yield optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            raise InputError(self._sentence(error)) from error

    def _storage(self) -> "RDBStorage":
        if self._url:
            refuse_other_servers(self._url)
            arguments = {"connect_timeout": WAIT_SECONDS, "keepalives_idle": WAIT_SECONDS}
            return self._connected(self._url, arguments if self._url.startswith("postgresql") else {})
        if not self._filepath.exists():
            # Made whole: a kill between the tables and their indices would let names stand in them twice.
            with atomic_path(self._filepath) as temporary, _closed_after(self._file(temporary)):
                pass
        return self._file(self._filepath)

    def _file(self, path: Path) -> "RDBStorage":
        from sqlalchemy.engine import URL

        return self._connected(URL.create("sqlite", database=str(path)).render_as_string(), {"timeout": WAIT_SECONDS})

    def _connected(self, url: str, arguments: dict[str, Any]) -> "RDBStorage":
        from optuna.storages import RDBStorage

        url = url.replace("{", "{{").replace("}", "}}")  # Optuna takes it for a template
        try:
            return RDBStorage(url, {"pool_pre_ping": True, "connect_args": arguments})
        except (ImportError, RuntimeError, ValueError) as error:  # no driver, another version's tables, no address
            raise InputError(self._sentence(error)) from error

    def _sentence(self, error: Exception) -> str:
        reason = first_line(error)
        return server_sentence(self._url, reason) if self._url else file_sentence(self._filepath, reason)


@contextmanager
def _closed_after(storage: "RDBStorage") -> Iterator[None]:
    try:
        yield
    finally:
        storage.remove_session()
        storage.engine.dispose()


@contextmanager
def _lease(storage: "RDBStorage", name: str) -> Iterator[None]:
    """Keep other processes from a study of a PostgreSQL server; the lease ends with its connection, however it ends."""
    if storage.engine.dialect.name != "postgresql":
        yield  # the data folder, where the file is, has a lock of its own
        return
    with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        if not connection.exec_driver_sql(taken, (name,)).scalar():
            raise InputError(
                f"Study '{name}' is open in another process; wait until that has ended, and give the same command "
                "again."
            )
        yield
