"""The page of the docs on the leak demo, as Markdown, from committed records and predictions."""

from collections.abc import Mapping

from fer_kedro.evaluation import Scores, class_shares, standardised_accuracy
from fer_kedro.pipelines.reporting.formats import count, interval, percent, signed_interval
from fer_kedro.pipelines.reporting.layout import test_name
from fer_kedro.pipelines.reporting.leak_demo import (
    RUNS,
    LeakDemo,
    Record,
    audit_words,
    leak_demo,
    points,
    points_interval,
)
from fer_kedro.pipelines.reporting.markdown import anchor, markdown_table
from fer_kedro.pipelines.reporting.pairs import Predictions
from fer_kedro.pipelines.reporting.results_runs import made_by
from fer_kedro.protocols.audit import LeakAudit

COLUMNS = ["accuracy", "95 % interval", "test faces"]
PICTURE = "![Accuracies of both orders with their intervals: {}, {}](../images/leak_demo.png)\n"
INTRODUCTION = """\
# The leak demo

What the order of copying and splitting does to an accuracy: one network, the same faces, both orders.

Generated from the run records and predictions in `docs/results/` by `kedro run --pipelines=results_page`; not edited
by hand.
"""
NOT_TRAINED = """\
The demo was not trained yet, or not published: both runs are needed.
"""
FAULT = """\
## The fault

The report `liang_et_al` made five copies of every face, each turned, shifted, zoomed and mirrored a little otherwise,
and split the copies afterwards, 60 : 20 : 20. A test face then has four other copies, each of which is in training with
probability 0.6: for 97 % of the test faces the network was fitted to another copy. Such a test asks what a network
remembers, and one that learns its faces by heart does well in it. The report's best accuracy, 80.43 %, was measured in
this way; nobody can tell from it how well the network reads a face that it has not seen.

The other order is the cure: the faces are split first, all copies of a photograph on one side, and then copies are made
of the training faces alone.
"""
MEANING = """\
## What the numbers mean

The first accuracy differs from the second by {difference} Each answers a question of its own:

- *Copied, then split*: how often does the network name a copy rightly when it was fitted to other copies of the face?
  Of the {test} test faces, {trained} have a sibling in training, and so have {validated} of the {validation} validation
  faces, by which the kept epoch was chosen. The leak audit says: {first}.
- *Split, then copied*: how often does it name a face rightly of which it was fitted to no copy? Here the audit says:
  {second}. Of the two, only this number says what to expect of new faces.
"""
BESIDES = """\
## What else differs

Network, epochs, the five copies, the shares and the seed are the same. Yet the order decides more than who knows whom:

- The test sets differ. The first is {first}, turned and shifted; the second is {second}, as they are.
- The first run is fitted to about three copies each of nearly every photograph, the second to all five copies of three
  photographs in five: the one sees more photographs, the other more of each.
- In the first run nothing keeps the copies together that FER-2013 itself holds; in the second they stand on one side.
- Each number comes from one training, and its interval speaks of the choice of test faces only. A `bootstrap by group`
  draws all copies of a face together, those too that FER-2013 itself holds, since they are often right or wrong
  together; an interval that takes every test face for one of its own would be too narrow. That of the difference takes
  the two test sets for independent; they share photographs, so it is rather too wide.
"""
INSIDE = """\
## Inside the first run

The first run's own test faces can be divided too. For some of them, by chance, the network was fitted neither to
another copy nor to a pixel-identical face, though for {near} of these to a near copy. One network, one training, one
kind of test faces:

{table}
The difference is {difference}
The two groups also differ in their classes: {class_name} makes up {known} of those with a copy and {unseen} of those
without. With the class shares of the first group, the second would score {like}.
"""
DOUBT = " These faces alone do not tell it from none."
AGAIN = """\
## Make it again

```bash
kedro run --pipelines=ingestion,balancing
kedro run --pipelines=all_recipes --namespaces={runs}
kedro run --pipelines=publish --namespaces={runs}
kedro run --pipelines=results_page
```
"""


