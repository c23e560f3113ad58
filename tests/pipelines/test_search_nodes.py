"""A search as a node: its study has the name of all that decides it, and what it finds is the best recipe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.storages import InMemoryStorage
from pandas.testing import assert_frame_equal
from stand_in_search import BASE, TIMES, StandIn, a_search, accuracy, some_faces
from tiny_recipe import tiny_recipe

from fer_kedro.datasets import RecipeDataset, StudyDataset
from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.pipelines.kfold_search.nodes import search_folds
from fer_kedro.recipe import Recipe
from fer_kedro.search import computing
from fer_kedro.search.decisions import Search
from fer_kedro.search.executors import InThisProcess
from fer_kedro.search.monitor import NullSearchMonitor
from fer_kedro.search.tasks import FoldTask
from fer_kedro.threads import thread_count

FACES = some_faces()


class InMemory:
    """Studies that live as long as this."""

    def __init__(self) -> None:
        self._storage = InMemoryStorage()
        self.names: list[str] = []

    @contextmanager
    def open(self, name: str) -> Iterator[optuna.Study]:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.names.append(name)
        yield optuna.create_study(storage=self._storage, study_name=name, direction="maximize", load_if_exists=True)


def run(
    search: Search, recipe: Recipe = BASE, faces: Faces = FACES, studies: Any = None, executor: Any = None
) -> tuple[pd.DataFrame, Recipe]:
    return search_folds(faces, search, recipe, studies or InMemory(), executor or StandIn(), NullSearchMonitor())


def test_the_recipe_of_the_best_mean_is_found() -> None:
    search = a_search()
    table, found = run(search)
    best = table.loc[table["mean"].idxmax()]
    model = found.model.model_dump()
    assert found.name == "searched"
    assert model["kernel"] == best["model.kernel"]
    assert model["blocks"] == {"wide": ((8,),), "narrow": ((4,),)}[best["width"]]
    assert found.optimizer.learning_rate == best["optimizer.learning_rate"]
    assert found.training.epochs == (best["training.epochs"] or 1)


def test_of_equals_the_first_is_found() -> None:
    table, found = run(a_search(sampler="grid"), executor=StandIn(score=lambda task: 0.5))
    assert (found.model.model_dump()["kernel"], found.training.epochs) == (3, 1)
    assert table["mean"].tolist() == [0.5] * 9


def test_a_pruned_trial_is_never_the_best() -> None:
    """The second was lucky on its first fold, and would still have the higher mean."""
    scores = {(0, 0): 0.8, (0, 1): 0.2, (1, 0): 0.7}
    search = a_search(sampler="grid", trials=2, folds={"count": 2}, pruning={"kind": "halving"})
    table, found = run(search, executor=StandIn(score=lambda task: scores[task.trial, task.fold]))
    assert table["state"].tolist() == ["COMPLETE", "PRUNED"]
    assert table["mean"].tolist() == [0.5, 0.7]
    assert found.training.epochs == 1


def test_a_choice_of_nothing_is_found_where_it_is_the_best() -> None:
    recipe = tiny_recipe(balancing={"target": 9})
    search = a_search(space={"balancing": {"choices": [{"target": 5}, None]}}, sampler="grid")

    def score(task: FoldTask) -> float:
        return 0.9 if task.recipe.balancing is None else 0.1

    assert run(search, recipe, executor=StandIn(score=score))[1].balancing is None
    assert run(search, recipe, executor=StandIn(score=lambda task: 1 - score(task)))[1].balancing.target == 5


def test_where_no_trial_is_complete_the_cause_is_told() -> None:
    search = a_search(trials=2)
    with pytest.raises(InputError) as refused:
        run(search, executor=StandIn(score=lambda task: float("nan")))
    assert str(refused.value) == (
        "No configuration of search 'mine' was scored on all folds (The loss is not finite: training diverged): "
        "correct its space or its recipe."
    )


def test_a_finished_search_is_not_run_again() -> None:
    studies, executor = InMemory(), StandIn()
    first, found = run(a_search(), studies=studies)
    again, same = run(a_search(), studies=studies, executor=executor)
    assert executor.submitted == []
    assert_frame_equal(again, first)
    assert same == found


def other_faces() -> Faces:
    return replace(FACES, images=FACES.images[:, ::-1])


@pytest.mark.parametrize(
    "changed",
    [
        {"search": a_search(seed=1)},
        {"search": a_search(folds={"count": 3, "seed": 1})},
        {"search": a_search(fixed={"model.l2": 0.5})},
        {"search": a_search(pruning={"kind": "median"})},
        {"recipe": tiny_recipe(training={"epochs": 2})},
        {"faces": other_faces()},
    ],
    ids=["seed", "folds", "fixed", "pruning", "recipe", "faces"],
)
def test_whatever_decides_the_answers_makes_another_study(changed: dict[str, Any]) -> None:
    studies = InMemory()
    for given in ({"search": a_search()}, changed, {"search": a_search()}):
        run(**{"search": a_search(), "studies": studies, **given})
    assert len(set(studies.names)) == 2
    assert studies.names[0] == studies.names[2]
    assert all(name.startswith("mine-") for name in studies.names)


def test_other_threads_processors_versions_and_code_make_another_study(monkeypatch: pytest.MonkeyPatch) -> None:
    studies, of_two = InMemory(), StandIn()
    of_two.threads = 2
    run(a_search(), studies=studies)
    run(a_search(), studies=studies, executor=of_two)
    monkeypatch.setattr(computing, "resolve_precision", lambda asked: f"what {asked} is elsewhere")
    run(a_search(), studies=studies)
    monkeypatch.setattr(computing, "version", lambda package: f"another {package}")
    run(a_search(), studies=studies)
    monkeypatch.setattr(computing, "computed_by", lambda: {"tensorflow": "another"})
    run(a_search(), studies=studies)
    monkeypatch.setattr(computing, "code_digest", lambda patterns: f"edited {patterns}")
    run(a_search(), studies=studies)
    assert len(set(studies.names)) == 6


def test_prose_makes_no_other_study() -> None:
    studies = InMemory()
    run(a_search(), studies=studies)
    run(a_search(description="In other words", report="another"), tiny_recipe(description="Told"), studies=studies)
    assert len(set(studies.names)) == 1


@pytest.mark.parametrize(
    ("search", "complaint"),
    [
        (a_search(fixed={"model.kernl": 3}), "sets model.kernl to 3: .*did you mean 'kernel'"),
        (a_search(folds={"count": 30}), "fewer than the 30 folds"),
    ],
)
def test_what_cannot_be_searched_is_told_before_a_study_is_opened(search: Search, complaint: str) -> None:
    studies = InMemory()
    with pytest.raises(InputError, match=complaint):
        run(search, studies=studies)
    assert studies.names == []


def trained(folder: Path, executor: Any) -> tuple[pd.DataFrame, Recipe]:
    space = {"model.kernel": {"choices": [1, 3]}, "preprocessing.scaling": {"choices": ["unit", "standardise"]}}
    search = a_search(space=space, sampler="grid", trials=2, folds={"count": 2}, pruning={"kind": "halving"})
    studies = StudyDataset(filepath=str(folder / "studies.db")).load()
    return run(search, tiny_recipe(training={"epochs": 2, "precision": "float32"}), learnable(), studies, executor)


def learnable() -> Faces:
    """Faces whose brightness is their class."""
    images = FACES.images // 8 + (FACES.labels * 60).astype(np.uint8)[:, None, None]
    return replace(FACES, images=images)


def test_a_search_trains_resumes_and_gives_a_page_of_what_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", str(thread_count()))  # which a task sets for good
    table, found = trained(tmp_path, InThisProcess())
    idle = StandIn()
    idle.threads = InThisProcess().threads
    again, same = trained(tmp_path, idle)
    anew, _ = trained(tmp_path / "anew", InThisProcess())
    assert idle.submitted == []
    assert_frame_equal(again, table)
    assert_frame_equal(anew.drop(columns=TIMES), table.drop(columns=TIMES))
    assert sorted(table["state"]) == ["COMPLETE", "PRUNED"]
    assert table["fold_1"].between(0, 1).all()
    assert (table["fit_seconds"] > 0).all()
    assert (table["seconds"] > table["fit_seconds"]).all()
    page = RecipeDataset(filepath=str(tmp_path / "searched.yml"))
    page.save(found)
    assert page.load() == found == same
    assert found.training.epochs == 2


def test_the_stand_in_has_the_best_recipe_that_the_tests_think_it_has() -> None:
    good, bad = (tiny_recipe(model={"family": "cnn", "blocks": [[4]], "kernel": kernel}) for kernel in (5, 9))
    assert accuracy(FoldTask(0, 0, good)) > accuracy(FoldTask(0, 0, bad))
