import numpy as np
import pandas as pd
import pytest

from fer_kedro.faces import Faces
from fer_kedro.pipelines.eda.copies_gallery import conflicting_copies, plot_copies_gallery
from fer_kedro.pipelines.eda.parameters import EdaParameters


def test_only_copies_with_different_labels_are_found_those_of_most_labels_first(faces, with_copies):
    faces = with_copies(faces, (0, 7), (1, 2), (10, 11, 12))
    found = conflicting_copies(faces)
    assert found.index.tolist() == [10, 11, 12, 1, 2]
    assert found["labels"].tolist() == [3, 3, 3, 2, 2]
    assert found["copies"].tolist() == [3, 3, 3, 2, 2]


def test_the_gallery_shows_the_face_its_labels_and_a_square_for_each_copy(faces, parameters, with_copies):
    faces = with_copies(faces, (1, 2, 9))
    figure = plot_copies_gallery(faces, parameters)
    axis = figure.axes[0]
    assert figure.get_suptitle() == "1 of 1 groups of exact copies carry different labels (3 faces)"
    np.testing.assert_array_equal(axis.images[0].get_array(), faces.images[1])
    assert [text.get_text() for text in axis.texts] == ["disgust", "fear"]
    squares = [len(drawn.get_offsets()) for drawn in axis.collections]
    assert squares[:2] == [1, 2]


def test_the_gallery_is_cut_at_the_parameter_and_says_so(faces, with_copies):
    faces = with_copies(faces, (1, 2), (3, 4), (5, 6))
    figure = plot_copies_gallery(faces, EdaParameters(gallery_groups=2))
    assert len(figure.axes[0].images) == 2
    assert figure.get_suptitle().endswith("(6 faces); 2 shown")


def test_a_gallery_without_conflicts_says_so(faces, parameters, with_copies):
    figure = plot_copies_gallery(with_copies(faces, (0, 7)), parameters)
    assert figure.get_suptitle() == "None of the 1 groups of exact copies carries different labels"
    assert not figure.axes[0].images
    assert plot_copies_gallery(faces, parameters).get_suptitle() == "No face has an exact copy"


@pytest.mark.real_data
def test_the_gallery_counts_the_contradictions_of_the_real_data(parameters, real_parquet):
    table = pd.read_parquet(real_parquet)
    images = np.zeros((len(table), 48, 48), np.uint8)
    # Equal PNG bytes are equal pixels: one encoder wrote them all.
    exact = pd.factorize(table["image"])[0].astype(np.int64)
    faces = Faces.build(images, table["emotion"], table["usage"]).with_columns(exact_group=exact)
    title = plot_copies_gallery(faces, parameters).get_suptitle()
    assert title == "57 of 1,516 groups of exact copies carry different labels (160 faces); 24 shown"
