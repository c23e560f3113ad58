"""The results page of the docs, as Markdown, from run records."""

from collections.abc import Iterable
from typing import Any

from fer_kedro.evaluation import Scores
from fer_kedro.faces import PRIVATE_TEST, PUBLIC_TEST
from fer_kedro.pipelines.reporting.formats import DASH, count, decimal, interval, percent
from fer_kedro.pipelines.reporting.layout import OFFICIAL, block_name, is_fer2013, split_name
from fer_kedro.pipelines.reporting.tables import COMPARABLE, comparison_table

INTRODUCTION = """\
# Results

Generated from the run records in `docs/results/` by `kedro run --pipelines=results_page`; not edited by hand.
Brackets hold the 95 % Wilson interval. *Without copies* leaves out the faces of which another usage holds a
pixel-identical copy. *Reported* is what the report claims, on the set that it names: seldom these faces.
A *clean* leak audit means that no exact or confirmed near copy of an evaluation face stands on a side \
that must not know it:
see [the honest protocol](explanation/protocol.md).
"""
NOISE = """\
The labels are noisy: by the votes of FER+, a random tagger agrees with the label on 55.6 % of PrivateTest,
the taggers' plurality on 63.4 %.
"""


def results_page(records: dict[str, dict[str, Any]]) -> str:
    """Write runs as Markdown: per block of comparable runs one table, then each run's classes and provenance.

    Parameters
    ----------
    records
        Run records; the keys don't matter.
    """
    runs = {record["run"]: record for record in records.values()}
    comparison = comparison_table(list(runs.values()))
    real = any(is_fer2013(record["data"]["source"]) for record in runs.values())
    parts = [INTRODUCTION + (NOISE if real else "")]
    for comparable, block in comparison.groupby(COMPARABLE, sort=False):
        parts += [
            f"## {block_name(*comparable)}\n",
            _accuracies([runs[run] for run in block["run"]]),
        ]
    parts += [_run(runs[run], clean) for run, clean in zip(comparison["run"], comparison["clean"], strict=True)]
    return "\n".join(parts)


def _accuracies(records: Iterable[dict[str, Any]]) -> str:
    header = [
        "run", "PrivateTest", "PrivateTest without copies", "PublicTest", "PublicTest without copies",
        "macro F1", "balanced accuracy", "reported",
    ]  # fmt: skip
    return _table(header, [_accuracy_row(record) for record in records])


def _accuracy_row(record: dict[str, Any]) -> list[str]:
    private = record["scores"][PRIVATE_TEST]["all"]
    return [
        f"[{record['run']}](#{_anchor(record['run'])})",
        *(
            _accuracy(record, usage, part)
            for usage in (PRIVATE_TEST, PUBLIC_TEST)
            for part in ("all", "duplicate_free")
        ),
        decimal(private["macro_f1"]),
        percent(private["balanced_accuracy"]),
        percent(record["reported"]["accuracy"]),
    ]


def _accuracy(record: dict[str, Any], usage: str, part: str) -> str:
    scores: Scores | None = record["scores"].get(usage, {}).get(part)
    if scores is None:
        return DASH
    return f"{percent(scores['accuracy'])} ({interval(scores['accuracy_low'], scores['accuracy_high'])})"


def _run(record: dict[str, Any], clean: bool) -> str:
    scores: Scores = record["scores"][PRIVATE_TEST]["all"]
    classes = [
        [name, decimal(one["precision"]), decimal(one["recall"]), decimal(one["f1"]), count(one["support"])]
        for name, one in scores["per_class"].items()
    ]
    return "\n".join(
        [
            f"## {record['run']} {{ #{_anchor(record['run'])} }}\n",
            f"{record['description']}. Leak audit: {'clean' if clean else '**LEAKY**'}.\n",
            _table(["class", "precision", "recall", "F1", "faces"], classes),
            _provenance(record),
        ]
    )


def _provenance(record: dict[str, Any]) -> str:
    command = record.get("command", f"kedro run --pipelines=all_recipes --namespaces={record['run']}")
    data = record["data"]
    split = "" if (name := split_name(data)) == OFFICIAL else f", {name}"
    return (
        f"Commit `{record['commit']}`, data `{data['source']}` with digest `{data['digest']}`{split}, "
        f"seed {record['seed']}; {record.get('machine', 'machine not recorded')}, "
        f"{record['threads']} threads, {record['precision']}; "
        f"epoch {record['best_epoch']} of {record['epochs_run']} kept, "
        f"{record['seconds_per_epoch']:.1f} s an epoch; {count(record['parameters'])} parameters. "
        f"Again: `{command}`.\n"
    )


def _anchor(run: str) -> str:
    return run.replace(".", "-")


def _table(header: list[str], rows: list[list[str]]) -> str:
    alignment = [":--", *["--:"] * (len(header) - 1)]
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in [header, alignment, *rows])
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)
