"""A recipe's seed and the seed in the names of its files."""

from collections import UserDict
from types import SimpleNamespace
from typing import Any

import pytest

from fer_kedro.errors import InputError
from fer_kedro.hooks.seeds import check_seeds


def context(recipe_seed: int, asked: dict[str, Any] | None, own_seed: int | None = None) -> Any:
    own = recipe_seed if own_seed is None else own_seed
    parameters = {
        "recipes": {"a": {"training": {"seed": recipe_seed}}},
        "as_reported": {"a": {"recipe": {"training": {"seed": own}}}},
    }
    loader = UserDict(parameters=parameters)
    loader.runtime_params = asked  # type: ignore[attr-defined]
    return SimpleNamespace(config_loader=loader)


@pytest.mark.parametrize(("seed", "asked"), [(0, None), (0, {}), (0, {"source": "x"}), (3, {"seed": 3})])
def test_equal_seeds_pass(seed: int, asked: dict[str, Any] | None) -> None:
    check_seeds(context(seed, asked))


@pytest.mark.parametrize(("seed", "asked"), [(1, None), (0, {"seed": 1}), (1, {"seed": 2})])
def test_a_seed_that_would_overwrite_anothers_files_is_refused(seed: int, asked: dict[str, Any] | None) -> None:
    with pytest.raises(
        InputError, match=rf"recipes.a.training.seed is {seed}, .* choose a seed by --params=seed={seed}"
    ):
        check_seeds(context(seed, asked))


def test_seeds_of_a_pages_own_protocols_are_looked_at_too() -> None:
    with pytest.raises(InputError, match=r"as_reported\.a\.recipe\.training\.seed is 5"):
        check_seeds(context(0, None, own_seed=5))
