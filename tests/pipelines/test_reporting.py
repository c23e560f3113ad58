"""Reporting: figures, tables and pages of runs on tiny faces."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from matplotlib.figure import Figure

from fer_kedro.errors import InputError
from fer_kedro.evaluation import confusion, predictions_table, run_record
from fer_kedro.evaluation.predictions import scored_table
from fer_kedro.faces import EMOTIONS, Faces
from fer_kedro.pipelines.reporting import create_pipeline, nodes
from fer_kedro.pipelines.reporting.gallery import confident_mistakes
from fer_kedro.pipelines.reporting.page import png_uri, render_section

RUN = "honest.goldstein_cnn"
COUNT = 60
CLEAN = {
    "test_faces": 20,
    "test_faces_with_sibling_in_training": 0,
    "test_faces_with_sibling_in_validation": 0,
    "validation_faces": 20,
    "validation_faces_with_sibling_in_training": 0,
    "generated_evaluation_faces": 0,
}


@pytest.fixture(scope="module")
def faces() -> Faces:
    rng = np.random.default_rng(0)
    usage = np.repeat(["Training", "PublicTest", "PrivateTest"], COUNT // 3)
    images = rng.integers(0, 256, (COUNT, 48, 48), dtype=np.uint8)
    return Faces.build(images, np.arange(COUNT) % 7, usage, source="fer2013")


@pytest.fixture(scope="module")
def predictions(faces: Faces) -> pd.DataFrame:
    """The last seven faces are guessed wrong, each more surely than the one before."""
    rows = np.arange(COUNT // 3, COUNT)
    sure = np.linspace(0.5, 0.9, len(rows))
    guess = np.where(rows >= COUNT - 7, (faces.labels[rows] + 1) % 7, faces.labels[rows])
    predicted = np.repeat((1 - sure[:, None]) / 6, 7, axis=1)
    predicted[np.arange(len(rows)), guess] = sure
    return predictions_table(faces, rows, predicted, validation=rows[:20], test=rows[20:], model_id=RUN)


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    epoch = np.arange(1, 6)
    return pd.DataFrame(
        {
            "epoch": epoch,
            "loss": 2 / epoch,
            "accuracy": 1 - 1 / (1 + epoch),
            "val_loss": [1.5, 1.2, 1.1, 1.3, 1.4],
            "val_accuracy": [0.3, 0.5, 0.625, 0.6, 0.55],
            "learning_rate": [1e-3, 1e-3, 1e-3, 2e-4, 2e-4],
            "seconds": 2.0,
        }
    )


def facts(run: str = RUN, source: str = "fer2013") -> dict[str, Any]:
    protocol, recipe = run.split(".")
    return {
        "run": run, "protocol": protocol, "recipe": recipe,
        "report": "goldstein_2025", "description": "Tiny & quick",
        "reported": {"accuracy": 0.58, "measured_on": "test folder"},
        "data": {"source": source, "digest": "ab12"}, "leak_audit": CLEAN,
        "best_epoch": 3, "epochs_run": 5, "seconds_per_epoch": 2.0, "cpu_seconds": 20.0, "parameters": 12_345,
        "precision": "float32", "backend": "tensorflow", "threads": 2, "seed": 0, "commit": "0123456789ab",
        "versions": {"keras": "3"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def record(faces: Faces, predictions: pd.DataFrame) -> dict[str, Any]:
    data = {"source": "fer2013", "digest": faces.provenance.digest}
    return run_record(predictions, facts() | {"data": data})


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [text.get_text() for text in figure.texts]


def test_confusion_figure_shows_counts_beside_shares(predictions: pd.DataFrame, record: dict[str, Any]) -> None:
    counts, shares = nodes.draw_confusion_matrix(predictions, record).axes
    matrix = confusion(predictions, "PrivateTest")
    assert [text.get_text() for text in counts.texts] == [str(count) for count in matrix.ravel()]
    rows = np.array([float(text.get_text()) for text in shares.texts]).reshape(7, 7).sum(axis=1)
    assert rows == pytest.approx(100, abs=1)


def test_curves_mark_the_kept_epoch_and_the_learning_rate_only_where_it_changes(
    history: pd.DataFrame, record: dict[str, Any]
) -> None:
    figure = nodes.draw_training_curves(history, record)
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == [
        "Loss, 1.100 on validation",
        "Accuracy, 0.625 on validation",
    ]
    assert len(figure.axes) == 4
    assert len(nodes.draw_training_curves(history[:3], record).axes) == 2


def test_mistakes_are_the_wrong_faces_of_private_test_surest_first(predictions: pd.DataFrame) -> None:
    mistakes = confident_mistakes(predictions)
    assert mistakes["face_id"].tolist() == [str(row) for row in range(COUNT - 1, COUNT - 8, -1)]
    assert mistakes["probability"].is_monotonic_decreasing
    assert (mistakes["true"][0], mistakes["predicted"][0]) == (EMOTIONS[(COUNT - 1) % 7], EMOTIONS[COUNT % 7])


def test_gallery_shows_a_face_and_its_copy_once(
    faces: Faces, predictions: pd.DataFrame, record: dict[str, Any]
) -> None:
    groups = faces.groups.copy()
    groups[COUNT - 1] = groups[COUNT - 2]
    shown = {
        name: sum(bool(axes.images) for axes in nodes.draw_confident_mistakes(these, predictions, record).axes)
        for name, these in {"distinct": faces, "copied": faces.with_columns(group=groups)}.items()
    }
    assert shown == {"distinct": 7, "copied": 6}


def test_gallery_of_a_flawless_run_is_empty(faces: Faces, predictions: pd.DataFrame, record: dict[str, Any]) -> None:
    right = predictions[~predictions["face_id"].isin(confident_mistakes(predictions)["face_id"])]
    figure = nodes.draw_confident_mistakes(faces, right, record)
    assert not any(axes.images for axes in figure.axes)


def test_predictions_of_other_faces_are_refused(
    faces: Faces, predictions: pd.DataFrame, record: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="7 of 7 predicted faces are not in the dataset 'faces'"):
        nodes.draw_confident_mistakes(faces.take(faces.rows("Training")), predictions, record)


def test_predictions_of_other_data_with_the_same_ids_are_refused(
    faces: Faces, predictions: pd.DataFrame, record: dict[str, Any]
) -> None:
    others = Faces.build(255 - faces.images, faces.labels, faces.table["usage"])
    with pytest.raises(InputError, match="were made from other data"):
        nodes.draw_confident_mistakes(others, predictions, record)


def test_figures_of_demo_faces_say_so(predictions: pd.DataFrame, history: pd.DataFrame, record: dict[str, Any]) -> None:
    demo = record | {"data": record["data"] | {"source": "demo"}}
    for draw, table in (
        (nodes.draw_confusion_matrix, predictions),
        (nodes.draw_per_class_f1, predictions),
        (nodes.draw_training_curves, history),
    ):
        assert any("DEMO FACES" in text for text in texts(draw(table, demo)))
        assert not any("DEMO FACES" in text for text in texts(draw(table, record)))


def test_classification_report_ends_in_accuracy_and_averages(predictions: pd.DataFrame, record: dict[str, Any]) -> None:
    report = nodes.classification_report(predictions).set_index("name")
    scores = record["scores"]["PrivateTest"]["all"]
    assert list(report.index[:7]) == list(EMOTIONS)
    assert report.loc["accuracy", "recall"] == scores["accuracy"]
    assert report.loc["macro average", "f1"] == pytest.approx(scores["macro_f1"])
    assert report.loc["weighted average", "precision"] == pytest.approx(scores["weighted_precision"])
    assert report.loc["balanced accuracy", "recall"] == pytest.approx(scores["balanced_accuracy"])
    assert report["support"].tolist() == [*report["support"][:7], 20, 20, 20, 20]


def test_newer_section_of_a_run_replaces_the_stored_one() -> None:
    kinds = (("a", 0, "1"), ("a", 0, "2"), ("b", 0, "3"), ("a", 1, "4"))
    old, new, other, seed = ({"record": {"run": run, "seed": seed}, "html": html} for run, seed, html in kinds)
    gathered = nodes.gather_sections({"x/section": old, "y/section": other, "z/section": seed}, new)
    assert gathered == {"a": new, "b": other, "a.seed_1": seed}


def test_nothing_to_report_says_what_to_run() -> None:
    with pytest.raises(InputError, match="kedro run --pipelines=training"):
        nodes.gather_sections({})


class Page(HTMLParser):
    """Collects what a page loads, and its headings' ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href"}:
                self.loads.append(str(value))
            if name == "id":
                self.ids.append(str(value))


