"""The stage `balancing` as Kedro runs it."""

from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from matplotlib.figure import Figure

from fer_kedro.faces import TRAINING, Faces, Provenance
from fer_kedro.pipelines.balancing import create_pipeline
from fer_kedro.pipelines.balancing.figures import plot_balancing_examples, plot_class_balance
from fer_kedro.pipelines.balancing.nodes import balance_training_faces
from fer_kedro.protocols.prepare import balancing_digest
from fer_kedro.protocols.split import Protocol
from fer_kedro.variation import Balancing

HONEST = Protocol(name="honest", drop_training_copies=True, drop_validation_copies=True, on_leak="stop")
FIVE = Balancing(target=5)


@pytest.fixture
def faces() -> Faces:
    """Three Training and one PrivateTest face of each class; rows 0 and 21 are copies, row 7 is blank."""
    emotion = np.tile(np.arange(7), 4)
    usage = np.repeat([TRAINING, "PrivateTest"], [21, 7])
    images = np.random.default_rng(0).integers(0, 256, (28, 48, 48), dtype=np.uint8)
    made = Faces.build(images, emotion, usage, source="fer2013")
    return made.with_columns(group=np.where(np.arange(28) == 21, 0, np.arange(28)), blank=np.arange(28) == 7)


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    return " ".join(text.get_text() for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text")))


def test_stage_gives_balanced_faces_their_account_and_two_figures(faces: Faces) -> None:
    given = {"faces": faces, "params:balancing": FIVE, "params:protocols.honest": HONEST}
    catalog = DataCatalog({name: MemoryDataset(value, copy_mode="assign") for name, value in given.items()})
    outputs = SequentialRunner().run(create_pipeline(), catalog)
    assert {name: type(dataset.load()) for name, dataset in outputs.items()} == {
        "class_balance": Figure,
        "balancing_examples": Figure,
    }
    assert create_pipeline().inputs() == set(given)
    assert {"balanced_faces", "balancing_account"} < create_pipeline().all_outputs()


def test_node_gets_typed_parameters() -> None:
    hints = get_type_hints(balance_training_faces)
    assert (hints["balancing"], hints["protocol"]) == (Balancing, Protocol)


def test_copies_of_evaluation_faces_and_blanks_are_neither_kept_nor_sources(faces: Faces) -> None:
    made, _ = balance_training_faces(faces, FIVE, HONEST)
    assert len(made) == 35
    assert {"0", "7", "21"}.isdisjoint(set(made.table["face_id"]) | set(made.table["source_id"].dropna()))


def test_provenance_says_what_made_the_faces(faces: Faces) -> None:
    made, _ = balance_training_faces(faces, FIVE, HONEST)
    assert made.provenance == replace(faces.provenance, made_by=balancing_digest(faces, HONEST, FIVE))


def test_account_adds_up_class_by_class(faces: Faces) -> None:
    _, account = balance_training_faces(faces, Balancing(target=2), HONEST)
    expected = pd.DataFrame(
        {
            "emotion": faces.class_names,
            "originals": [1, 3, 3, 3, 3, 3, 3],
            "undersampled": [0, 1, 1, 1, 1, 1, 1],
            "kept": [1, 2, 2, 2, 2, 2, 2],
            "generated": [1, 0, 0, 0, 0, 0, 0],
            "total": [2] * 7,
        }
    )
    pd.testing.assert_frame_equal(account, expected)


def test_balance_figure_says_how_many_faces_are_generated(faces: Faces) -> None:
    made, account = balance_training_faces(faces, FIVE, HONEST)
    shown = texts(plot_class_balance(account, made))
    assert "5 faces of every class: 16 of 35 (46 %) are generated" in shown
    assert all(name in shown for name in faces.class_names)
    assert "DEMO" not in shown


def test_examples_figure_shows_an_original_and_eight_generated_faces_a_class(faces: Faces) -> None:
    made, _ = balance_training_faces(faces, FIVE, HONEST)
    shown = plot_balancing_examples(made, FIVE).axes[0].get_images()
    assert len(shown) == 7 * 9
    originals = {image.tobytes() for image in faces.images[:21]}
    assert [np.asarray(image.get_array()).tobytes() in originals for image in shown[::9]] == [True] * 7


def test_figures_of_demo_faces_are_marked(faces: Faces) -> None:
    made, account = balance_training_faces(replace(faces, provenance=Provenance("demo", "")), FIVE, HONEST)
    for figure in (plot_class_balance(account, made), plot_balancing_examples(made, FIVE)):
        assert "DEMO FACES" in texts(figure)
