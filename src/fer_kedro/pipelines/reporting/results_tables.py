"""The tables of the results page of the docs, as Markdown."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from fer_kedro.pipelines.reporting.baselines import Baseline
from fer_kedro.pipelines.reporting.formats import count, decimal, interval, p_value, percent, short, words
from fer_kedro.pipelines.reporting.layout import block_name
from fer_kedro.pipelines.reporting.markdown import markdown_cell, markdown_table, run_link
from fer_kedro.pipelines.reporting.recipe_cells import Cell, RecipeBlock, leak_words
from fer_kedro.pipelines.reporting.tables import COMPARABLE


def recipes_table(block: RecipeBlock) -> str:
    """Write what is claimed and what each protocol gives, a row per recipe."""
    rows = [
        [run_link(row.run, row.recipe) if row.run else row.recipe, *map(markdown_cell, row.cells)] for row in block.rows
    ]
    return markdown_table(block.header, rows)


def scores_table(runs: pd.DataFrame) -> str:
    """Write each run's accuracy on what it scores, and what its classes hide in it."""
    rows = [
        [
            run_link(run["id"]),
            markdown_cell(Cell(percent(run["accuracy"]), (interval(run["low"], run["high"]),), leak_words(run))),
            f"{count(run['faces'])}<br><small>{run['classes']}\u00a0classes</small>",
            decimal(run["macro_f1"]),
            percent(run["balanced_accuracy"]),
            *(f"{run[f'{end}_class']}\u00a0{decimal(run[f'{end}_f1'], 2)}" for end in ("best", "worst")),
        ]
        for run in runs.to_dict("records")
    ]
    return markdown_table(["run", "accuracy", "faces", "macro F1", "balanced accuracy", "best F1", "worst F1"], rows)


def costs_table(runs: pd.DataFrame) -> str:
    """Write what each run cost."""
    rows = [
        [
            run_link(run["id"]),
            _weights(run["weights"]),
            short(run["parameters"]),
            short(run["flops"]),
            count(run["epochs"]),
            decimal(run["seconds_per_epoch"], 1),
            count(run["cpu_seconds"]),
        ]
        for run in runs.to_dict("records")
    ]
    header = ["run", "weights", "parameters", "FLOPs a face", "epochs", "seconds an epoch", "CPU seconds"]
    return markdown_table(header, rows)


def _weights(told: Any) -> str:
    """Shorten the name and digest of a file, which stand in the run's section."""
    return "local file" if "sha256" in (name := words(told)) else name


def baselines_table(found: Iterable[Baseline]) -> str:
    """Write what can be had without a model."""
    cells = [(one.name, Cell(percent(one.accuracy), one.ends)) for one in found]
    return markdown_table(["without a model", "PrivateTest"], [[name, markdown_cell(cell)] for name, cell in cells])


def pairs_tables(pairs: pd.DataFrame) -> str:
    """Write the paired tests, a table per block of comparable runs."""
    parts = []
    for key, block in pairs.groupby(COMPARABLE, sort=False):
        rows = [
            [
                f"{run_link(pair['first'])}<br>{run_link(pair['second'])}",
                f"{count(pair['first_only'])}<br>{count(pair['second_only'])}",
                f"{100 * pair['difference']:+.1f}",
                p_value(pair["p_value"]),
                p_value(pair["p_holm"]),
            ]
            for pair in block.to_dict("records")
        ]
        parts += [
            f"{block_name(*key)}, {count(block['faces'].iloc[0])} faces:\n",
            markdown_table(["pair", "alone right", "difference", "p", "p, Holm"], rows),
        ]
    return "\n".join(parts)
