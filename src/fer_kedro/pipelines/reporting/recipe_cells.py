"""The table of all recipes as words, for every page that shows it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from fer_kedro.pipelines.reporting.formats import DASH, interval, percent
from fer_kedro.pipelines.reporting.layout import NO_WEIGHTS
from fer_kedro.pipelines.reporting.recipe_table import AS_REPORTED, HONEST, SHARED_SPLIT

WHOLE = "no weights: one phase"
"""Of a recipe that would fine-tune pre-trained weights and had none."""

OTHER = "other weights"
"""Of a run that started from other pre-trained weights than the honest one."""


class Cell(NamedTuple):
    """A value, what is written small below it, and what warns of it."""

    value: str
    notes: tuple[str, ...] = ()
    warning: str = ""


class RecipeRow(NamedTuple):
    """A recipe, the run that its name leads to, if any, and its cells."""

    recipe: str
    run: str | None
    cells: list[Cell]


class RecipeBlock(NamedTuple):
    """Recipes that may be compared, best first; those without an honest run follow in no order."""

    title: str
    source: str
    header: list[str]
    rows: list[RecipeRow]


def recipe_blocks(table: pd.DataFrame) -> list[RecipeBlock]:
    """Write the table of recipes, block by block."""
    return [_block(str(title), rows) for title, rows in table.groupby("block", sort=False)]


def _block(title: str, rows: pd.DataFrame) -> RecipeBlock:
    records = rows.to_dict("records")
    with_official = bool(rows[f"{SHARED_SPLIT}_accuracy"].notna().any())
    classes = None if pd.isna(records[0]["classes"]) else int(records[0]["classes"])
    header = ["recipe", "reported", "as reported", "honest", "honest, without copies"]
    return RecipeBlock(
        title,
        records[0]["data"],
        [*header, "official"] if with_official else header,
        [_row(row, classes, with_official) for row in records],
    )


def _row(row: Mapping[Any, Any], classes: int | None, with_official: bool) -> RecipeRow:
    runs = [row[f"{protocol}_id"] for protocol in (HONEST, AS_REPORTED, SHARED_SPLIT)]
    cells = [
        Cell(percent(row["reported"]), _other_classes(row, "reported", classes)),
        _protocol(row, AS_REPORTED, classes),
        _protocol(row, HONEST, classes),
        _accuracy(row, "duplicate_free"),
    ]
    if with_official:
        cells.append(_protocol(row, SHARED_SPLIT, classes))
    return RecipeRow(row["recipe"], next((run for run in runs if not pd.isna(run)), None), cells)


def _protocol(row: Mapping[Any, Any], protocol: str, classes: int | None) -> Cell:
    cell = _accuracy(row, protocol)
    if cell.value == DASH:
        return cell
    seeds = int(row[f"{protocol}_seeds"])
    told = [f"{seeds} seeds"] if seeds > 1 else []
    told += [] if pd.isna(row[f"{protocol}_remark"]) else [WHOLE]
    told += [OTHER] if _other_weights(row, protocol) else []
    notes = (*cell.notes, *told, *_other_classes(row, protocol, classes))
    return Cell(cell.value, notes, leak_words(row, f"{protocol}_"))


def _accuracy(row: Mapping[Any, Any], name: str) -> Cell:
    share, spread = row[f"{name}_accuracy"], row[f"{name}_sd"]
    if pd.isna(share):
        return Cell(DASH)
    value = percent(share) if pd.isna(spread) else f"{100 * share:.1f}\u00a0±\u00a0{100 * spread:.1f}\u00a0%"
    return Cell(value, (interval(row[f"{name}_low"], row[f"{name}_high"]),))


def _other_classes(row: Mapping[Any, Any], protocol: str, classes: int | None) -> tuple[str, ...]:
    own = row[f"{protocol}_classes"]
    return () if pd.isna(own) or own == classes else (f"{int(own)} classes",)


def _other_weights(row: Mapping[Any, Any], protocol: str) -> bool:
    """Of two runs from different weights, the one from none says so already, if its recipe fine-tunes."""
    both = {row[f"{name}_weights"] for name in (HONEST, protocol)}
    return len(both) == 2 and NO_WEIGHTS not in both and not any(map(pd.isna, both))


def leak_words(row: Mapping[Any, Any], prefix: str = "") -> str:
    """Say of a run that knows its test faces how many; of a clean one, nothing."""
    if row[f"{prefix}clean"]:
        return ""
    share = percent(row[f"{prefix}leaky_share"]) if row[f"{prefix}leaky_share"] else ""
    chosen = "selected\u00a0on\u00a0them" if row[f"{prefix}selected_on_test"] else ""
    return "\u00a0".join(filter(None, ["LEAKY", ", ".join(filter(None, [share, chosen]))]))
