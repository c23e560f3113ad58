"""The leak demo: one recipe, trained on copies that were made before the split, and after it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fer_kedro.evaluation import Scores, difference_interval, score, scored_rows, scored_set
from fer_kedro.pipelines.reporting.pairs import Predictions
from fer_kedro.pipelines.reporting.recipe_cells import leak_words
from fer_kedro.protocols.audit import LeakAudit

RECIPE = "leak_demo"
COPIES_FIRST, SPLIT_FIRST = PROTOCOLS = ("copies_first", "split_first")
RUNS = [f"{protocol}.{RECIPE}" for protocol in PROTOCOLS]
Record = dict[str, Any]


class LeakDemo(NamedTuple):
    """Both runs of one seed, and a look inside the leaky one.

    `fitted` are the scores of the test faces of which the leaky run was fitted to a copy, pixel-identical or made from
    the same face, `unseen` those of the others; both are missing where either part is empty or no prediction is stored.
    """

    copies_first: Record
    split_first: Record
    fitted: Scores | None = None
    unseen: Scores | None = None

    @property
    def orders(self) -> tuple[Scores, Scores]:
        """Scores of both runs on all faces that they scored."""
        first, second = (record["scores"][scored_set(record)]["all"] for record in self[:2])
        return first, second


def leak_demo(records: Mapping[str, Record], predictions: Predictions) -> LeakDemo | None:
    """Find both runs, of the first seed that they share; nothing where one is missing.

    Parameters
    ----------
    records
        Run records; the keys don't matter.
    predictions
        What loads each run's predictions, by `<protocol>/<recipe>/seed_<n>`.
    """
    first, second = ({one["seed"]: one for one in records.values() if one["run"] == run} for run in RUNS)
    if not (seeds := set(first) & set(second)):
        return None
    seed = min(seeds)
    load = predictions.get(f"{COPIES_FIRST}/{RECIPE}/seed_{seed}")
    faces = scored_rows(load()) if load else None
    parts = {} if faces is None else {unseen: score(part) for unseen, part in faces.groupby("duplicate_free")}
    inside = (parts[False], parts[True]) if len(parts) == len(PROTOCOLS) else ()
    return LeakDemo(first[seed], second[seed], *inside)


def audit_words(record: Record) -> str:
    """Say what a run's leak audit found: `LEAKY 98.1 %`."""
    audit = LeakAudit.model_validate(record["leak_audit"])
    found = {name: getattr(audit, name) for name in ("clean", "selected_on_test")}
    return leak_words(found | {"leaky_share": audit.test_share_with_sibling_in_training}) or "no leak found"


def points(first: Scores, second: Scores) -> str:
    """Write by how much the first accuracy is above the second: `+12.3 points`."""
    return f"{100 * (first['accuracy'] - second['accuracy']):+.1f}\u00a0points"


def points_interval(first: Scores, second: Scores) -> tuple[float, float]:
    """Find the 95 % interval of that difference, in points; both sets of test faces are taken for independent."""
    one, other = ((scores["accuracy"], scores["accuracy_low"], scores["accuracy_high"]) for scores in (first, second))
    low, high = difference_interval(one, other)
    return 100 * low, 100 * high
