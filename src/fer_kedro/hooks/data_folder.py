"""Where an environment keeps its data."""

from pathlib import Path
from typing import Any


def data_folder(context: Any) -> Path:
    """Return the folder that `globals.yml` names as `data`, absolute.

    Parameters
    ----------
    context
        Kedro's context, as `after_context_created` gives it.
    """
    return Path(context.project_path) / str(context.config_loader["globals"]["data"])
