"""An `InputError` ends a command with its one sentence instead of a traceback."""

import sys
from types import TracebackType
from typing import Any

import click
from kedro.framework.hooks import hook_impl

from fer_kedro.errors import InputError


class ErrorHooks:
    """Wraps the interpreter's last resort, once a project is loaded."""

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Put our `sys.excepthook` in front of the one that is there."""
        former = sys.excepthook

        def sentence_or_traceback(
            kind: type[BaseException], error: BaseException, traceback: TracebackType | None
        ) -> None:
            if (sentence := input_error(error)) is not None:
                click.secho(f"Error: {sentence}", fg="red", err=True)
            else:
                former(kind, error, traceback)

        sys.excepthook = sentence_or_traceback


def input_error(error: BaseException | None) -> InputError | None:
    """Return the `InputError` that an exception is or was caused by, if any."""
    while error is not None and not isinstance(error, InputError):
        error = error.__cause__ or error.__context__
    return error
