"""Random faces of each class."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from fer_kedro.faces import Faces, Indices
from fer_kedro.figures import (
    class_colours,
    class_labels,
    finish,
    headline,
    house_style,
    label_inches,
    new_figure,
    strip,
)
from fer_kedro.pipelines.eda.mosaic import centres, tile
from fer_kedro.pipelines.eda.parameters import EdaParameters


def plot_face_samples(faces: Faces, parameters: EdaParameters) -> Figure:
    """Draw a row of random faces of each class, blank ones left out (figure 3 of `goldstein_2025`)."""
    count = parameters.samples_per_class
    sampled = sample_rows(faces, count, parameters.seed)
    mosaic = tile([faces.images[rows] for rows in sampled.values()], count)
    labels = class_labels(list(sampled))
    figure = new_figure(0.1 + label_inches(labels) + 0.72 * count, 0.45 + 0.72 * len(sampled))
    with house_style():
        axis = figure.subplots()
        axis.imshow(mosaic, cmap="gray", vmin=0, vmax=255)
        axis.set(xticks=[], yticks=centres(len(sampled)), yticklabels=labels)
        for label, colour in zip(axis.get_yticklabels(), class_colours(list(sampled)).values(), strict=True):
            label.set(color=colour, fontweight="bold")
        strip(axis)
        headline(figure, "Random faces of each class")
    return finish(figure, faces.provenance)


def sample_rows(faces: Faces, count: int, seed: int) -> dict[str, Indices]:
    """Draw up to `count` rows of each class without replacement, blank faces left out."""
    rng = np.random.default_rng(seed)
    shown = ~faces.table["blank"].to_numpy()
    rows = [np.flatnonzero(shown & (faces.labels == code)) for code in range(len(faces.class_names))]
    return {name: rng.permutation(own)[:count] for name, own in zip(faces.class_names, rows, strict=True)}