@pytest.fixture(scope="module")
def outputs(
    faces: Faces,
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    record: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What the whole pipeline leaves on disk for one run, beside one earlier run on demo faces."""
    demo = run_record(predictions, facts("honest.earlier", "demo"))
    inputs = {
        "faces": faces,
        f"{RUN}.predictions": predictions,
        f"{RUN}.history": history,
        f"{RUN}.run_record": record,
        "earlier_sections": {"anything": {"record": demo, "html": "<section id='honest.earlier'></section>"}},
        "stored_predictions": {},
        "stored_human_baseline": {},
    }
    pipeline, folder = create_pipeline([RUN]), tmp_path_factory.mktemp("reporting")
    kinds = {f"{RUN}.report_section": "json.JSONDataset"}
    catalog = DataCatalog.from_config(
        {
            name: {"type": kinds.get(name, "pickle.PickleDataset"), "filepath": str(folder / name)}
            for name in pipeline.all_outputs()
        }
    )
    for name, value in inputs.items():
        catalog[name] = MemoryDataset(value, copy_mode="assign")
    SequentialRunner().run(pipeline, catalog)
    return {name: catalog.load(name) for name in pipeline.all_outputs()}


def test_page_needs_no_other_file_and_no_script(outputs: dict[str, Any]) -> None:
    page = Page(outputs["report_page"])
    assert page.loads
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.loads)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert not re.search(r"url\(|@import", outputs["report_page"])


def test_page_links_every_run_to_its_section(outputs: dict[str, Any]) -> None:
    page = Page(outputs["report_page"])
    assert {address for address in page.loads if address.startswith("#")} == {f"#{RUN}", "#honest.earlier"}
    assert {RUN, "honest.earlier"} <= set(page.ids)
    assert "Some of these runs, marked," in outputs["report_page"]


def test_section_carries_its_record_and_four_pictures(outputs: dict[str, Any], record: dict[str, Any]) -> None:
    section = outputs[f"{RUN}.report_section"]
    assert section["record"] == record
    assert section["html"].count("data:image/png;base64,") == 4
    assert "Tiny &amp; quick" in section["html"]
    assert "65.0\u00a0%" in section["html"]


def test_section_says_whose_faces_and_split_they_are(predictions: pd.DataFrame) -> None:
    def html(**data: Any) -> str:
        record = run_record(predictions, facts() | {"data": {"digest": "ab12"} | data})
        return render_section(record, nodes.classification_report(predictions), {})

    derived = html(source="images", split="derived", split_seed=7)
    assert '<span class="chip">Own images, split derived by us, seed 7</span>' in derived
    assert "Own images, split derived by us, seed 7, digest <code>ab12</code>" in derived
    assert "test folder, of FER-2013" in derived
    assert '<span class="chip">FER-2013</span>' in html(source="fer2013")
    assert "split" not in html(source="fer2013", split="official")
    assert "of FER-2013" not in html(source="fer2013")


@pytest.fixture(scope="module")
def copied(faces: Faces) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Predictions and record of a protocol that scores two copies each of ten faces, all but one named rightly."""
    rows = np.repeat(np.arange(10), 2)
    ids = [f"{row}~{1 + k % 2}" for k, row in enumerate(rows)]
    test = faces.take(rows).with_columns(face_id=ids, source_id=rows.astype(str), usage="Training")
    predicted = np.eye(7)[test.labels]
    predicted[-1] = np.eye(7)[(test.labels[-1] + 1) % 7]
    table = scored_table(test, predicted, copied=np.zeros(20, bool), model_id="as_reported.copies")
    data = {"source": "fer2013", "digest": faces.provenance.digest}
    record = facts("as_reported.copies") | {"data": data, "test_set": "20% of all copies"}
    return table, run_record(table, record)


def test_figures_and_report_of_a_test_set_of_its_own_are_of_just_that(
    copied: tuple[pd.DataFrame, dict[str, Any]],
) -> None:
    predictions, record = copied
    figure = nodes.draw_confusion_matrix(predictions, record)
    assert figure.get_suptitle() == "as_reported.copies: 20 faces of 20% of all copies, accuracy 95.0\u00a0%"
    assert "20% of all copies" in nodes.draw_per_class_f1(predictions, record).axes[0].get_xlabel()
    report = nodes.classification_report(predictions).set_index("name")
    assert report.loc["accuracy", ["recall", "support"]].tolist() == [0.95, 20]
    html = render_section(record, nodes.classification_report(predictions), {})
    assert "<dt>20% of all copies</dt>" in html
    assert "20% of all copies, class by class" in html


def test_mistake_on_a_generated_face_shows_the_face_that_it_was_made_from(
    faces: Faces, copied: tuple[pd.DataFrame, dict[str, Any]]
) -> None:
    (shown,) = [axes.images[0] for axes in nodes.draw_confident_mistakes(faces, *copied).axes if axes.images]
    assert np.array_equal(shown.get_array(), faces.images[9])


def test_section_of_another_seed_has_a_name_of_its_own_and_says_what_it_cost(predictions: pd.DataFrame) -> None:
    extra = {"seed": 2, "flops": 46_157_312, "weights": "imagenet", "notes": ["The head <alone> first."]}
    html = render_section(run_record(predictions, facts() | extra), nodes.classification_report(predictions), {})
    assert f'id="{RUN}.seed_2"' in html
    assert "46.2\u00a0MFLOP a face, initial weights: imagenet, tensorflow, float32" in html
    assert "<li>The head &lt;alone&gt; first.</li>" in html


def test_section_says_that_a_gpu_computed(predictions: pd.DataFrame) -> None:
    html = render_section(
        run_record(predictions, facts() | {"device": "gpu"}), nodes.classification_report(predictions), {}
    )
    assert "tensorflow on a GPU, float32" in html


def test_long_class_names_of_mistakes_stand_on_lines_of_their_own(
    faces: Faces, predictions: pd.DataFrame, record: dict[str, Any]
) -> None:
    def titles(names: tuple[str, ...]) -> list[str]:
        renamed = predictions.rename(columns=dict(zip([f"p_{name}" for name in EMOTIONS], names, strict=True)))
        figure = nodes.draw_confident_mistakes(faces, renamed, record)
        return [axes.get_title() for axes in figure.axes if axes.images]

    assert titles(tuple(f"p_{name}" for name in EMOTIONS))[0] == "happy → sad\n90.0\u00a0%"
    assert titles(tuple(f"p_a long class {k}" for k in range(7)))[0] == "a long class 3 →\na long class 4\n90.0\u00a0%"


def test_stored_picture_is_embedded_as_it_is(outputs: dict[str, Any], record: dict[str, Any]) -> None:
    assert png_uri(b"\x89PNG") == "data:image/png;base64,iVBORw=="
    figure = outputs[f"{RUN}.per_class_f1"]
    assert png_uri(figure).startswith("data:image/png;base64,iVBORw0KGgo")


def test_only_the_section_leaves_a_runs_namespace() -> None:
    pipeline = create_pipeline([RUN])
    outside = Pipeline([node for node in pipeline.nodes if node.namespace == "comparison"])
    assert {name for name in outside.inputs() if name.startswith(RUN)} == {f"{RUN}.report_section"}
    assert pipeline.inputs() == {
        "faces", "earlier_sections", "stored_predictions", "stored_human_baseline",
        f"{RUN}.predictions", f"{RUN}.history", f"{RUN}.run_record",
    }  # fmt: skip
