import numpy as np

from fer_kedro.faces import EMOTIONS
from fer_kedro.pipelines.eda.face_samples import plot_face_samples, sample_rows
from fer_kedro.pipelines.eda.mean_faces import class_moments, plot_mean_faces
from fer_kedro.pipelines.eda.mosaic import GAP, PITCH, tile


def test_samples_are_of_their_class_distinct_and_never_blank(faces, with_blanks):
    faces = with_blanks(faces, 0, 7, 14)
    sampled = sample_rows(faces, 5, seed=1)
    for code, name in enumerate(EMOTIONS):
        assert (faces.labels[sampled[name]] == code).all()
        assert len(set(sampled[name])) == 5
    assert not {0, 7, 14} & set(sample_rows(faces, 12, seed=1)["angry"])


def test_the_seed_decides_the_samples(faces):
    rows = [np.concatenate(list(sample_rows(faces, 5, seed).values())).tolist() for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]


def test_a_class_with_few_faces_shows_all_of_them(faces):
    assert len(sample_rows(faces, 20, seed=0)["sad"]) == 12


def test_the_drawn_mosaic_holds_the_sampled_faces(faces, parameters):
    drawn = plot_face_samples(faces, parameters).axes[0].images[0].get_array()
    for row, rows in enumerate(sample_rows(faces, 3, parameters.seed).values()):
        for column, face in enumerate(rows):
            top, left = row * PITCH, column * PITCH
            np.testing.assert_array_equal(drawn[top : top + 48, left : left + 48], faces.images[face])


def test_a_mosaic_leaves_gaps_and_missing_images_empty():
    mosaic = tile([np.zeros((2, 48, 48)), np.ones((1, 48, 48))], 2)
    assert mosaic.shape == (2 * 48 + GAP, 2 * 48 + GAP)
    assert np.isnan(mosaic[48:PITCH]).all()
    assert np.isnan(mosaic[PITCH:, PITCH:]).all()
    assert (mosaic[PITCH:, :48] == 1).all()


def test_drawn_means_and_deviations_are_those_of_numpy(faces):
    means, deviations, differences = (axis.images[0].get_array() for axis in plot_mean_faces(faces).axes[:3])
    happy = faces.images[faces.labels == 3]
    place = slice(3 * PITCH, 3 * PITCH + 48)
    average = np.mean([faces.images[faces.labels == code].mean(axis=0) for code in range(7)], axis=0)
    np.testing.assert_allclose(means[:, place], happy.mean(axis=0))
    np.testing.assert_allclose(deviations[:, place], happy.std(axis=0))
    np.testing.assert_allclose(differences[:, place], happy.mean(axis=0) - average)


def test_a_class_without_faces_has_no_mean_and_still_draws(faces):
    without = faces.take(faces.labels != 1)
    assert np.isnan(class_moments(without)[0][1]).all()
    plot_mean_faces(without).draw_without_rendering()
