"""The one error that a user is meant to read."""


class InputError(ValueError):
    """Something the user gave is unusable; its text is one sentence: what was found, where, what to do."""
