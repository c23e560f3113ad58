from dataclasses import replace

import numpy as np
import pytest

from fer_kedro.faces import EMOTIONS, USAGES
from fer_kedro.pipelines.eda.grey_levels import plot_pixel_histogram
from fer_kedro.pipelines.eda.image_quality import plot_image_quality
from fer_kedro.pipelines.eda.nodes import measure_faces, summarise_pixels


def test_every_face_is_measured_in_its_row(faces):
    measured = measure_faces(faces)
    assert measured["face_id"].tolist() == faces.table["face_id"].tolist()
    assert measured["emotion"].tolist() == [EMOTIONS[code] for code in faces.labels]
    np.testing.assert_allclose(measured["brightness"], faces.images.mean(axis=(1, 2)))
    np.testing.assert_allclose(measured["contrast"], faces.images.std(axis=(1, 2)))


def test_pixel_statistics_summarise_each_class_of_each_usage_and_all_classes(faces):
    summary = summarise_pixels(measure_faces(faces)).set_index(["usage", "emotion"])
    assert len(summary) == 3 * 8
    for usage in USAGES:
        rows = faces.rows(usage)
        assert summary.loc[(usage, "all"), "faces"] == len(rows)
        for code, name in enumerate(EMOTIONS):
            own = faces.images[rows[faces.labels[rows] == code]]
            row, brightness = summary.loc[(usage, name)], own.mean(axis=(1, 2))
            assert row["faces"] == len(own)
            assert row["mean"] == pytest.approx(own.mean(), abs=0.05)
            assert row["sd"] == pytest.approx(own.std(), abs=0.05)
            assert row["brightness"] == pytest.approx(np.median(brightness), abs=0.05)
            low, high = np.percentile(brightness, [25, 75])
            assert row["brightness_iqr"] == pytest.approx(high - low, abs=0.05)


def test_pixel_statistics_are_rounded_and_in_the_order_of_the_classes(faces):
    summary = summarise_pixels(measure_faces(faces))
    numbers = summary.drop(columns=["usage", "emotion"])
    assert (numbers.round(1) == numbers).all(axis=None)
    assert (summary["sharpness"] % 1 == 0).all()
    assert summary["emotion"].tolist() == [*EMOTIONS, "all"] * 3


def test_the_boxes_medians_are_those_of_the_measured_faces(faces):
    measured = measure_faces(faces)
    axes = plot_image_quality(measured, faces).axes
    for axis, quality in zip(axes, ["brightness", "contrast", "sharpness"], strict=True):
        medians = [line.get_xdata()[0] for line in axis.lines if line.get_color() == "white"]
        expected = [measured.loc[measured["emotion"] == name, quality].median() for name in EMOTIONS]
        assert medians == pytest.approx(expected)


@pytest.mark.parametrize(("classes", "grid"), [(1, (2, 1)), (3, (2, 2)), (7, (2, 4)), (8, (2, 5)), (12, (3, 5))])
def test_grey_levels_of_any_number_of_classes_fill_a_grid(faces, classes, grid):
    few = faces.with_columns(emotion=(np.arange(84) % classes).astype(np.int8))
    axes = plot_pixel_histogram(replace(few, class_names=tuple(f"class {code}" for code in range(classes)))).axes
    assert axes[0].get_gridspec().get_geometry() == grid
    assert [axis.get_visible() for axis in axes] == [place <= classes for place in range(len(axes))]
    assert axes[classes].get_title(loc="left") == "by usage"


def test_the_drawn_grey_levels_are_shares_of_the_classes_pixels(faces):
    axes = plot_pixel_histogram(faces).axes
    for code, axis in enumerate(axes[:7]):
        filled, everyone = (patch.get_data().values for patch in axis.patches)
        own = np.bincount(faces.images[faces.labels == code].ravel(), minlength=256)
        np.testing.assert_allclose(filled, own.reshape(64, 4).sum(axis=1) / own.sum() * 100 / 4)
        assert everyone.sum() * 4 == pytest.approx(100)
    assert [patch.get_label() for patch in axes[7].patches] == list(USAGES)
