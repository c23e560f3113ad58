"""All recipes: what each report claims, and what each protocol gives, side by side."""

from typing import Any

import pandas as pd

from fer_kedro.pipelines.reporting.layout import NO_WEIGHTS, OFFICIAL, block_name

AS_REPORTED, HONEST, SHARED_SPLIT = PROTOCOLS = ("as_reported", "honest", "official")
SAME_FACES = ["data", "data_set"]
MEANS = [
    "accuracy", "low", "high", "duplicate_free_accuracy", "duplicate_free_low", "duplicate_free_high",
    "majority_accuracy",
]  # fmt: skip
FACTS = [
    "id", "test_set", "classes", "scored", "reported_accuracy", "reported_classes",
    "clean", "leaky_share", "selected_on_test", "weights", "remark",
]  # fmt: skip
KEPT = [
    "id", "classes", "accuracy", "low", "high", "sd", "seeds",
    "clean", "leaky_share", "selected_on_test", "weights", "remark",
]  # fmt: skip
UNIQUE = ["accuracy", "low", "high", "sd"]


def over_seeds(comparison: pd.DataFrame) -> pd.DataFrame:
    """Average runs that differ by their seed alone; those from other weights than the lowest seed's are left out.

    Returns
    -------
    DataFrame
        A row per run: the means over its seeds of accuracies and interval ends; `sd` and `duplicate_free_sd`, the
        standard deviations over seeds (n - 1), missing for one seed; `accuracies`, one a seed; `seeds`, their number;
        and what describes it.
    """
    same_run = [*SAME_FACES, "recipe", "protocol"]
    weights = comparison["weights"].astype("str").where(comparison["weights"].notna(), NO_WEIGHTS)
    weights = weights.str.replace(r"^.*, (?=sha256 )", "", regex=True)  # whatever the file is called
    comparison = comparison.assign(weights=weights)
    by_seed = comparison.sort_values("seed", kind="stable")
    alike = weights == by_seed.groupby(same_run)["weights"].transform("first").reindex(comparison.index)
    runs = comparison[alike].astype(dict.fromkeys(MEANS, float)).groupby(same_run, sort=False, as_index=False)
    return runs.agg(
        **{name: (name, "mean") for name in MEANS},
        **{name: (name, "first") for name in FACTS},
        accuracies=("accuracy", list),
        sd=("accuracy", "std"),
        duplicate_free_sd=("duplicate_free_accuracy", "std"),
        seeds=("seed", "size"),
    )


def recipe_table(comparison: pd.DataFrame) -> pd.DataFrame:
    """Lay the runs of each recipe side by side, the most accurate under the honest protocol first.

    A recipe that was trained under other protocols only, its page's own, has no row.

    Returns
    -------
    DataFrame
        A row per recipe and set of faces (`data`, `data_set`). `block` is the title of those that may be compared:
        `classes` and `test_set` of their honest runs are equal. Recipes without an honest run stand last in the first
        block of their faces, by name. `reported` is what the report claims. Each protocol's columns begin with its
        name, such as `honest_accuracy`; `duplicate_free_accuracy` and its interval are the honest run's on faces
        without copies.
    """
    runs_shown = over_seeds(comparison[comparison["protocol"].isin(PROTOCOLS)])
    rows = [
        _row(dict(zip([*SAME_FACES, "recipe"], key, strict=True)), runs)
        for key, runs in runs_shown.groupby([*SAME_FACES, "recipe"], sort=False)
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = table.assign(
        demo=table["data"] == "demo",
        own=table["data_set"] != OFFICIAL,
        faces=table.groupby(SAME_FACES)["test_set"].transform("first").fillna(table["data_set"]),
        last=table["classes"].isna(),
    )
    order = ["demo", "data", "own", "faces", "last", "classes", "honest_accuracy", "recipe"]
    table = table.sort_values(order, ascending=[name not in {"classes", "honest_accuracy"} for name in order])
    table["block"] = _blocks(table)
    together = pd.factorize(table["block"])[0].argsort(kind="stable")
    return table.iloc[together][_COLUMNS].reset_index(drop=True)


def _blocks(table: pd.DataFrame) -> "pd.Series[str]":
    """Title each row's block; what has no honest run goes with the first block of its faces, if there is one."""
    names = [
        None if pd.isna(row["classes"]) else block_name(row["data"], row["test_set"], int(row["classes"]))
        for row in table.to_dict("records")
    ]
    named = table.assign(block=pd.Series(names, table.index, dtype="str"))
    alone = [block_name(data, data_set, None) for data, data_set in table[SAME_FACES].to_numpy()]
    first = named.groupby(SAME_FACES)["block"].transform("first")
    return named["block"].fillna(first).fillna(pd.Series(alone, table.index))


def _row(key: dict[str, Any], runs: pd.DataFrame) -> dict[str, Any]:
    by_protocol = {str(run["protocol"]): run for run in runs.to_dict("records")}
    honest, reported = by_protocol.get(HONEST, {}), by_protocol.get(AS_REPORTED, next(iter(by_protocol.values())))
    row = key | {"reported": reported["reported_accuracy"], "reported_classes": reported["reported_classes"]}
    row |= {name: honest.get(name) for name in ("classes", "test_set", "majority_accuracy")}
    row |= {f"duplicate_free_{name}": honest.get(f"duplicate_free_{name}") for name in UNIQUE}
    for protocol in PROTOCOLS:
        row |= {f"{protocol}_{name}": by_protocol.get(protocol, {}).get(name) for name in KEPT}
    return row


_COLUMNS = [
    "block", *SAME_FACES, "recipe", "classes", "test_set", "reported", "reported_classes", "majority_accuracy",
    *(f"{protocol}_{name}" for protocol in PROTOCOLS for name in KEPT),
    *(f"duplicate_free_{name}" for name in UNIQUE),
]  # fmt: skip
