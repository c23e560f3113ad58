"""The results page of the docs, from records and predictions."""

from functools import partial
from typing import Any

import pytest
from run_records import HUMAN, guesses, own_test, scored

from fer_kedro.pipelines.reporting import create_human_baseline_pipeline, create_results_pipeline, nodes

OWN = {"source": "images", "digest": "ee", "split": "own"}
DERIVED = {"source": "fer2013", "digest": "dd", "split": "derived", "split_seed": 3}


SPEEDS = {
    "bench_recipes": {
        "machine": "a slow one",
        "commit": "abc",
        "command": "python bench.py",
        "runs": {
            "honest.untried": {"hours at most": 12.5},
            "as_reported.better": {"hours at most": 2.0},
            "honest.better": {"hours at most": 1.0},
        },
    }
}


def page_of(*records: dict[str, Any], human: Any = None, speeds: Any = None, **predictions: list[bool]) -> str:
    """The page of these runs, with the predictions of `<recipe>` under the honest protocol."""
    stored = {f"honest/{recipe}/seed_0": partial(guesses, right) for recipe, right in predictions.items()}
    recipes = {"worse": {}, "better": {}, "untried": {}}
    named = {str(k): record for k, record in enumerate(records)}
    return nodes.results_page(named, stored, recipes, human or {}, speeds or {})


def section(page: str, title: str) -> str:
    """What stands below a heading."""
    return page.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def rows(text: str) -> list[str]:
    """The rows of its tables, without header and rule."""
    return [line for line in text.splitlines() if line.startswith("| [")]


@pytest.fixture(scope="module")
def page() -> str:
    better = scored(
        "honest.better", 0.7, machine="a quick one", reported={"accuracy": None, "measured_on": ""},
        flops=46_157_312, weights="imagenet", notes=["The head was trained alone for 5 epochs."],
    )  # fmt: skip
    right = [True] * 10
    return page_of(
        scored("honest.worse", 0.6), better, own_test("as_reported.worse", 0.8),
        human=HUMAN, better=right, worse=[not one for one in right],
    )  # fmt: skip


def test_first_table_says_what_is_claimed_what_the_protocol_gives_and_what_remains(page: str) -> None:
    assert rows(section(page, "FER-2013, 7 classes")) == [
        "| [better](#honest-better) | – | – | 70.0\u00a0%<br><small>65.0 to 75.0</small> | – |",
        "| [worse](#honest-worse) | 58.0\u00a0% "
        "| 80.0\u00a0%<br><small>75.0 to 85.0</small><br>**LEAKY\u00a097.0\u00a0%** "
        "| 60.0\u00a0%<br><small>55.0 to 65.0</small> | – |",
    ]


def test_recipes_without_a_record_are_named(page: str) -> None:
    assert "Not trained yet: `untried`.\n" in page


def test_time_that_a_missing_training_would_take_is_told_where_it_was_measured() -> None:
    page = page_of(scored("honest.worse", 0.6), scored("honest.better", 0.7), speeds=SPEEDS)
    assert "without validation on a slow one (`python bench.py`, commit `abc`)" in page
    assert "): `as_reported.better` 2, `honest.untried` 12.5. " in page
    assert "From [pre-trained weights]" not in page


def test_missing_run_that_fine_tunes_is_said_to_need_weights() -> None:
    recipes = {"better": {"training": {"fine_tuning": [{"epochs": 5}]}}, "untried": {"training": {"epochs": 3}}}
    page = nodes.results_page({"0": scored("honest.better", 0.7)}, {}, recipes, {}, SPEEDS)
    assert "From [pre-trained weights](how-to/use-pretrained-weights.md) start: `as_reported.better`.\n" in page


def test_where_every_run_was_made_none_waits() -> None:
    runs = ("honest.untried", "as_reported.better", "honest.better")
    assert "for want of time" not in page_of(*(scored(run, 0.5) for run in runs), speeds=SPEEDS)