def leak_page(committed_records: Mapping[str, Record], committed_predictions: Predictions) -> str:
    """Write the page: a picture, both accuracies and what they mean, and a look inside the leaky run.

    Without both runs the page says so; without the leaky run's predictions it has no look inside.

    Parameters
    ----------
    committed_records, committed_predictions
        See `leak_demo`.
    """
    demo = leak_demo(committed_records, committed_predictions)
    return "\n".join([INTRODUCTION, *([NOT_TRAINED, FAULT, _again(0)] if demo is None else _trained(demo))])


def _trained(demo: LeakDemo) -> list[str]:
    return [
        PICTURE.format(*(percent(scores["accuracy"]) for scores in demo.orders)),
        _orders(demo),
        FAULT,
        _meaning(demo),
        BESIDES.format(first=test_name(demo.copies_first), second=test_name(demo.split_first)),
        *_inside(demo),
        _again(demo.copies_first["seed"]),
        *map(_provenance, (demo.copies_first, demo.split_first)),
    ]


def _orders(demo: LeakDemo) -> str:
    runs = zip(("copied, then split", "split, then copied"), (demo.copies_first, demo.split_first), strict=True)
    rows = [
        [f"[{order}](../results.md#{anchor(run['run'])})", *_cells(scores), audit_words(run)]
        for (order, run), scores in zip(runs, demo.orders, strict=True)
    ]
    return markdown_table(["order", *COLUMNS, "leak audit"], rows)


def _cells(scores: Scores) -> list[str]:
    ends = interval(scores["accuracy_low"], scores["accuracy_high"])
    return [
        percent(scores["accuracy"]),
        f"{ends}<br><small>{scores['interval']}</small>",
        count(scores["n"]),
    ]


def _meaning(demo: LeakDemo) -> str:
    audit = LeakAudit.model_validate(demo.copies_first["leak_audit"])
    return MEANING.format(
        difference=_difference(*demo.orders),
        trained=count(audit.test_faces_with_sibling_in_training),
        test=count(audit.test_faces),
        validated=count(audit.validation_faces_with_sibling_in_training),
        validation=count(audit.validation_faces),
        first=audit_words(demo.copies_first),
        second=audit_words(demo.split_first),
    )


def _inside(demo: LeakDemo) -> list[str]:
    if demo.fitted is None or demo.unseen is None:
        return []
    audit = LeakAudit.model_validate(demo.copies_first["leak_audit"])
    alone = audit.test_faces - audit.test_faces_with_sibling_in_training
    rows = [["with a copy in training", *_cells(demo.fitted)], ["without one", *_cells(demo.unseen)]]
    table = markdown_table(["test faces of the first run", *COLUMNS[:-1], "number"], rows)
    near = count(max(0, demo.unseen["n"] - alone))
    known, unseen = (class_shares(scores) for scores in (demo.fitted, demo.unseen))
    name = max(known, key=known.__getitem__)
    return [
        INSIDE.format(
            near=near,
            table=table,
            difference=_difference(demo.fitted, demo.unseen),
            class_name=name,
            known=percent(known[name]),
            unseen=percent(unseen[name]),
            like=percent(standardised_accuracy(demo.unseen, known)),
        )
    ]


def _difference(first: Scores, second: Scores) -> str:
    low, high = points_interval(first, second)
    doubt = DOUBT if low <= 0 <= high else ""
    return f"{points(first, second)} (95 % interval {signed_interval(low, high)}).{doubt}"


def _again(seed: int) -> str:
    return AGAIN.format(runs=",".join(RUNS) + (f" --params=seed={seed}" if seed else ""))


def _provenance(record: Record) -> str:
    place = f"{record['protocol']}/{record['recipe']}/seed_{record['seed']}"
    return f"`{record['run']}`: [predictions](../results/{place}/predictions.parquet) of {made_by(record)}.\n"
