"""What is wrong with a storage of studies, in one sentence."""

from pathlib import Path

from fer_kedro.errors import InputError


def first_line(error: BaseException) -> str:
    """Return the first line of what the database's driver says."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def file_sentence(file: Path, reason: str) -> str:
    """Say what is wrong with an SQLite file."""
    if "is locked" in reason:
        return (
            f"The study's database {file} is locked by another process; wait until that has ended, and give the same "
            "command again."
        )
    if "is full" in reason:
        return f"The disk with {file} is full; make room and give the same command again."
    if "malformed" in reason or "not a database" in reason:
        return f"{file} is damaged ({reason}); delete it to search anew."
    return f"{file} can't be used as storage of studies ({reason}): check it and its folder."


def server_sentence(storage: str, reason: str) -> str:
    """Say what is wrong with an address or its server, without the password that the address may hold."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(storage)
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in (url.host or ""):  # then pieces of a password may stand anywhere in what was understood
        return (
            "The address of the studies is none; write it as in postgresql+psycopg://user@host/optuna, and the "
            "password into ~/.pgpass."
        )
    shown = url.set(query={}).render_as_string(hide_password=True)  # a query may hold a password too
    return f"{shown} can't be used as storage of studies ({reason}): check the address and the server."


def refuse_other_servers(url: str) -> None:
    """Refuse a database where nothing keeps two commands from the same study.

    Raises
    ------
    InputError
        If the URL names another kind of database than PostgreSQL.
    """
    kind, is_url, _ = url.partition("://")
    if is_url and kind.replace("+", "").isalnum() and not kind.startswith("postgres"):
        raise InputError(
            f"Studies can't be kept in a database of kind {kind}, where nothing keeps two commands from the same "
            "study: give a PostgreSQL server's URL, or no 'studies' for a file."
        )
