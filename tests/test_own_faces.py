"""A user's own folders of faces, of any classes, go the whole way, and nothing calls them FER-2013."""

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from project_copy import copy_project, kedro_in

from fer_kedro.datasets import FacesDataset
from fer_kedro.faces import EMOTIONS
from fer_kedro.vision.pixel_statistics import contrast
from fer_kedro.vision.synthetic import draw_demo_faces

COUNTS = {"glad": 100, "low spirits": 30, "$5 or $10": 10}
PARAMETERS = "recipes.goldstein_cnn.training.epochs=2,balancing.target=40,eda.embedding_sample=50"


def draw(folder: Path, emotion: str, count: int) -> None:
    """Drawn faces of one emotion as larger pictures in colour."""
    folder.mkdir(parents=True)
    faces = draw_demo_faces(500)
    shown = faces.images[(faces.labels == EMOTIONS.index(emotion)) & (contrast(faces.images) > 1)][:count]
    for number, image in enumerate(shown):
        picture = cv2.resize(image, (96, 96))
        cv2.imwrite(str(folder / f"img{number}.png"), np.dstack([picture, picture, picture]))


@pytest.fixture(scope="module")
def own_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the default pipeline has run on 140 faces of three classes."""
    project = copy_project(tmp_path_factory.mktemp("own"))
    for emotion, (name, count) in zip(("happy", "sad", "surprise"), COUNTS.items(), strict=True):
        draw(project / "data" / "01_raw" / "mine" / name, emotion, count)
    log = kedro_in(project)("run", f"--params={PARAMETERS}")
    (project / "log").write_text(log.stdout + log.stderr)
    return project


def test_they_are_divided_by_class_and_that_is_said(own_project: Path) -> None:
    faces = FacesDataset(filepath=str(own_project / "data/03_primary/faces.parquet")).load()
    counts = pd.crosstab(np.asarray(faces.class_names)[faces.labels], faces.table["usage"])
    assert counts.loc["glad"].tolist() == [80, 10, 10]
    assert counts.loc["low spirits"].tolist() == [24, 3, 3]
    assert counts.loc["$5 or $10"].tolist() == [8, 1, 1]
    words = " ".join((own_project / "log").read_text().split())
    assert "140 of 140 faces have no usage: they were divided by us, with seed 0" in words


def test_the_record_and_the_report_say_whose_faces_and_split_they_are(own_project: Path) -> None:
    record = json.loads((own_project / "data/07_model_output/honest/goldstein_cnn/seed_0/run_record.json").read_text())
    data = record["data"]
    assert (data["source"], data["split"], data["split_seed"]) == ("images", "derived", 0)
    assert set(record["scores"]["PrivateTest"]["all"]["per_class"]) == set(COUNTS)
    page = (own_project / "data/08_reporting/report.html").read_text()
    assert f"Own images, 3 classes, split derived by us, seed 0, digest {data['digest']}" in page
    assert "<small>1. honest</small>" in page
    assert "labels of FER-2013" not in page
    assert "DEMO FACES" not in page


def test_every_figure_and_table_is_there(own_project: Path) -> None:
    reporting = own_project / "data/08_reporting"
    names = {file.stem for file in reporting.rglob("*") if file.stat().st_size > 0}
    assert {
        "class_distribution",
        "mean_faces",
        "pixel_histogram",
        "embedding",
        "image_quality",
        "copies_gallery",
    } < names
    assert {"class_balance", "examples", "confusion_matrix", "per_class_f1", "confident_mistakes"} < names
    account = pd.read_csv(reporting / "balancing/account.csv").set_index("emotion")
    assert account["total"].to_dict() == dict.fromkeys(COUNTS, 40)


def test_a_class_too_small_to_divide_stops_the_run_with_a_sentence(own_project: Path) -> None:
    folder = own_project / "data/01_raw/mine/sleepy"
    draw(folder, "neutral", 2)
    before = (own_project / "data/03_primary/faces.parquet").read_bytes()
    said = " ".join(kedro_in(own_project)("run", "--pipelines=ingestion", fails=True).stderr.split())
    assert (
        "Class 'sleepy' can't be divided over Training and PublicTest and PrivateTest: of its faces 2 have no usage yet"
    ) in said
    assert "Traceback" not in said
    assert (own_project / "data/03_primary/faces.parquet").read_bytes() == before