def test_file_of_weights_is_named_in_its_runs_section_and_shortened_in_the_table() -> None:
    told = "a_long_name.weights.h5, sha256 0123456789ab"
    page = page_of(scored("honest.worse", 0.6, weights=told), scored("honest.better", 0.7))
    assert "| local file |" in rows(section(page, "Costs"))[1]
    assert page.count(told) == 1
    assert f"float32, from the weights `{told}`; epoch" in page.split("## honest.worse")[1]
    assert "from the weights" not in page.split("## honest.better")[1].split("## honest.worse")[0]


def test_runs_are_listed_by_name_which_ranks_nothing(page: str) -> None:
    names = [row.split("]")[0] for row in rows(section(page, "Scores"))]
    assert names == ["| [honest.better", "| [as_reported.worse", "| [honest.worse"]


def test_scores_name_faces_classes_and_extremes(page: str) -> None:
    assert rows(section(page, "Scores"))[0].endswith(
        "| 3,589<br><small>7\u00a0classes</small> | 0.300 | 40.0\u00a0% | neutral\u00a00.60 | angry\u00a00.00 |"
    )


def test_costs_are_a_dash_where_a_record_is_older_than_they_are(page: str) -> None:
    costs = rows(section(page, "Costs"))
    assert costs[0].endswith("| imagenet | 12.3\u00a0k | 46.2\u00a0M | 5 | 2.0 | 20 |")
    assert costs[2].endswith("| – | 12.3\u00a0k | – | 5 | 2.0 | 20 |")


def test_baselines_are_the_commonest_class_and_people(page: str) -> None:
    baselines = section(page, "Baselines")
    assert "| always the commonest class | 25.0\u00a0% |" in baselines
    assert "| a random tagger of FER+ | 55.6\u00a0%<br><small>54.6 to 56.5</small> |" in baselines
    assert "| the plurality of ten taggers of FER+ | 63.4\u00a0%<br><small>61.8 to 64.9</small> |" in baselines
    assert "16.2\u00a0% of its 3,589 faces got no vote" in baselines


def test_people_are_left_out_where_their_votes_were_never_counted() -> None:
    page = page_of(scored("honest.a", 0.6))
    assert "FER+" not in page
    assert "| always the commonest class | 25.0\u00a0% |" in section(page, "Baselines")


def test_paired_tests_give_both_p_values(page: str) -> None:
    assert "FER-2013, 7 classes, 10 faces:" in section(page, "Paired tests")
    assert rows(section(page, "Paired tests")) == [
        "| [honest.better](#honest-better)<br>[honest.worse](#honest-worse) | 10<br>0 | +100.0 | 0.002 | 0.002 |"
    ]


def test_paired_tests_are_left_out_where_there_is_no_pair() -> None:
    assert "## Paired tests" not in page_of(scored("honest.a", 0.6), a=[True])


def test_every_number_leads_to_its_predictions_commit_and_command(page: str) -> None:
    better = section(page, "honest.better { #honest-better }")
    assert "[Predictions](results/honest/better/seed_0/predictions.parquet) of commit `0123456789ab`" in better
    assert (
        "data `fer2013` with digest `ab12`, seed 0; a quick one, 2 threads, tensorflow, float32, from the weights"
        in better
    )
    assert "`imagenet`; epoch 3 of 5 kept" in better
    assert (
        "Again: `kedro run --pipelines=all_recipes --namespaces=honest.better`, "
        "with [these weights](how-to/use-pretrained-weights.md)." in better
    )
    worse = section(page, "honest.worse { #honest-worse }")
    assert "Again: `kedro run --pipelines=all_recipes --namespaces=honest.worse`.\n" in worse


