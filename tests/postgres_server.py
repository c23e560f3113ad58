"""A PostgreSQL server of its own in a temporary folder, from Debian's package `postgresql`."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from stand_in_work import eventually

PASSWORD = "s3cret {x}"  # noqa: S105
QUOTED = "s3cret%20{x}"


@dataclass(frozen=True)
class Server:
    """Listens on a port of this machine, and lets `me` in by a password."""

    port: int

    def url(self, database: str = "postgres", user: str = "me", password: str = QUOTED) -> str:
        """Address for SQLAlchemy."""
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> int:
        """Run a statement as the server's superuser, and count its rows."""
        given: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "user": "me", "password": PASSWORD}
        with psycopg.connect(**given, dbname="postgres", autocommit=True) as connection:
            return int(connection.execute(statement).rowcount)  # type: ignore[call-overload]

    def new_database(self, name: str) -> str:
        """Make a database, and return its address."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def disconnect(self, database: str) -> None:
        """Drop every connection to a database, as a restart of the server does."""
        connected = f"FROM pg_stat_activity WHERE datname = '{database}'"
        self.execute(f"SELECT pg_terminate_backend(pid) {connected}")
        eventually(lambda: not self.execute(f"SELECT pid {connected}"))


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a server and stop it; skip where none is installed."""
    if (programs := _programs()) is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="postgres") as folder:
        data, who = Path(folder) / "data", _unprivileged(Path(folder))
        (Path(folder) / "password").write_text(PASSWORD)
        login = ["--username=me", f"--pwfile={folder}/password", "--auth=scram-sha-256"]
        english = ["--no-locale", "--encoding=UTF8"]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
        subprocess.run([programs / "initdb", f"--pgdata={data}", "--no-sync", *login, *english], check=True, **silent)
        server = Server(_free_port())
        where = ["-c", "listen_addresses=127.0.0.1", "-k", "", "-p", str(server.port), "-c", "fsync=off"]
        with subprocess.Popen([programs / "postgres", "-D", data, *where], **silent) as process:
            try:
                _await(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # which waits for nobody


def _programs() -> Path | None:
    found = [Path(path) for path in (shutil.which("initdb"),) if path]
    found = [path.resolve() for path in [*found, *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]]
    return next((path.parent for path in found if (path.parent / "postgres").exists()), None)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Give the folder to somebody who is not root, whom the server refuses; returns as whom it is to run."""
    if os.geteuid():
        return {}
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "group": "nogroup", "extra_groups": [], "cwd": folder}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(server: Server, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        try:
            server.execute("SELECT 1")
            return
        except psycopg.OperationalError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
    raise TimeoutError
