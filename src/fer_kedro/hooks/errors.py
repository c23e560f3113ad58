"""What a user did wrong ends a command with one sentence instead of a traceback."""

import re
import sys
from types import TracebackType
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.validation.exceptions import ParameterValidationError

from fer_kedro.errors import InputError

PYDANTIC_HINT = re.compile(r"\s*\[type=[^]]*\]|\s*For further information visit \S+")


class ErrorHooks:
    """Wraps the interpreter's last resort, once a project is loaded."""

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Put our `sys.excepthook` in front of the one that is there."""
        former = sys.excepthook

        def sentence_or_traceback(
            kind: type[BaseException], error: BaseException, traceback: TracebackType | None
        ) -> None:
            if (sentence := user_error(error)) is not None:
                click.secho(f"Error: {sentence}", fg="red", err=True)
            else:
                former(kind, error, traceback)

        sys.excepthook = sentence_or_traceback


def user_error(error: BaseException | None) -> str | None:
    """Return what to tell the user of an exception, if it is or was caused by a mistake in their input.

    That is the sentence of an `InputError`; for a parameter which its model refuses, its name, the key within and
    what is wrong with it; for stored data that are not there, their path and what makes them.
    """
    while error is not None:
        if isinstance(error, InputError):
            return str(error)
        if isinstance(error, FileNotFoundError) and "data/" in str(error.filename):
            return f"{error.filename} does not exist; run the pipeline that makes it first, such as 'training'."
        if isinstance(error, ParameterValidationError):
            return re.sub(r"\s+", " ", PYDANTIC_HINT.sub("", str(error)))
        error = error.__cause__ or error.__context__
    return None
