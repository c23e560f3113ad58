"""A run's seed is part of its files' names: both must be the same number."""

from collections.abc import Iterator
from typing import Any

from fer_kedro.errors import InputError
from fer_kedro.pages import ALL, own_protocols


def check_seeds(context: Any) -> None:
    """Refuse a recipe whose seed is not the command's, since its files would take the place of another seed's.

    Raises
    ------
    InputError
        If a recipe sets `training.seed` to something else than `--params=seed=<n>`, or 0 where that is not given.
    """
    protocols = own_protocols()  # first, since it says better than Kedro which page is unusable
    asked = (context.config_loader.runtime_params or {}).get("seed", 0)
    for name, recipe in _recipes(context.config_loader["parameters"], protocols):
        seed = _within(recipe, "training").get("seed", 0)
        if seed != asked:
            raise InputError(
                f"{name}.training.seed is {seed}, but this command writes the files of seed {asked}: write "
                f"'seed: ${{runtime_params:seed,0}}' there, and choose a seed by --params=seed={seed}."
            )


def _recipes(parameters: dict[str, Any], protocols: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, recipe in _within(parameters, ALL).items():
        yield f"{ALL}.{name}", recipe
    for protocol in protocols:
        for name, run in _within(parameters, protocol).items():
            yield f"{protocol}.{name}.recipe", _within(run, "recipe")


def _within(values: Any, key: str) -> dict[str, Any]:
    found = values.get(key) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}
