"""Which grey levels the faces of each class and usage are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import USAGES, Faces
from fer_kedro.figures import INK, USAGE_COLOURS, class_colour, finish, headline, house_style, new_figure
from fer_kedro.vision.pixel_statistics import Floats, grey_histogram

BIN_EDGES = np.linspace(0, 256, 65)


def plot_pixel_histogram(faces: Faces) -> Figure:
    """Draw the density of grey levels of each class over that of all faces and, last, of each usage."""
    codes = range(len(faces.class_names))
    histograms = [grey_histogram(faces.images[faces.labels == code]) for code in codes]
    everyone = grey_density(np.sum(histograms, axis=0))
    figure = new_figure(9.5, 4.8)
    with house_style():
        axes = figure.subplots(2, len(histograms) // 2 + 1, sharex=True, sharey=True).ravel()
        for axis, name, histogram in zip(axes, faces.class_names, histograms, strict=False):
            axis.stairs(grey_density(histogram), BIN_EDGES, fill=True, color=class_colour(name), alpha=0.75)
            axis.stairs(everyone, BIN_EDGES, color=INK, linewidth=1, baseline=None)
            axis.set_title(name)
        _draw_usages(axes[len(histograms)], faces)
        figure.legend(loc="upper right", ncols=len(USAGES), fontsize=9, handlelength=1.2)
        for unused in axes[len(histograms) + 1 :]:
            unused.set_visible(False)
        for axis in axes[len(axes) // 2 :]:
            axis.set_xlabel("grey level")
        axes[0].set(xlim=(0, 256), xticks=(0, 100, 200), ylim=(0, None))
        figure.supylabel("share of pixels per grey level, %", fontsize=10)
        headline(figure, "Grey levels of each class (filled) and of all faces (line)")
    return finish(figure, faces.provenance)


def grey_density(histogram: npt.NDArray[np.int64]) -> Floats:
    """Turn counts of 256 grey levels into per cent of pixels per level, in 64 bins of four levels."""
    density: Floats = histogram.reshape(64, 4).mean(axis=1) / max(histogram.sum(), 1) * 100
    return density


def _draw_usages(axis: Axes, faces: Faces) -> None:
    for usage in USAGES:
        if len(rows := faces.rows(usage)):
            density, colour = grey_density(grey_histogram(faces.images[rows])), USAGE_COLOURS[usage]
            axis.stairs(density, BIN_EDGES, color=colour, linewidth=1.2, baseline=None, label=usage)
    axis.set_title("by usage")
