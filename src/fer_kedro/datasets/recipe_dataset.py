"""A recipe as the YAML page that it could have been from the beginning."""

from pathlib import Path
from typing import Any

import yaml
from kedro.io import AbstractDataset

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError
from fer_kedro.pages import ALL
from fer_kedro.recipe import Recipe

SEED = "${runtime_params:seed,0}"
"""What stands in a page for the seed, which a command chooses."""


class RecipeDataset(AbstractDataset[Recipe, Recipe]):
    """Keeps a recipe as a page that stands in `conf/base/parameters_recipes` as it is.

    Parameters
    ----------
    filepath
        The page; its name is the recipe's.
    seed
        That the recipe is loaded with: no page holds one.

    Examples
    --------
    >>> RecipeDataset(filepath="data/06_models/searched.yml").exists()
    False
    """

    def __init__(self, *, filepath: str, seed: int = 0, metadata: dict[str, Any] | None = None) -> None:
        self._filepath, self._seed = Path(filepath), seed
        self.metadata = metadata

    def load(self) -> Recipe:
        """Return the recipe.

        Raises
        ------
        InputError
            If there is no page, or it holds no recipe. Kedro wraps it in a `DatasetError` whose cause it is.
        """
        if not self._filepath.exists():
            raise InputError(f"{self._filepath} does not exist; run the pipeline 'kfold_search' first.")
        try:
            page = yaml.safe_load(self._filepath.read_bytes())
            (recipe,) = page[ALL].values()
            return Recipe.model_validate(recipe | {"training": recipe["training"] | {"seed": self._seed}})
        except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(f"{self._filepath} holds no recipe; run the pipeline 'kfold_search' again.") from error

    def save(self, data: Recipe) -> None:
        """Write the page under a temporary name, then rename the file."""
        recipe = data.model_dump(mode="json")
        recipe["training"]["seed"] = SEED
        page = {ALL: {data.name: recipe}}
        with atomic_path(self._filepath) as temporary:
            temporary.write_text(yaml.safe_dump(page, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
