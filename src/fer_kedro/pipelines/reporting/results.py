"""The results page of the docs, as Markdown, from committed records and predictions."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fer_kedro.pipelines.reporting import results_tables as tables
from fer_kedro.pipelines.reporting.baselines import Stored, baselines, label_noise
from fer_kedro.pipelines.reporting.layout import is_fer2013
from fer_kedro.pipelines.reporting.pairs import Predictions, compare_pairs
from fer_kedro.pipelines.reporting.recipe_cells import recipe_blocks
from fer_kedro.pipelines.reporting.recipe_table import PROTOCOLS, recipe_table
from fer_kedro.pipelines.reporting.results_runs import run_section
from fer_kedro.pipelines.reporting.tables import comparison_table

INTRODUCTION = """\
# Results

What each report claims, what its protocol really gives, and what remains when nothing leaks.

Generated from the run records and predictions in `docs/results/` by `kedro run --pipelines=results_page`; not edited
by hand. Each accuracy stands above its 95 % interval over test faces. With several seeds it is their mean ± standard
deviation, and the interval's ends are means too.

A gap between two columns is not what a leak is worth: their training and test faces differ too, and here and there the
network or its weights, as the runs' sections say. [The leak demo](explanation/leak-demo.md) asks what a leak is worth.
"""
COLUMNS = """\
- *reported*: what the report claims, on the set that it names; a dash where it claims nothing.
- *as reported*: our run of the report's own protocol, on its own test set. **LEAKY** names the share of the test faces
  that have a copy or a generated sibling in training; *selected on them* means that the test faces also chose the
  kept epoch. Such a run is never ranked. A dash is a run that was not made, or a protocol that no report has. Where a
  report's text and its published code differ, the claim and this run are the code's, and the honest run is the text's.
- *honest*: our run of [the honest protocol](explanation/protocol.md) on PrivateTest; rows stand in its order.
  *Without copies* leaves out the faces of which another usage holds a pixel-identical copy; on a test set of a
  report's own, those of which the training set holds one or another copy of the same face.
- *official*, where it was run: the challenge's split, blank training faces alone removed, on PrivateTest.
- *no weights: one phase*: the recipe would fine-tune pre-trained weights; without them all its layers were trained.
  *Other weights*: the run started from other pre-trained weights than the honest one.
- A different number of classes is written below the accuracy. Such numbers can't be compared with the others.
"""
INTERVALS = """\
- Intervals are Wilson's where no test face is a copy of another; else a bootstrap's, which draws all copies of a face
  together, since they are named rightly or wrongly together.
"""
SCORES = """\
Each run on the faces that its protocol scores. F1 is given of the best and of the worst class; macro F1 is its mean
over classes, balanced accuracy the mean recall.
"""
COSTS = """\
FLOPs are those of one face's way forward, twice the multiply-adds. Seconds and CPU seconds are of training, on the
machine that the run's section names. Seconds are wall time, which grows with whatever else the machine does; CPU
seconds tell costs apart better.
"""
PAIRS = """\
Exact McNemar tests between the four honest runs that are best on PublicTest, each recipe's first seed: the faces of
PrivateTest that one run alone names rightly, the difference of the accuracies in points, and the p-value before and
after Holm's correction for all these tests.
"""


def results_page(
    committed_records: dict[str, dict[str, Any]],
    committed_predictions: Predictions,
    recipes: dict[str, Any],
    stored_human_baseline: Stored,
    recipe_speeds: Stored,
) -> str:
    """Write the page: all recipes, details of all runs, baselines, paired tests, and a section for each run.

    Parameters
    ----------
    committed_records
        Run records; the keys don't matter.
    committed_predictions
        See `compare_pairs`.
    recipes
        All recipes by name, trained or not.
    stored_human_baseline
        See `baselines`.
    recipe_speeds
        What `benchmarks/bench_recipes.py` wrote, or nothing: how long the runs that were not made would take.
    """
    records = list(committed_records.values())
    comparison = comparison_table(records)
    by_recipe = _by_recipe(comparison)
    parts = [
        INTRODUCTION,
        *_recipes(comparison, recipes, recipe_speeds),
        COLUMNS + INTERVALS,
        *["## Scores\n", SCORES, tables.scores_table(by_recipe)],
        *["## Costs\n", COSTS, tables.costs_table(by_recipe)],
        *_baselines(comparison, stored_human_baseline),
    ]
    pairs = compare_pairs(comparison, committed_predictions)
    if len(pairs):
        parts += ["## Paired tests\n", PAIRS, tables.pairs_tables(pairs)]
    for run in by_recipe["run"].unique():
        seeds = sorted((record for record in records if record["run"] == run), key=lambda record: record["seed"])
        parts.append(run_section(seeds))
    return "\n".join(parts)


def _by_recipe(comparison: pd.DataFrame) -> pd.DataFrame:
    """Order runs by name, so that no order of unlike runs passes for a rank; the known protocols first."""
    places = {protocol: place for place, protocol in enumerate(PROTOCOLS)}
    place = comparison["protocol"].map(lambda protocol: places.get(protocol, len(places)))
    return comparison.assign(place=place).sort_values(["recipe", "place", "protocol", "seed"])


def _recipes(comparison: pd.DataFrame, recipes: Mapping[str, Any], speeds: Stored) -> list[str]:
    parts = []
    for block in recipe_blocks(recipe_table(comparison)):
        parts += [f"## {block.title}\n", tables.recipes_table(block)]
    if missing := sorted(set(recipes) - set(comparison["recipe"])):
        parts.append(f"Not trained yet: {', '.join(f'`{name}`' for name in missing)}.\n")
    return parts + [_waiting(measured, set(comparison["run"]), recipes) for measured in speeds.values()]


def _waiting(measured: Mapping[str, Any], made: set[str], recipes: Mapping[str, Any]) -> str:
    """Name the runs that were not made, how long they would take, and what else they need."""
    hours = {run: one["hours at most"] for run, one in measured["runs"].items() if run not in made}
    if not hours:
        return ""
    told = ", ".join(f"`{run}` {most:g}" for run, most in sorted(hours.items(), key=lambda item: item[1]))
    weights = ", ".join(f"`{run}`" for run in sorted(hours) if _fine_tunes(recipes, run))
    needed = f" From [pre-trained weights](how-to/use-pretrained-weights.md) start: {weights}." if weights else ""
    return (
        "Left out for want of time, with the hours that all epochs would take, estimated without validation on "
        f"{measured['machine']} (`{measured['command']}`, commit `{measured['commit']}`): {told}. One command makes "
        "each, `kedro run --pipelines=all_recipes --namespaces=<protocol>.<recipe>`, and goes on where it was "
        f"stopped.{needed}\n"
    )


def _fine_tunes(recipes: Mapping[str, Any], run: str) -> bool:
    return bool(recipes.get(run.rpartition(".")[2], {}).get("training", {}).get("fine_tuning"))


def _baselines(comparison: pd.DataFrame, stored: Stored) -> list[str]:
    noise = label_noise(stored) if any(map(is_fer2013, comparison["data"])) else ""
    found = baselines(comparison, stored)
    return [
        *(["## Baselines\n"] if found or noise else []),
        *([tables.baselines_table(found)] if found else []),
        *([noise + "\n"] if noise else []),
    ]
