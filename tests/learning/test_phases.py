"""Fine-tuning in phases, and features of frozen layers computed once."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from power_cut import DyingMonitor, PowerCutError

from fer_kedro.datasets.monitor_dataset import TrainingMonitor
from fer_kedro.learning import phases
from fer_kedro.learning.batches import LabelledImages, without_stall
from fer_kedro.learning.fit import Fitted, built_model, compile_model, fit
from fer_kedro.learning.phases import phase_notes, phase_task, training_phases
from fer_kedro.recipe import Phase, Recipe

CLASSES = 3
MODEL = {"family": "vgg16", "size": 32, "dense": [32], "dense_dropout": 0.2}
HEAD = {"trainable": "head", "epochs": 2, "learning_rate": 0.01}
TOP = {"trainable": 2, "epochs": 2, "learning_rate": 0.001}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a base, as somebody may have trained them."""
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("weights") / "base.weights.h5"
    keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3)).save_weights(path)
    return path


def recipe(weights: Path | str, *tuning: dict[str, Any], flip: float | None = None) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "tiny",
            "report": "none",
            "description": "",
            "augmentation": None if flip is None else {"flip": flip},
            "model": {**MODEL, "weights": str(weights)},
            "training": {
                "epochs": 1,
                "batch_size": 16,
                "precision": "float32",
                "keep_best": None,
                "fine_tuning": list(tuning),
            },
        }
    )


def labelled(seed: int, count: int) -> LabelledImages:
    generator = np.random.default_rng(seed)
    return LabelledImages(generator.integers(0, 256, (count, 48, 48), dtype=np.uint8), np.arange(count) % CLASSES)


TRAIN, VALIDATION = labelled(0, 40), labelled(1, 12)


def values(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in model.get_weights()]


def test_without_weights_all_layers_are_trained_in_one_phase_and_the_run_says_so() -> None:
    without = recipe("none", HEAD, TOP)
    assert training_phases(without) == (Phase(trainable="all", epochs=1, learning_rate=0.001),)
    assert phase_notes(without) == ["No pre-trained weights were given, so all layers were trained, in one phase."]


def test_with_weights_the_phases_are_the_recipes(weights: Path) -> None:
    chosen = recipe(weights, HEAD, TOP)
    assert training_phases(chosen) == (Phase(**HEAD), Phase(**TOP))
    assert phase_notes(chosen) == []


@pytest.fixture(scope="module")
def head(weights: Path) -> Fitted:
    """A head that was trained in front of a frozen base."""
    return fit(recipe(weights, HEAD), TRAIN, VALIDATION, CLASSES)


@pytest.fixture(scope="module")
def tuned(weights: Path) -> Fitted:
    """Then the top of the base too."""
    return fit(recipe(weights, HEAD, TOP), TRAIN, VALIDATION, CLASSES)


def test_head_phase_leaves_the_base_as_it_was(weights: Path, head: Fitted) -> None:
    before = built_model(recipe(weights, HEAD), TRAIN, CLASSES, "float32")
    same = [np.array_equal(a, b) for a, b in zip(values(before), values(head.model), strict=True)]
    learning = 4  # kernels and biases of the hidden layer and of the logits
    assert same == [True] * (len(same) - learning) + [False] * learning


def test_second_phase_trains_the_top_of_the_base_too(head: Fitted, tuned: Fitted) -> None:
    def kernel(fitted: Fitted, layer: str) -> np.ndarray:
        return np.asarray(fitted.model.get_layer(layer).kernel)

    assert np.array_equal(kernel(head, "block5_conv2"), kernel(tuned, "block5_conv2"))
    assert not np.array_equal(kernel(head, "block5_conv3"), kernel(tuned, "block5_conv3"))


def test_each_phase_has_its_own_epochs_and_learning_rate(tuned: Fitted) -> None:
    assert [row["epoch"] for row in tuned.history] == [1, 2, 3, 4]
    assert [row["learning_rate"] for row in tuned.history] == pytest.approx([0.01, 0.01, 0.001, 0.001])


def test_features_computed_once_give_the_same_training(
    weights: Path, tuned: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "MOST_BYTES", 0)
    each_epoch = fit(recipe(weights, HEAD, TOP), TRAIN, VALIDATION, CLASSES)
    for a, b in zip(values(tuned.model), values(each_epoch.model), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("phase", "flip", "shape"),
    [
        (HEAD, None, (512,)),
        (TOP, None, (2, 2, 512)),
        (HEAD, 0.5, (48, 48, 1)),
        (TOP, 0.5, (48, 48, 1)),
        ({**TOP, "trainable": "all"}, None, (48, 48, 1)),
    ],
)
def test_features_are_computed_once_only_where_nothing_varies_them(
    weights: Path, phase: dict[str, Any], flip: float | None, shape: tuple[int, ...]
) -> None:
    chosen = recipe(weights, phase, flip=flip)
    model = built_model(chosen, TRAIN, CLASSES, "float32")
    task = phase_task(model, Phase(**phase), chosen, TRAIN, VALIDATION)
    assert task.train[0][0].shape[1:] == shape
    assert task.validation[0][0].shape[1:] == shape


