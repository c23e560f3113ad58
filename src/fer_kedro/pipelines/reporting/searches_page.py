"""The searches page of the docs, as Markdown, from committed records."""

from typing import Any

from fer_kedro.pipelines.reporting.formats import DASH, count, decimal, percent
from fer_kedro.pipelines.reporting.markdown import markdown_table

INTRODUCTION = """\
# Searches

What each hyperparameter search found, beside what the report says of it.

Generated from the records in `docs/results/kfold_search/` by `kedro run --pipelines=results_page`; not edited by hand.
Accuracies are means over folds of the training faces ± their standard deviation; PublicTest and PrivateTest are in no
fold. *p* is that of the best configuration's lead on the same folds, by the corrected resampled t-test (Nadeau and
Bengio, 2003) with Holm's correction; where none is small, the best one's lead may be chance.
"""
NONE = "No search has been published yet.\n"


def searches_page(committed_searches: dict[str, dict[str, Any]]) -> str:
    """Write the page: for each search what was searched, its configurations, its compute and what pruning saves.

    Parameters
    ----------
    committed_searches
        Search records; the keys don't matter.
    """
    records = sorted(committed_searches.values(), key=lambda record: record["search"], reverse=True)
    return "\n".join([INTRODUCTION, *(_section(record) for record in records)] if records else [INTRODUCTION, NONE])


def _section(record: dict[str, Any]) -> str:
    chosen = "".join(f"- {choice}\n" for choice in record["chosen"])
    parts = [
        f"## {record['search']}\n",
        f"{record['description']}. Around the recipe `{record['recipe']}`; {_folds(record)}.{_audit(record)}\n",
        chosen,
        _configurations(record),
        _agreement(record["agreement_with_report"], record["folds"]["share"]),
        _choices(record["first_fold_by_choice"]),
        _compute(record),
        _pruning(record["pruning_compared"]),
        f"{_made_by(record)}. Again: `{_command(record)}`.\n",
    ]
    return "\n".join(filter(None, parts))


def _folds(record: dict[str, Any]) -> str:
    folds = record["folds"]
    share = "all faces" if folds["share"] == 1 else f"**{folds['share']:.0%} of the faces**"
    kind = "grouped, stratified" if folds["by"] == "group" else "plain shuffled"
    return f"{folds['count']} {kind} folds of {share} of the {record['training_set']}"


def _audit(record: dict[str, Any]) -> str:
    if not (audit := record.get("leak_audit")):
        return ""
    if not (leaked := audit["validation_faces_with_sibling_in_training"]):
        return " Leak audit: clean."
    faces = f"{count(leaked)} of {count(audit['validation_faces'])} validation faces"
    return f" Leak audit: **LEAKY**, {faces} have a sibling in training."


def _configurations(record: dict[str, Any]) -> str:
    rows = record["configurations"]
    if not rows:
        return ""
    dimensions = [name for name in rows[0] if name not in NUMBERS]
    reported = "reported" in rows[0]
    header = [*_short(dimensions).values(), "accuracy", "p", *(["reported, rank"] if reported else [])]
    body = [
        [
            *("–" if row[name] is None else str(row[name]) for name in dimensions),
            f"{percent(row['mean'])} ± {100 * (row['sd'] or 0):.1f}".replace(" ", "\u00a0"),
            decimal(row["p_holm"], 2),
            *([_reported(row)] if reported else []),
        ]
        for row in rows
    ]
    return markdown_table(header, body, len(dimensions))


NUMBERS = ("number", "mean", "sd", "rank", "behind", "p_value", "p_holm", "reported", "reported_rank", "difference")


def _agreement(found: dict[str, Any] | None, share: float) -> str:
    if not found:
        return ""
    fewer = "" if share == 1 else f" Ours saw {share:.0%} of the faces."
    return (
        f"Spearman's rank correlation with the report's means over {found['configurations']} configurations: "
        f"{found['spearman']:.2f} (p = {found['p_value']:.2f}); ours are {_points(found['mean_difference'])} "
        "the report's in the mean, and the report's best configuration stands at rank "
        f"{found['rank_of_the_reports_best']} here.{fewer}\n"
    )


def _choices(rows: list[dict[str, Any]]) -> str:
    names = _short([row["dimension"] for row in rows])
    header = ["choice", "", "configurations", "accuracy on the first fold, mean"]
    body = [
        [names[row["dimension"]], str(row["choice"]), str(row["configurations"]), percent(row["mean"])] for row in rows
    ]
    return markdown_table(header, body, 2)


def _compute(record: dict[str, Any]) -> str:
    trials, compute = record["trials"], record["compute"]
    configurations = "configuration" if trials["complete"] == 1 else "configurations"
    text = (
        f"{trials['complete']} {configurations} complete, {trials['pruned']} pruned, {trials['failed']} failed; "
        f"{compute['folds_run']} of {compute['folds_possible']} folds run, {compute['cpu_seconds']:,.0f} CPU seconds"
    )
    if compute["folds_saved_by_pruning"]:
        folds = compute["folds_possible"] / compute["folds_run"]
        seconds = 1 / (1 - compute["share_of_cpu_seconds_saved_at_each_trials_mean"])
        text += f", {folds:.1f} times fewer folds and an estimated {seconds:.1f} times less compute than the full grid"
    overhead = f"{compute['overhead_share']:.1%} of the tasks' time, the workers' start not included"
    return f"{text}. Beyond `fit`: {overhead}.\n"


def _pruning(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    header = ["pruning, replayed on these scores", "folds", "compute", "winner's accuracy", "behind the best", "p"]
    body = [
        [
            row["pruning"],
            str(row["folds_run"]),
            f"{row['compute_ratio']:.1f} × less",
            percent(row["winner_mean"]),
            f"{100 * row['behind']:.1f} points",
            f"{row['p_value']:.2f}",
        ]
        for row in rows
    ]
    return markdown_table(header, body)


def _made_by(record: dict[str, Any]) -> str:
    executor = f", run by {record['executor']}" if "executor" in record else ""
    precision = f", `auto` precision: {record['precision']}" if "precision" in record else ""
    threads = f"threads a worker: {record['threads_a_worker']}"
    backend = f", {record['backend']}" if "backend" in record else ""
    return f"Commit `{record['commit']}`, {record['machine']}{executor}, {threads}{backend}{precision}"


def _command(record: dict[str, Any]) -> str:
    """Give the command that runs the search again: of what decides its answers, all that is not the default."""
    decided = {"share": record["folds"]["share"], "threads": record["threads_a_worker"]}
    params = ",".join(f"{name}={value}" for name, value in decided.items() if value != 1)
    command = f"kedro run --pipelines=all_searches --namespaces=kfold_search.{record['search']}"
    return f"{command} --params={params}" if params else command


def _short(dimensions: list[str]) -> dict[str, str]:
    """Name dimensions by the last part of their paths, where that tells them apart."""
    short = {dimension: dimension.rpartition(".")[2] for dimension in dimensions}
    return short if len(set(short.values())) == len(short) else {dimension: dimension for dimension in dimensions}


def _reported(row: dict[str, Any]) -> str:
    return DASH if row["reported"] is None else f"{percent(row['reported'])}, {row['reported_rank']:.0f}"


def _points(difference: float) -> str:
    return f"{abs(100 * difference):.1f} points {'above' if difference > 0 else 'below'}"
