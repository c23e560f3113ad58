import warnings
from dataclasses import replace
from itertools import pairwise

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


NAMES = ("$5 or $10", "a class with a name that never ends", *(f"class number {code}" for code in range(3, 13)))


@pytest.mark.parametrize("name", FIGURES)
def test_labels_of_twelve_classes_stay_in_the_figure_and_off_each_other(faces, with_copies, name):
    many = faces.with_columns(emotion=(np.arange(84) % 12).astype(np.int8))
    figure = drawn(name, with_copies(replace(many, class_names=NAMES), (0, 1, 2)))
    figure.draw_without_rendering()  # the layout settles where pictures keep their shape
    for axis in figure.axes:
        ticks = axis.get_yticklabels() if axis.axison else []
        boxes = [text.get_window_extent() for text in [*ticks, *axis.texts] if text.get_text()]
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
        assert not any(one.overlaps(other) for one, other in pairwise(boxes))


def test_slanted_names_of_mean_faces_are_those_that_would_touch(faces):
    def turned(names):
        many = faces.with_columns(emotion=(np.arange(84) % len(names)).astype(np.int8))
        axis = plot_mean_faces(replace(many, class_names=names)).axes[0]
        return {label.get_rotation() for label in axis.get_xticklabels()}

    assert turned(faces.class_names) == turned(("low spirits", "glad")) == {0}
    assert turned(NAMES) == {30}


def test_squares_of_copies_stand_beside_long_names(faces, with_copies):
    figure = drawn("copies_gallery", with_copies(replace(faces, class_names=(*NAMES[:2], *"cdefg")), (0, 1)))
    names, squares = figure.axes[0].texts, figure.axes[0].collections
    ends = [figure.axes[0].transData.inverted().transform(text.get_window_extent().p1)[0] for text in names]
    assert all(square.get_offsets()[:, 0].min() > max(ends) for square in squares if len(square.get_offsets()))


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