@pytest.mark.parametrize(
    ("values_a_face", "shape"),
    [(2 * 2 * 512, (2, 2, 512)), (2 * 2 * 512 - 1, (48, 48, 1))],
)
def test_features_that_take_too_much_memory_are_computed_in_every_epoch(
    weights: Path, monkeypatch: pytest.MonkeyPatch, values_a_face: int, shape: tuple[int, ...]
) -> None:
    faces = len(TRAIN.images) + len(VALIDATION.images)
    monkeypatch.setattr(phases, "MOST_BYTES", 4 * values_a_face * faces)
    chosen = recipe(weights, TOP)
    task = phase_task(built_model(chosen, TRAIN, CLASSES, "float32"), Phase(**TOP), chosen, TRAIN, VALIDATION)
    assert task.train[0][0].shape[1:] == shape


def test_features_of_half_precision_are_fitted_too(weights: Path) -> None:
    chosen = recipe(weights, TOP)
    model = built_model(chosen, TRAIN, CLASSES, "mixed_bfloat16")
    task = phase_task(model, Phase(**TOP), chosen, TRAIN, VALIDATION)
    assert task.train[0][0].dtype == "bfloat16"
    before = values(task.model)
    compile_model(task.model, chosen, 0.001)
    task.model.fit(without_stall(task.train), verbose=0, shuffle=False)
    assert not any(np.array_equal(a, b) for a, b in zip(before, values(task.model), strict=True))


def test_head_of_features_scales_its_loss_where_the_whole_model_would(weights: Path) -> None:
    chosen = recipe(weights, TOP)
    model = built_model(chosen, TRAIN, CLASSES, "mixed_float16")
    task = phase_task(model, Phase(**TOP), chosen, TRAIN, VALIDATION)
    assert task.model is not model
    compile_model(task.model, chosen, 0.001)
    assert isinstance(task.model.optimizer, keras.optimizers.LossScaleOptimizer)


@pytest.mark.parametrize("epochs_before_the_cut", [1, 2, 3], ids=["in the first", "between", "in the second"])
def test_training_cut_in_any_phase_goes_on_to_the_same_weights(
    weights: Path, tuned: Fitted, tmp_path: Path, epochs_before_the_cut: int
) -> None:
    chosen = recipe(weights, HEAD, TOP)
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(PowerCutError):
        fit(chosen, TRAIN, VALIDATION, CLASSES, DyingMonitor(path, epochs_before_the_cut))
    resumed = fit(chosen, TRAIN, VALIDATION, CLASSES, TrainingMonitor(path))
    assert len(resumed.history) == len(tuned.history)
    for a, b in zip(values(tuned.model), values(resumed.model), strict=True):
        assert np.array_equal(a, b)


def test_features_after_a_cut_are_those_of_the_base_that_an_earlier_phase_trained(
    weights: Path, tmp_path: Path
) -> None:
    chosen, path = recipe(weights, {**TOP, "epochs": 1}, HEAD), tmp_path / "checkpoint.npz"
    unbroken = fit(chosen, TRAIN, VALIDATION, CLASSES)
    with pytest.raises(PowerCutError):
        fit(chosen, TRAIN, VALIDATION, CLASSES, DyingMonitor(path, 2))
    resumed = fit(chosen, TRAIN, VALIDATION, CLASSES, TrainingMonitor(path))
    assert [row["epoch"] for row in resumed.history] == [1, 2, 3]
    for a, b in zip(values(unbroken.model), values(resumed.model), strict=True):
        assert np.array_equal(a, b)


def test_early_stopping_ends_its_phase_alone(weights: Path) -> None:
    patient = recipe(weights, {**HEAD, "epochs": 30, "learning_rate": 1e-9}, TOP).model_dump()
    stopping = Recipe.model_validate(
        {**patient, "training": {**patient["training"], "early_stopping": {"monitor": "val_loss", "patience": 1}}}
    )
    noise = dataclasses.replace(TRAIN, labels=np.random.default_rng(3).permutation(TRAIN.labels))
    rates = [row["learning_rate"] for row in fit(stopping, noise, VALIDATION, CLASSES).history]
    assert rates.count(pytest.approx(1e-9)) < 30
    assert rates[-1] == pytest.approx(TOP["learning_rate"])
