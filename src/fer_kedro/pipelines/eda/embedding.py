"""A map of faces by their pixels: neighbours look alike, whatever they are labelled."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.figures import DEMO_COLOUR, DEMO_MARK, INK, class_colours
from fer_kedro.pipelines.eda.parameters import EdaParameters
from fer_kedro.vision.pixel_statistics import Floats

LEAST_FACES = 5
NEIGHBOURS = 10
# Half of scikit-learn's default, for a divergence of 1.98 instead of 1.96 on 2,000 faces of FER-2013.
ITERATIONS = 500


def embed_faces(faces: Faces, parameters: EdaParameters) -> pd.DataFrame:
    """Lay a random sample of the faces that are not blank out in the plane: PCA to 50 dimensions, then t-SNE.

    Each face is standardised first, so that light and contrast alone don't sort the faces.
    L. van der Maaten, G. Hinton, "Visualizing data using t-SNE", JMLR 9 (2008).

    Returns
    -------
    DataFrame
        One row for each sampled face: `face_id`, `usage`, `emotion` (its name), and the coordinates `x`, `y`.

    Raises
    ------
    InputError
        If fewer than five faces are not blank.
    """
    candidates = np.flatnonzero(~faces.table["blank"].to_numpy())
    if len(candidates) < LEAST_FACES:
        raise InputError(
            f"The embedding needs {LEAST_FACES} faces that are not blank and found {len(candidates)}: "
            "give more faces, or run the other nodes with --nodes."
        )
    size = min(parameters.embedding_sample, len(candidates))
    rows = np.sort(np.random.default_rng(parameters.seed).choice(candidates, size, replace=False))
    sample = faces.take(rows)
    x, y = _project(_standardised(sample), parameters).T
    names = np.asarray(faces.class_names)[sample.labels]
    return sample.table[["face_id", "usage"]].assign(emotion=names, x=x.round(2), y=y.round(2))


def plot_embedding(embedding_points: pd.DataFrame, faces: Faces) -> go.Figure:
    """Draw the embedded faces by class; a click on the legend hides a class, hovering names the face."""
    figure = go.Figure()
    for name, colour in class_colours(faces.class_names).items():
        points = embedding_points[embedding_points["emotion"] == name]
        figure.add_scatter(
            # Lists, since kedro-viz' plotly.js can't read the base64 that arrays are written as.
            x=points["x"].tolist(),
            y=points["y"].tolist(),
            customdata=points[["face_id", "usage"]].to_numpy().tolist(),
            name=escape(name, quote=False),
            mode="markers",
            marker={"size": 6, "opacity": 0.75, "color": colour},
            hovertemplate="face %{customdata[0]}, %{customdata[1]}",
        )
    _lay_out(figure, _subtitle(embedding_points))
    if faces.provenance.is_demo:
        _mark(figure)
    return figure


def neighbour_agreement(points: pd.DataFrame) -> tuple[float, float]:
    """Share of the points' nearest neighbours (up to ten) with the same label, and the share by chance."""
    from sklearn.neighbors import NearestNeighbors

    labels = points["emotion"].to_numpy()
    count = min(NEIGHBOURS, len(points) - 1)
    neighbours = NearestNeighbors(n_neighbors=count).fit(points[["x", "y"]]).kneighbors(return_distance=False)
    shares = points["emotion"].value_counts(normalize=True)
    return float((labels[neighbours] == labels[:, None]).mean()), float((shares**2).sum())


def _standardised(faces: Faces) -> Floats:
    flat = faces.images.reshape(len(faces), -1).astype(np.float64)
    flat -= flat.mean(axis=1, keepdims=True)
    standardised: Floats = flat / np.maximum(flat.std(axis=1, keepdims=True), 1)
    return standardised


def _project(points: Floats, parameters: EdaParameters) -> Floats:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    components = min(50, len(points) - 1)
    perplexity = min(parameters.perplexity, (len(points) - 1) / 3)
    # One thread gives the same map on any machine, and t-SNE's second one only waits where others work too.
    with threadpool_limits(limits=1):
        reduced = PCA(components, random_state=parameters.seed).fit_transform(points)
        tsne = TSNE(perplexity=perplexity, init="pca", max_iter=ITERATIONS, random_state=parameters.seed)
        layout = tsne.fit_transform(reduced)
    return np.asarray(layout, dtype=np.float64)


def _subtitle(points: pd.DataFrame) -> str:
    shared, chance = neighbour_agreement(points)
    return (
        f"t-SNE of {len(points):,} faces; {100 * shared:.0f} % of nearest neighbours share a label, "
        f"by chance {100 * chance:.0f} %"
    )


def _lay_out(figure: go.Figure, subtitle: str) -> None:
    hidden = {"visible": False}
    figure.update_layout(
        template="plotly_white",
        title={"text": f"<b>Faces laid out by likeness</b><br><sup>{subtitle}</sup>", "x": 0.02},
        font={"family": "DejaVu Sans, Verdana, sans-serif", "color": INK},
        legend={"itemsizing": "constant"},
        margin={"l": 20, "r": 20, "t": 70, "b": 30},
        xaxis=hidden,
        yaxis={**hidden, "scaleanchor": "x"},
    )


def _mark(figure: go.Figure) -> None:
    figure.add_annotation(
        text=f"<b>{DEMO_MARK}</b>", xref="paper", yref="paper", x=1, y=0, xanchor="right", yanchor="top",
        showarrow=False, font={"size": 11, "color": DEMO_COLOUR},
    )  # fmt: skip
