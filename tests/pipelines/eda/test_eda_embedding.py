import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import EMOTIONS
from fer_kedro.pipelines.eda.embedding import embed_faces, neighbour_agreement, plot_embedding


def test_the_seed_decides_the_embedding(faces, parameters):
    first, again = embed_faces(faces, parameters), embed_faces(faces, parameters)
    pd.testing.assert_frame_equal(first, again)
    other = embed_faces(faces, parameters.model_copy(update={"seed": 1}))
    assert first["face_id"].tolist() != other["face_id"].tolist()


def test_the_embedded_faces_are_not_blank_and_keep_their_labels(faces, parameters, with_blanks):
    faces = with_blanks(faces, *range(0, 84, 3))
    points = embed_faces(faces, parameters)
    rows = points["face_id"].astype(int).to_numpy()
    assert len(set(rows)) == 50
    assert not faces.table["blank"].to_numpy()[rows].any()
    assert points["emotion"].tolist() == [EMOTIONS[code] for code in faces.labels[rows]]
    assert np.isfinite(points[["x", "y"]]).all(axis=None)


def test_very_few_faces_are_refused_in_one_sentence(faces, parameters):
    with pytest.raises(InputError, match="needs 5 faces that are not blank and found 4"):
        embed_faces(faces.take(range(4)), parameters)


def test_neighbours_of_separated_classes_agree_beyond_chance():
    cluster = np.repeat([0.0, 100.0], 20)
    emotion = np.repeat(["happy", "sad"], 20)
    points = pd.DataFrame({"emotion": emotion, "x": cluster, "y": np.arange(40) * 0.1})
    assert neighbour_agreement(points) == (1.0, 0.5)


def test_a_class_name_is_no_markup(faces, points):
    named = replace(faces, class_names=("<b>&", *EMOTIONS[1:]))
    assert plot_embedding(points, named).data[0].name == "&lt;b&gt;&amp;"


def test_the_embedding_draws_each_class_as_plain_numbers_with_the_faces_names(faces, points):
    figure = json.loads(plot_embedding(points, faces).to_json())
    assert [trace["name"] for trace in figure["data"]] == list(EMOTIONS)
    for trace in figure["data"]:
        own = points[points["emotion"] == trace["name"]]
        assert trace["x"] == own["x"].tolist()
        assert [face for face, _ in trace["customdata"]] == own["face_id"].tolist()