def test_a_run_on_a_gpu_says_so() -> None:
    run = section(page_of(scored("honest.a", 0.6, device="gpu", gpus=["Tesla T4"] * 2)), "honest.a { #honest-a }")
    assert "2 threads, tensorflow on a GPU (Tesla T4), float32;" in run
    other = section(page_of(scored("honest.a", 0.6, device="gpu", gpus=["A", "B"])), "honest.a { #honest-a }")
    assert "2 threads, tensorflow on a GPU, float32;" in other


def test_a_found_recipe_leads_to_the_search_that_finds_it_again() -> None:
    record = scored("honest.searched", 0.6, chosen=["By the mean accuracy."])
    found = section(page_of(record), "honest.searched { #honest-searched }")
    assert "How it was found:\n\n- By the mean accuracy.\n" in found
    assert "Again: `kedro run --pipelines=searched`, with the `share` that [its search](searches.md) names" in found


def test_section_says_what_is_claimed_and_what_the_audit_found(page: str) -> None:
    worse = section(page, "as_reported.worse { #as_reported-worse }")
    assert "The report claims 58.0\u00a0% on: test folder." in worse
    assert "Leak audit: **LEAKY**, 97 of 100 test faces have a sibling in training." in worse
    assert "| 20% of all copies | 80.0\u00a0% (75.0 to 85.0) | – | 25.0\u00a0% |" in worse
    better = section(page, "honest.better { #honest-better }")
    assert "Tiny. Leak audit: clean." in better


def test_notes_of_a_run_stand_in_its_section(page: str) -> None:
    assert "\n- The head was trained alone for 5 epochs.\n" in section(page, "honest.better { #honest-better }")


def test_what_a_page_decided_for_its_report_stands_in_its_runs_section() -> None:
    page = page_of(scored("honest.a", 0.6, chosen=["Convolutions are padded."]), scored("honest.b", 0.5))
    assert "we depart from it:\n\n- Convolutions are padded.\n" in section(page, "honest.a { #honest-a }")
    assert "leaves it open" not in section(page, "honest.b { #honest-b }")


def test_seeds_share_a_section_with_a_command_each() -> None:
    page = page_of(scored("honest.a", 0.6, seed=2), scored("honest.a", 0.5))
    assert page.count("## honest.a {") == 1
    text = section(page, "honest.a { #honest-a }")
    assert "| PrivateTest | 50.0\u00a0% (45.0 to 55.0) |" in text
    assert text.index("/seed_0/predictions.parquet") < text.index("/seed_2/predictions.parquet")
    assert "`kedro run --pipelines=all_recipes --namespaces=honest.a --params=seed=2`" in text
    assert "[honest.a.seed_2](#honest-a)" in section(page, "Scores")


def test_own_faces_stand_apart_and_nothing_is_said_of_fer2013s_labels() -> None:
    page = page_of(scored("honest.own", 0.7, data=OWN), human=HUMAN)
    assert "FER+" not in page
    assert "## Own images, 7 classes, own split, digest ee" in page
    assert "data `images` with digest `ee`, own split, seed 0" in page


def test_derived_split_is_named_and_any_class_name_survives() -> None:
    record = scored("honest.derived", 0.7, data=DERIVED)
    per_class = record["scores"]["PrivateTest"]["all"]["per_class"]
    per_class["glad|happy"] = per_class.pop("happy")
    page = page_of(record, human=HUMAN)
    assert "data `fer2013` with digest `dd`, split derived by us, seed 3, seed 0" in page
    assert "| glad\\|happy | 0.500 |" in page
    assert "FER+" in page


def test_pages_are_made_from_what_is_committed_alone() -> None:
    committed = {"committed_records", "committed_predictions", "committed_searches"}
    measured = {"stored_human_baseline", "recipe_speeds"}
    assert create_results_pipeline().inputs() == committed | measured | {"params:recipes"}


def test_people_are_scored_from_votes_and_faces_alone() -> None:
    pipeline = create_human_baseline_pipeline()
    assert (pipeline.inputs(), pipeline.outputs()) == ({"ferplus_votes", "faces"}, {"human_baseline"})
