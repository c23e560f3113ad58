import warnings
from dataclasses import replace

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from kedro.validation import TypeExtractor
from pydantic import ValidationError

from fer_kedro.faces import Provenance
from fer_kedro.figures import DEMO_MARK
from fer_kedro.pipelines.eda import create_pipeline
from fer_kedro.pipelines.eda.class_distribution import plot_class_distribution
from fer_kedro.pipelines.eda.copies_gallery import plot_copies_gallery
from fer_kedro.pipelines.eda.embedding import plot_embedding
from fer_kedro.pipelines.eda.face_samples import plot_face_samples
from fer_kedro.pipelines.eda.grey_levels import plot_pixel_histogram
from fer_kedro.pipelines.eda.image_quality import plot_image_quality
from fer_kedro.pipelines.eda.mean_faces import plot_mean_faces
from fer_kedro.pipelines.eda.nodes import measure_faces
from fer_kedro.pipelines.eda.parameters import EdaParameters

FIGURES = {
    "class_distribution": plot_class_distribution,
    "face_samples": lambda faces: plot_face_samples(faces, EdaParameters()),
    "mean_faces": plot_mean_faces,
    "pixel_histogram": plot_pixel_histogram,
    "image_quality": lambda faces: plot_image_quality(measure_faces(faces), faces),
    "copies_gallery": lambda faces: plot_copies_gallery(faces, EdaParameters()),
}


def drawn(name, faces):
    """The figure after one drawing, in which a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name](faces)
        figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_draws_without_warnings_and_real_faces_are_not_called_demo(faces, with_copies, name):
    figure = drawn(name, with_copies(faces, (1, 2)))
    assert not [text for text in figure.texts if "DEMO" in text.get_text()]
    assert figure.get_suptitle()


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_of_demo_faces_says_so_where_it_covers_nothing(faces, with_copies, name):
    demo = replace(with_copies(faces, (1, 2)), provenance=Provenance("demo", ""))
    figure = drawn(name, demo)
    (mark,) = (text for text in figure.texts if text.get_text() == DEMO_MARK)
    top = mark.get_window_extent().y1
    assert all(axis.get_tightbbox().y0 >= top for axis in figure.axes if axis.get_visible())


def test_the_embedding_says_demo_where_it_is(faces, points):
    demo = replace(faces, provenance=Provenance("demo", ""))
    notes = plot_embedding(points, demo).layout.annotations
    assert [note.text for note in notes] == [f"<b>{DEMO_MARK}</b>"]
    assert not plot_embedding(points, faces).layout.annotations


@pytest.mark.parametrize("name", FIGURES)
def test_classes_of_other_names_and_number_draw_too(faces, name):
    two = faces.with_columns(emotion=(faces.labels % 2).astype(np.int8))
    drawn(name, replace(two, class_names=("engaged", "bored")))


def test_the_pipeline_makes_every_figure_and_table_from_faces_and_parameters_alone(faces, parameters):
    pipeline = create_pipeline()
    assert pipeline.inputs() == {"faces", "params:eda"}
    catalog = DataCatalog({"faces": MemoryDataset(faces), "params:eda": MemoryDataset(parameters)})
    made = SequentialRunner().run(pipeline, catalog)
    assert set(made) == {*FIGURES, "pixel_statistics", "embedding"}


def test_kedro_validates_the_parameters():
    assert TypeExtractor({"eda": create_pipeline()}).extract_types_from_pipelines() == {"eda": EdaParameters}


@pytest.mark.parametrize("wrong", [{"seeds": 1}, {"seed": -1}, {"samples_per_class": 0}, {"perplexity": 1}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValidationError):
        EdaParameters(**wrong)
