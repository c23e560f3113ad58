"""Which grey levels the faces of each class and usage are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fer_kedro.faces import USAGES, Faces
from fer_kedro.figures import INK, USAGE_COLOURS, class_colours, class_labels, finish, headline, house_style, new_figure
from fer_kedro.vision.pixel_statistics import Floats, grey_histogram

BIN_EDGES = np.linspace(0, 256, 65)
TWO_LINES = 8


def plot_pixel_histogram(faces: Faces) -> Figure:
    """Draw the density of grey levels of each class over that of all faces and, last, of each usage."""
    codes = range(len(faces.class_names))
    histograms = [grey_histogram(faces.images[faces.labels == code]) for code in codes]
    everyone = grey_density(np.sum(histograms, axis=0))
    colours = class_colours(faces.class_names)
    panels = len(histograms) + 1
    lines, columns = _grid(panels)
    figure = new_figure(9.5, 0.8 + 2 * lines)
    with house_style():
        axes = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
        labels = class_labels(faces.class_names)
        for axis, name, label, histogram in zip(axes, faces.class_names, labels, histograms, strict=False):
            axis.stairs(grey_density(histogram), BIN_EDGES, fill=True, color=colours[name], alpha=0.75)
            axis.stairs(everyone, BIN_EDGES, color=INK, linewidth=1, baseline=None)
            axis.set_title(label)
        _draw_usages(axes[len(histograms)], faces)
        figure.legend(loc="upper right", ncols=len(USAGES), fontsize=9, handlelength=1.2)
        for unused in axes[panels:]:
            unused.set_visible(False)
        for axis in axes[panels - columns :]:
            axis.set_xlabel("grey level")
            axis.tick_params(labelbottom=True)
        axes[0].set(xlim=(0, 256), xticks=(0, 100, 200), ylim=(0, None))
        figure.supylabel("share of pixels per grey level, %", fontsize=10)
        headline(figure, "Grey levels of each class (filled) and of all faces (line)")
    return finish(figure, faces.provenance)


def grey_density(histogram: npt.NDArray[np.int64]) -> Floats:
    """Turn counts of 256 grey levels into per cent of pixels per level, in 64 bins of four levels."""
    density: Floats = histogram.reshape(64, 4).mean(axis=1) / max(histogram.sum(), 1) * 100
    return density


def _grid(panels: int) -> tuple[int, int]:
    """Choose lines and columns: two lines as long as that makes at most four columns, else five columns."""
    columns = min(-(-panels // 2), 4 if panels <= TWO_LINES else 5)
    return -(-panels // columns), columns


def _draw_usages(axis: Axes, faces: Faces) -> None:
    for usage in USAGES:
        if len(rows := faces.rows(usage)):
            density, colour = grey_density(grey_histogram(faces.images[rows])), USAGE_COLOURS[usage]
            axis.stairs(density, BIN_EDGES, color=colour, linewidth=1.2, baseline=None, label=usage)
    axis.set_title("by usage")
