"""The section of one run on the results page of the docs."""

from typing import Any

from fer_kedro.evaluation import Scores, scored_set
from fer_kedro.pipelines.reporting.formats import DASH, backend, count, decimal, interval, percent
from fer_kedro.pipelines.reporting.layout import NO_WEIGHTS, OFFICIAL, split_name, test_name
from fer_kedro.pipelines.reporting.markdown import anchor, markdown_table
from fer_kedro.protocols.audit import LeakAudit
from fer_kedro.search.candidate import SEARCHED


def run_section(records: list[dict[str, Any]]) -> str:
    """Write one run's accuracies, classes, notes and provenance.

    Parameters
    ----------
    records
        Its records, one for each seed; the numbers are the first's.
    """
    record = records[0]
    notes, chosen = ("".join(f"- {line}\n" for line in record.get(key) or []) for key in ("notes", "chosen"))
    return "\n".join(
        [
            f"## {record['run']} {{ #{anchor(record['run'])} }}\n",
            f"{record['description']}. {_claim(record['reported'])}{_audit(record)}\n",
            _accuracies(record),
            _classes(record["scores"][scored_set(record)]["all"]),
            *([notes] if notes else []),
            *([f"{_chosen_heading(record)}:\n\n{chosen}"] if chosen else []),
            *map(_provenance, records),
        ]
    )


def _chosen_heading(record: dict[str, Any]) -> str:
    return (
        "How it was found" if record["recipe"] == SEARCHED else "Where the report leaves it open, or we depart from it"
    )


def _claim(reported: dict[str, Any]) -> str:
    if reported["accuracy"] is None:
        return ""
    return f"The report claims {percent(reported['accuracy'])} on: {reported['measured_on'] or 'a set not named'}. "


def _audit(record: dict[str, Any]) -> str:
    audit = LeakAudit.model_validate(record["leak_audit"])
    if audit.clean:
        return "Leak audit: clean."
    found = {
        "test faces have a sibling in training": (audit.test_faces_with_sibling_in_training, audit.test_faces),
        "test faces have one in validation": (audit.test_faces_with_sibling_in_validation, audit.test_faces),
        "validation faces have one in training": (
            audit.validation_faces_with_sibling_in_training,
            audit.validation_faces,
        ),
        "evaluation faces are generated": (
            audit.generated_evaluation_faces,
            audit.test_faces + audit.validation_faces,
        ),
    }
    words = [f"{count(some)} of {count(every)} {what}" for what, (some, every) in found.items() if some]
    return f"Leak audit: **LEAKY**, {'; '.join(words)}."


def _accuracies(record: dict[str, Any]) -> str:
    rows = [
        [
            test_name(record) if name == scored_set(record) else name,
            *(_accuracy(subsets.get(part)) for part in ("all", "duplicate_free")),
            percent(subsets["all"]["majority_accuracy"]),
        ]
        for name, subsets in record["scores"].items()
    ]
    return markdown_table(["faces", "accuracy", "without copies", "commonest class"], rows)


def _accuracy(scores: Scores | None) -> str:
    if scores is None:
        return DASH
    return f"{percent(scores['accuracy'])} ({interval(scores['accuracy_low'], scores['accuracy_high'])})"


def _classes(scores: Scores) -> str:
    rows = [
        [name, decimal(one["precision"]), decimal(one["recall"]), decimal(one["f1"]), count(one["support"])]
        for name, one in scores["per_class"].items()
    ]
    return markdown_table(["class", "precision", "recall", "F1", "faces"], rows)


def _provenance(record: dict[str, Any]) -> str:
    place = f"{record['protocol']}/{record['recipe']}/seed_{record['seed']}"
    return f"[Predictions](results/{place}/predictions.parquet) of {made_by(record)}. Again: {_again(record)}.\n"


def _again(record: dict[str, Any]) -> str:
    seed = f" --params=seed={record['seed']}" if record["seed"] else ""
    if record["recipe"] == SEARCHED:
        return f"`kedro run --pipelines=searched{seed}`, with the `share` that [its search](searches.md) names"
    weights = ", with [these weights](how-to/use-pretrained-weights.md)" if _start(record) else ""
    return f"`kedro run --pipelines=all_recipes --namespaces={record['run']}{seed}`{weights}"


def made_by(record: dict[str, Any]) -> str:
    """Say of which commit, data, seed, machine and epoch a run's predictions are."""
    data = record["data"]
    split = "" if (name := split_name(data)) == OFFICIAL else f", {name}"
    return (
        f"commit `{record['commit']}`, data `{data['source']}` with digest `{data['digest']}`{split}, "
        f"seed {record['seed']}; {record.get('machine', 'machine not recorded')}, "
        f"{record['threads']} threads, {backend(record)}, {record['precision']}{_start(record)}; "
        f"epoch {record['best_epoch']} of {record['epochs_run']} kept"
    )


def _start(record: dict[str, Any]) -> str:
    weights = record.get("weights", NO_WEIGHTS)
    return "" if weights == NO_WEIGHTS else f", from the weights `{weights}`"
