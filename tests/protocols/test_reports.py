"""The protocols of the pages, on the real faces: the reports' own counts come out, and so do their leaks."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader

from fer_kedro.faces import Faces
from fer_kedro.pages import CONF
from fer_kedro.protocols.prepare import Prepared, prepare_faces
from fer_kedro.protocols.protocol import Protocol
from fer_kedro.recipe import Recipe

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def faces(real_parquet: Path) -> Faces:
    """The real table without its pixels; copies are the pixel-identical ones."""
    real = pd.read_parquet(real_parquet)
    faces = Faces.build(np.zeros((len(real), 48, 48), np.uint8), real["emotion"], real["usage"], source="fer2013")
    copies = pd.factorize(real["image"])[0]
    return faces.with_columns(exact_group=copies, group=copies)


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    merged = {"parameters": "soft"}
    loader = OmegaConfigLoader(str(CONF.parent), base_env="base", default_run_env="local", merge_strategy=merged)
    return loader["parameters"]


def prepared(faces: Faces, parameters: dict[str, Any], run: str) -> Prepared:
    protocol, recipe = run.split(".")
    if protocol in parameters["protocols"]:
        decisions = {"protocol": parameters["protocols"][protocol], "recipe": parameters["recipes"][recipe]}
    else:
        decisions = parameters[protocol][recipe]
    balancing = Recipe.model_validate(decisions["recipe"]).balancing
    return prepare_faces(faces, Protocol.model_validate(decisions["protocol"]), balancing)


@pytest.mark.parametrize(
    ("run", "sizes"),
    [
        ("official.goldstein_cnn", [28_709, 3_589, 3_589]),
        ("as_reported.goldstein_cnn", [22_968, 5_741, 7_178]),
        ("as_reported.focal_cnn", [28_709, 7_178, 7_178]),
        ("as_reported.hejslet_light", [35_000, 7_178, 7_178]),
        ("as_reported.choudhary_cnn", [22_618, 5_655, 7_067]),
        ("as_reported.liang_cnn", [107_661, 35_887, 35_887]),
    ],
)
def test_the_sides_have_the_reports_sizes(faces: Faces, parameters: dict[str, Any], run: str, sizes: list[int]) -> None:
    sides = prepared(faces, parameters, run).sides
    assert [len(sides.train), len(sides.validation), len(sides.test)] == sizes


def test_the_held_out_faces_of_the_notebook_are_a_fifth_of_each_class(faces: Faces, parameters: dict[str, Any]) -> None:
    held = prepared(faces, parameters, "as_reported.goldstein_cnn").validation_faces(faces)
    assert np.bincount(held.labels).tolist() == [799, 87, 819, 1443, 966, 634, 993]


@pytest.mark.parametrize(
    ("run", "copied"),
    [("official.goldstein_cnn", 288), ("as_reported.focal_cnn", 568)],
)
def test_the_copies_inside_fer2013_are_found(faces: Faces, parameters: dict[str, Any], run: str, copied: int) -> None:
    assert prepared(faces, parameters, run).audit.test_faces_with_sibling_in_training == copied


def test_selecting_on_the_test_folder_is_found(faces: Faces, parameters: dict[str, Any]) -> None:
    assert prepared(faces, parameters, "as_reported.hejslet_large").audit.test_faces_with_sibling_in_validation == 7_178


@pytest.mark.parametrize("run", ["as_reported.liang_cnn", "copies_first.leak_demo"])
def test_copying_before_splitting_gives_97_per_cent_of_the_test_faces_a_sibling_in_training(
    faces: Faces, parameters: dict[str, Any], run: str
) -> None:
    """A test copy has four siblings, each in training with probability 0.6; copies inside FER-2013 add to that."""
    share = prepared(faces, parameters, run).audit.test_share_with_sibling_in_training
    assert 1 - 0.4**4 < share < 0.98


def test_splitting_before_copying_gives_none(faces: Faces, parameters: dict[str, Any]) -> None:
    made = prepared(faces, parameters, "split_first.leak_demo")
    assert made.audit.clean
    assert len(made.sides.train) == pytest.approx(0.6 * 5 * 35_887, rel=0.01)
