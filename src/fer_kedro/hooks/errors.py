"""What a user did wrong ends a command with one sentence instead of a traceback."""

import errno
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from types import TracebackType
from typing import Any

import click
import yaml
from kedro.framework.hooks import hook_impl
from kedro.io import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from fer_kedro.errors import InputError
from fer_kedro.hooks.command_line import check_environment, check_runtime_parameters, unknown_selection
from fer_kedro.hooks.refused_parameters import Configuration, refused_parameter
from fer_kedro.hooks.seeds import check_seeds

FULL = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
DATABASE = {
    "database or disk is full": "The disk with MLflow's database is full; make room and give the same command again.",
    "database is locked": "MLflow's database, or the study's, is locked by another process; wait until that has ended, "
    "and give the same command again.",
}
"""What SQLite says, and what that means."""
UNREADABLE = (ValueError, OSError, EOFError)
LOADED = re.compile(r"Failed while loading data from dataset .*?filepath=(.*?)[,)]", re.DOTALL)


class ErrorHooks:
    """Wraps the interpreter's last resort, once a project is loaded."""

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: Any) -> None:
        """Put our `sys.excepthook` in front of the one that is there, and check what the command asks for.

        Raises
        ------
        InputError
            If there is no environment of that name, a runtime parameter is not known, or a seed is not the command's.
        """
        former = sys.excepthook
        configuration = Configuration.of(context)

        def sentence_or_traceback(
            kind: type[BaseException], error: BaseException, traceback: TracebackType | None
        ) -> None:
            if (sentence := user_error(error, configuration)) is not None:
                click.secho(f"Error: {sentence}", fg="red", err=True)
            else:
                former(kind, error, traceback)

        sys.excepthook = sentence_or_traceback
        check_environment(context)
        check_runtime_parameters(context)
        check_seeds(context)


def user_error(error: BaseException | None, configuration: Configuration | None = None) -> str | None:
    """Return what to tell the user of an exception, if it is or was caused by a mistake in their input.

    That is the sentence of an `InputError`; for a parameter which its model refuses, the file and line that set it
    and what is wrong with it; for stored data that are not there, their path and what makes them; for pipelines and
    nodes that are not there, the nearest names.
    """
    chain = list(_chain(error))
    told = (_told(link, configuration or Configuration()) for link in chain)
    return next(filter(None, told), None) or _damaged_file(chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an exception and what caused it, step by step."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _damaged_file(chain: list[BaseException]) -> str | None:
    """Name the stored file that a dataset of kedro-datasets could not make sense of."""
    for error, cause in pairwise(chain):
        if isinstance(error, DatasetError) and isinstance(cause, UNREADABLE) and (file := LOADED.match(str(error))):
            return (
                f"{file[1]} is damaged ({_one_line(cause)[:200]}); delete it and run the pipeline that makes it again."
            )
    return None


def _told(error: BaseException, configuration: Configuration) -> str | None:
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, ParameterValidationError):
        return refused_parameter(error, configuration)
    if isinstance(error, yaml.YAMLError):
        return f"{_one_line(error).removesuffix('.')}; correct that file."
    if isinstance(error, OSError):
        return _told_by_system(error)
    if sentence := next((sentence for said, sentence in DATABASE.items() if said in str(error)), None):
        return sentence
    return unknown_selection(error) if isinstance(error, ValueError) else None


def _told_by_system(error: OSError) -> str | None:
    if error.errno in FULL:
        return f"The disk is full ({_one_line(error)}); make room and give the same command again."
    if error.errno in UNWRITABLE and error.filename:
        return f"{error.filename} can't be read or written ({error.strerror}); check its permissions."
    if isinstance(error, FileNotFoundError) and "data/" in str(error.filename):
        return f"{error.filename} does not exist; run the pipeline that makes it first, such as 'training'."
    return None


def _one_line(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()
