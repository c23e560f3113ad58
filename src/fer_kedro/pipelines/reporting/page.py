"""Self-contained HTML: a run's section, and the page of all runs."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from fer_kedro.pipelines.reporting.formats import count, decimal, interval, percent
from fer_kedro.pipelines.reporting.layout import OFFICIAL, block_name, is_fer2013, source_name, split_name
from fer_kedro.pipelines.reporting.tables import COMPARABLE
from fer_kedro.protocols.audit import LeakAudit

Picture = Figure | bytes


def render_section(record: Mapping[str, Any], report: pd.DataFrame, pictures: Mapping[str, tuple[Picture, str]]) -> str:
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
            official=OFFICIAL,
            clean=LeakAudit.model_validate(record["leak_audit"]).clean,
            report=report.to_dict("records"),
            pictures={name: (png_uri(picture), words) for name, (picture, words) in pictures.items()},
        )
    )


def render_page(comparison: pd.DataFrame, picture: Picture, sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the comparison, and in its order each run's section, as one page that needs no other file."""
    blocks = [
        {"source": source, "name": block_name(source, test_set, classes), "runs": runs.to_dict("records")}
        for (source, test_set, classes), runs in comparison.groupby(COMPARABLE, sort=False)
    ]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            blocks=blocks,
            picture=png_uri(picture),
            sections=[Markup(sections[run]["html"]) for run in comparison["run"]],  # noqa: S704, our own template's
        )
    )


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
        "source": source_name,
        "split": split_name,
    }
    environment.tests["fer2013"] = is_fer2013
    return environment
