"""The smallest recipe."""

from typing import Any

from fer_kedro.recipe import Recipe


def tiny_recipe(**changes: Any) -> Recipe:
    """One convolution of four filters, trained for an epoch, but for these changes."""
    page = {
        "name": "tiny",
        "report": "none",
        "description": "Tiny",
        "model": {"family": "cnn", "blocks": [[4]]},
        "training": {"epochs": 1},
    }
    return Recipe.model_validate(page | changes)
