"""The interval of a share."""

import time

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binomtest, bootstrap, norm

from fer_kedro.evaluation import bootstrap_by_group, difference_interval, share_interval, wilson


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize(("correct", "n"), [(0, 1), (1, 1), (0, 20), (7, 20), (20, 20), (2343, 3589)])
def test_interval_is_scipys(correct: int, n: int, confidence: float) -> None:
    expected = binomtest(correct, n).proportion_ci(confidence, method="wilson")
    assert wilson(correct, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_interval_at_the_size_of_private_test_is_about_one_and_a_half_points_wide_each_way() -> None:
    low, high = wilson(2343, 3589)
    assert (high - low) / 2 == pytest.approx(0.0156, abs=1e-4)


def test_interval_stays_inside_zero_and_one() -> None:
    assert wilson(0, 3)[0] == 0.0
    assert wilson(3, 3)[1] == 1.0


@pytest.mark.parametrize(("correct", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_impossible_counts_are_refused(correct: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{correct} of {n}"):
        wilson(correct, n)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)), ((10, 10), (0, 10), (0.6075, 1.0))],
)
def test_interval_of_a_difference_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]
) -> None:
    """Newcombe (1998), table II, method 10."""
    one, other = ((correct / n, *wilson(correct, n)) for correct, n in (first, second))
    assert difference_interval(one, other) == pytest.approx(expected, abs=5e-5)


Trials = tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]


def trials(groups: int, largest: int, seed: int = 0) -> Trials:
    """Trials in groups of up to this many, each group with a chance of its own."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rng.integers(1, largest + 1, groups))
    return rng.random(len(group)) < rng.beta(2, 1.5, groups)[group], group


def outcomes(successes: npt.NDArray[np.bool_], group: npt.NDArray[np.int64]) -> tuple[npt.NDArray, npt.NDArray]:
    """Successes and trials of each group."""
    return np.bincount(group, weights=successes), np.bincount(group)


def test_bootstrap_is_scipys_on_the_groups_outcomes() -> None:
    successes, group = trials(400, 5)
    expected = bootstrap(
        outcomes(successes, group), lambda right, size, axis: right.sum(axis) / size.sum(axis),
        paired=True, vectorized=True, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    width = expected.high - expected.low
    assert bootstrap_by_group(successes, group) == pytest.approx((expected.low, expected.high), abs=0.03 * width)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_bootstrap_is_about_the_normal_interval_with_the_ratio_estimators_variance(confidence: float) -> None:
    successes, group = trials(3000, 5)
    right, size = outcomes(successes, group)
    share = right.sum() / size.sum()
    margin = norm.ppf((1 + confidence) / 2) * np.sqrt(((right - share * size) ** 2).sum()) / size.sum()
    found = bootstrap_by_group(successes, group, confidence)
    assert found == pytest.approx((share - margin, share + margin), abs=0.05 * margin)


def test_copies_that_all_go_the_way_of_their_source_say_nothing_more_than_it() -> None:
    successes, _ = trials(500, 1)
    alone = bootstrap_by_group(successes, np.arange(500))
    assert bootstrap_by_group(np.tile(successes, 5), np.tile(np.arange(500), 5)) == alone


def test_bootstrap_of_groups_of_one_is_about_wilsons() -> None:
    successes, _ = trials(3589, 1)
    low, high = wilson(int(successes.sum()), len(successes))
    assert bootstrap_by_group(successes, np.arange(3589)) == pytest.approx((low, high), abs=0.03 * (high - low))


def test_bootstrap_covers_the_true_share_of_dependent_trials_as_often_as_it_says() -> None:
    truth, runs = 2 / 3.5, [trials(150, 4, seed) for seed in range(300)]

    def covered(intervals: list[tuple[float, float]]) -> float:
        return float(np.mean([low <= truth <= high for low, high in intervals]))

    by_group = covered([bootstrap_by_group(*run, resamples=1000) for run in runs])
    naive = covered([wilson(int(successes.sum()), len(successes)) for successes, _ in runs])
    assert by_group == pytest.approx(0.95, abs=0.03)
    assert naive < by_group - 0.02


@pytest.mark.parametrize(
    ("successes", "expected"), [([True] * 4, (2, 2)), ([False] * 4, (0, 2)), ([True, False], (0.5, 1))]
)
def test_where_groups_do_not_differ_their_number_decides(successes: list[bool], expected: tuple[float, int]) -> None:
    groups = np.arange(len(successes)) // 2
    assert bootstrap_by_group(np.array(successes), groups) == wilson(*expected)


def test_bootstrap_depends_on_the_seed_alone() -> None:
    successes, group = trials(50, 3)
    shuffled = np.random.default_rng(2).permutation(len(group))
    assert bootstrap_by_group(successes, group) == bootstrap_by_group(successes[shuffled], group[shuffled])
    assert bootstrap_by_group(successes, group) == bootstrap_by_group(successes, [f"face {name}" for name in group])
    assert bootstrap_by_group(successes, group) != bootstrap_by_group(successes, group, seed=1)


def test_bootstrap_of_twenty_thousand_groups_takes_less_than_a_second() -> None:
    run = trials(20_000, 5)
    start = time.process_time()
    bootstrap_by_group(*run)
    assert time.process_time() - start < 1


def test_groups_of_several_trials_decide_how_the_interval_is_found() -> None:
    successes, group = trials(40, 3)
    assert share_interval(successes, group) == (*bootstrap_by_group(successes, group), "bootstrap by group")
    alone = share_interval(successes, np.arange(len(group)))
    assert alone == (*wilson(int(successes.sum()), len(successes)), "wilson")
