"""Networks have as many parameters as their reports say."""

import pytest
from recipe_pages import recipe_pages

from fer_kedro.models.build import build_model


@pytest.mark.parametrize(("recipe", "millions"), [("hejslet_large", 5.28), ("hejslet_light", 1.47)])
def test_networks_of_hejslet_vetterstein_have_the_parameters_of_the_report(recipe: str, millions: float) -> None:
    """The report says 5.28 M and, of a network without named layers, 1.5 M."""
    assert round(build_model(recipe_pages()[recipe].model, 7).count_params() / 1e6, 2) == millions
