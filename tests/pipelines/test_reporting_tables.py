"""The comparison of runs, from records alone."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_records import CLEAN, HUMAN, LEAKS, guesses, own_test, scored

from fer_kedro.errors import InputError
from fer_kedro.pipelines.reporting import nodes


def page_of(comparison: pd.DataFrame) -> str:
    """The HTML page of these runs."""
    return nodes.report_page(
        comparison=comparison,
        recipe_comparison=nodes.recipe_table(comparison),
        paired_tests=nodes.compare_pairs(comparison, {}),
        comparison_figure=b"",
        sections={run: {"html": run} for run in comparison["id"]},
        stored_human_baseline=HUMAN,
    )


@pytest.fixture(scope="module")
def comparison() -> pd.DataFrame:
    records = (
        scored("honest.a", 0.5),
        scored("honest.b", 0.6),
        scored("honest.demo", 0.99, source="demo"),
        scored("as_reported.six", 0.7, classes=6),
        scored("as_reported.leaky", 0.8, leak_audit=LEAKS),
    )
    return nodes.compare({record["run"]: {"record": record} for record in records})


def test_runs_that_cannot_be_compared_are_ranked_apart(comparison: pd.DataFrame) -> None:
    assert comparison["run"].tolist() == [
        "honest.b",
        "honest.a",
        "as_reported.leaky",
        "as_reported.six",
        "honest.demo",
    ]
    assert comparison["rank"].fillna(0).tolist() == [1, 2, 0, 1, 1]
    assert comparison["classes"].tolist() == [7, 7, 7, 6, 7]


def test_leaks_stand_in_the_row(comparison: pd.DataFrame) -> None:
    assert comparison["clean"].tolist() == [True, True, False, True, True]
    assert comparison["test_faces_with_sibling_in_training"].tolist() == [0, 0, 19, 0, 0]


def test_what_a_report_claims_is_not_held_against_demo_faces(comparison: pd.DataFrame) -> None:
    assert comparison["reported_accuracy"].isna().tolist() == [False, False, False, False, True]


DERIVED = {"source": "fer2013", "digest": "dd", "split": "derived", "split_seed": 3}
OWN = {"source": "images", "digest": "ee", "split": "own"}
OTHERS = {"source": "fer2013", "digest": "0e12"}
CROPPED = {"source": "fer2013, cropped by mtcnn", "digest": "cc", "split": "official"}


@pytest.fixture(scope="module")
def splits() -> pd.DataFrame:
    """Runs of one recipe, better and better, on the official split in two forms, on derived ones, and on own faces."""
    data = {
        "honest.before": {"source": "fer2013", "digest": "aa"},
        "honest.official": {"source": "fer2013", "digest": "bb", "split": "official"},
        "honest.derived": DERIVED,
        "honest.again": DERIVED,
        "honest.other_seed": DERIVED | {"digest": "d4", "split_seed": 4},
        "honest.own": OWN,
        "honest.other_faces": OWN | {"digest": "ff"},
        "honest.part": {"source": "fer2013", "digest": "a1", "split": "official"},
        "honest.cropped": CROPPED,
        "honest.cropped_wider": CROPPED | {"digest": "c2"},
        "honest.cropped_again": CROPPED,
    }
    faces = {"honest.part": 3588, "honest.cropped": 3001, "honest.cropped_wider": 3002, "honest.cropped_again": 3001}
    records = [
        scored(run, 0.3 + 0.05 * place, data=facts, n=faces.get(run, 3589))
        for place, (run, facts) in enumerate(data.items())
    ]
    return nodes.compare({record["run"]: {"record": record} for record in records})


def test_runs_are_ranked_with_those_on_the_same_test_faces_alone(splits: pd.DataFrame) -> None:
    ranked = splits.groupby(["data", "test_set"], sort=False)["run"].apply(list).tolist()
    assert sorted(ranked, key=len) == [
        ["honest.part"],
        ["honest.other_seed"],
        ["honest.cropped_wider"],
        ["honest.own"],
        ["honest.other_faces"],
        ["honest.official", "honest.before"],
        ["honest.again", "honest.derived"],
        ["honest.cropped_again", "honest.cropped"],
    ]
    assert splits.groupby(["data", "test_set"])["rank"].apply(sorted).apply(list).tolist().count([1, 2]) == 3


@pytest.mark.parametrize(
    ("changes", "faces", "name"),
    [
        ({}, 3589, "official split"),
        ({}, 3588, "official usages, digest ab"),
        ({"source": "fer2013, cropped by yunet"}, 3589, "official usages, digest ab"),
        ({"split": "derived", "split_seed": 3}, 3589, "split derived by us, seed 3, digest ab"),
        ({"source": "images", "split": "own"}, 3589, "own split, digest ab"),
        ({"source": "demo"}, 3589, "digest ab"),
    ],
)
def test_only_the_whole_private_test_of_fer2013_is_the_official_test_set(
    changes: dict[str, Any], faces: int, name: str
) -> None:
    data = {"source": "fer2013", "digest": "ab", "split": "official"} | changes
    record = scored("honest.a", 0.5, n=faces, data=data)
    assert nodes.compare({"a": {"record": record}})["test_set"].tolist() == [name]


def test_the_official_split_comes_first_and_others_are_named_with_digest(splits: pd.DataFrame) -> None:
    titles = [axes.get_title(loc="left") for axes in nodes.draw_comparison(splits).axes]
    assert titles == [
        "FER-2013, 7 classes",
        "FER-2013, 7 classes, official usages, digest a1",
        "FER-2013, 7 classes, split derived by us, seed 3, digest dd",
        "FER-2013, 7 classes, split derived by us, seed 4, digest d4",
        "FER-2013, cropped by mtcnn, 7 classes, official usages, digest c2",
        "FER-2013, cropped by mtcnn, 7 classes, official usages, digest cc",
        "Own images, 7 classes, own split, digest ee",
        "Own images, 7 classes, own split, digest ff",
    ]
    page = page_of(splits)
    assert all(title in page for title in titles)
    assert "labels of FER-2013 are noisy: by the votes of FER+, a random tagger agrees with the label on 55.6" in page


def test_what_a_report_claims_is_of_fer2013_alone(splits: pd.DataFrame) -> None:
    claimed = splits.set_index("run")["reported_accuracy"].notna()
    assert claimed.index[~claimed].tolist() == ["honest.own", "honest.other_faces"]
    claim = {"accuracy": 0.5, "measured_on": "", "classes": 6}
    runs = [scored("honest.demo", 0.4, source="demo", reported=claim), scored("honest.real", 0.4, reported=claim)]
    assert nodes.compare({str(k): {"record": run} for k, run in enumerate(runs)}).set_index("run")[
        "reported_classes"
    ].isna().to_dict() == {
        "honest.demo": True,
        "honest.real": False,
    }


def test_published_is_in_half_precision_what_was_scored_and_never_of_demo_faces() -> None:
    record, stored = scored("honest.a", 0.5), guesses([True, False])
    rounded = stored.assign(**{name: stored[name].astype("float16") for name in ("p_angry", "p_happy")})
    predictions, published = nodes.publish(rounded.astype({"p_angry": "float32", "p_happy": "float32"}), record)
    pd.testing.assert_frame_equal(predictions, rounded)
    assert published == record
    with pytest.raises(InputError, match=r"honest\.b was trained on demo faces"):
        nodes.publish(stored, scored("honest.b", 0.5, source="demo"))


def test_pages_of_own_faces_say_nothing_of_fer2013s_labels(splits: pd.DataFrame) -> None:
    assert "labels of FER-2013" not in page_of(splits[splits["data"] == "images"])


def test_best_and_worst_class_are_named(comparison: pd.DataFrame) -> None:
    assert comparison.loc[0, ["best_class", "worst_class"]].tolist() == ["neutral", "angry"]
    assert comparison.loc[0, "best_f1"] == pytest.approx(0.6)


def test_comparison_survives_its_csv(comparison: pd.DataFrame, tmp_path: Path) -> None:
    comparison.to_csv(tmp_path / "comparison.csv", index=False)
    assert page_of(pd.read_csv(tmp_path / "comparison.csv")) == page_of(comparison)


def test_run_on_a_test_set_of_its_own_has_no_rank_even_if_clean() -> None:
    records = [own_test("split_first.a", 0.9, leak_audit=CLEAN), scored("honest.a", 0.5)]
    table = nodes.compare({record["run"]: {"record": record} for record in records})
    assert table["run"].tolist() == ["honest.a", "split_first.a"]
    assert table["rank"].fillna(0).tolist() == [1, 0]
    assert table["scored"].tolist() == ["PrivateTest", "20% of all copies"]
    assert table["test_set"].tolist() == ["official split", "20% of all copies, official usages, digest ab12"]


def test_runs_from_the_same_faces_share_a_data_set_whatever_they_score() -> None:
    records = [scored("honest.a", 0.5), own_test("as_reported.a", 0.9), scored("honest.b", 0.5, n=9, data=OTHERS)]
    table = nodes.compare({record["run"]: {"record": record} for record in records}).set_index("run")
    assert table["data_set"].to_dict() == {
        "honest.a": "official split",
        "as_reported.a": "official split",
        "honest.b": "digest 0e12",
    }


def test_selecting_on_the_test_set_is_told_from_another_leak() -> None:
    selected = LEAKS | {"test_faces_with_sibling_in_validation": LEAKS["test_faces"]}
    records = [scored("as_reported.a", 0.5, leak_audit=selected), scored("as_reported.b", 0.4, leak_audit=LEAKS)]
    table = nodes.compare({record["run"]: {"record": record} for record in records})
    assert table["selected_on_test"].tolist() == [True, False]
    assert table["leaky_share"].tolist() == [0.19, 0.19]


def test_seeds_of_a_run_stand_beside_each_other_and_old_records_lack_some_facts() -> None:
    records = [scored("honest.a", 0.5), scored("honest.a", 0.6, seed=3, flops=10**9, weights="none")]
    table = nodes.compare(nodes.gather_sections({str(k): {"record": record} for k, record in enumerate(records)}))
    assert table["id"].tolist() == ["honest.a.seed_3", "honest.a"]
    assert table["flops"].fillna(0).tolist() == [10**9, 0]
    assert table["weights"].isna().tolist() == [False, True]
