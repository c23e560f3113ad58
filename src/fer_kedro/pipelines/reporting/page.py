"""Self-contained HTML: a run's section, and the page of all runs."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from fer_kedro.evaluation import scored_set
from fer_kedro.pipelines.reporting.baselines import Stored, baselines, label_noise
from fer_kedro.pipelines.reporting.formats import backend, count, decimal, interval, p_value, percent, short, words
from fer_kedro.pipelines.reporting.layout import (
    OFFICIAL,
    block_name,
    is_fer2013,
    run_id,
    source_name,
    split_name,
    test_name,
)
from fer_kedro.pipelines.reporting.recipe_cells import leak_words, recipe_blocks
from fer_kedro.pipelines.reporting.tables import COMPARABLE
from fer_kedro.protocols.audit import LeakAudit

Picture = Figure | bytes


def render_section(record: dict[str, Any], report: pd.DataFrame, pictures: Mapping[str, tuple[Picture, str]]) -> str:
    """Write one run as an HTML fragment.

    Parameters
    ----------
    record
        The run's record.
    report
        Its classification report.
    pictures
        By name: a figure, or PNG bytes, and the words that replace it for those who can't see it.
    """
    return (
        _environment()
        .get_template("section.html.j2")
        .render(
            record=record,
            id=run_id(record),
            scored=record["scores"][scored_set(record)],
            test_name=test_name(record),
            official=OFFICIAL,
            clean=LeakAudit.model_validate(record["leak_audit"]).clean,
            report=report.to_dict("records"),
            pictures={name: (png_uri(picture), words) for name, (picture, words) in pictures.items()},
        )
    )


def report_page(
    *,
    comparison: pd.DataFrame,
    recipe_comparison: pd.DataFrame,
    paired_tests: pd.DataFrame,
    comparison_figure: Picture,
    sections: Mapping[str, Mapping[str, Any]],
    stored_human_baseline: Stored,
) -> str:
    """Write all recipes, all runs, and in their order each run's section, as one page that needs no other file."""
    blocks = [
        {
            "source": source,
            "name": block_name(source, test_set, classes),
            "runs": runs.to_dict("records"),
            "pairs": _pairs(paired_tests, source, test_set, classes),
        }
        for (source, test_set, classes), runs in comparison.groupby(COMPARABLE, sort=False)
    ]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            blocks=blocks,
            recipes=recipe_blocks(recipe_comparison),
            baselines=baselines(comparison, stored_human_baseline),
            label_noise=label_noise(stored_human_baseline),
            picture=png_uri(comparison_figure),
            sections=[Markup(sections[run]["html"]) for run in comparison["id"]],  # noqa: S704, our own template's
        )
    )


def _pairs(paired_tests: pd.DataFrame, *block: object) -> list[dict[Any, Any]]:
    return paired_tests[(paired_tests[COMPARABLE] == block).all(axis=1)].to_dict("records")


def png_uri(picture: Picture) -> str:
    """Return a figure, or the bytes of a PNG, as a `data:` address."""
    if isinstance(picture, Figure):
        buffer = io.BytesIO()
        picture.savefig(buffer, format="png")
        picture = buffer.getvalue()
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fer_kedro.pipelines.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "interval": interval,
        "decimal": decimal,
        "thousands": count,
        "short": short,
        "words": words,
        "p_value": p_value,
        "leak": leak_words,
        "backend": backend,
        "source": source_name,
        "split": split_name,
    }
    environment.tests["fer2013"] = is_fer2013
    return environment
