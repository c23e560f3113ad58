import numpy as np
import pandas as pd
import pytest

from fer_kedro.faces import EMOTIONS, TRAINING, USAGES, Faces
from fer_kedro.pipelines.eda.class_distribution import class_counts, plot_class_distribution


def test_bars_show_the_tables_counts_and_shares(faces):
    figure = plot_class_distribution(faces)
    for axis, usage in zip(figure.axes, USAGES, strict=True):
        labels = pd.Series(faces.labels[faces.rows(usage)]).map(dict(enumerate(EMOTIONS)))
        counts = labels.value_counts()
        names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
        assert [bar.get_width() for bar in axis.patches] == pytest.approx(counts[names] / counts.sum() * 100)
        shown = [int(text.get_text().split()[0]) for text in axis.texts]
        assert shown == counts[names].tolist()


def test_the_most_common_class_is_on_top_and_the_headline_gives_the_imbalance():
    emotion = [3] * 12 + [6] * 5 + [0, 1, 1, 2, 2, 4, 4, 5, 5]
    faces = Faces.build(np.zeros((26, 48, 48), np.uint8), emotion, [TRAINING] * 26)
    figure = plot_class_distribution(faces)
    assert figure.axes[0].get_yticklabels()[-1].get_text() == "happy"
    assert "happy is 12.0 times as common as angry" in figure.get_suptitle()


def test_a_usage_without_faces_gets_no_panel(faces):
    training = faces.take(faces.rows(TRAINING))
    assert list(class_counts(training)) == [TRAINING]
    assert len(plot_class_distribution(training).axes) == 1


def test_a_class_without_faces_is_said_to_be_absent(faces):
    assert "there is no disgust" in plot_class_distribution(faces.take(faces.labels != 1)).get_suptitle()
