"""Threads give results in order and never take more items than they can work off."""

import threading
import time
from collections.abc import Iterator

import pytest

from fer_kedro.datasets.thread_map import map_in_threads

THREADS = 3


@pytest.fixture(autouse=True)
def _processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", str(THREADS))


def test_results_come_in_the_items_order_however_long_each_takes() -> None:
    def work(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return -item

    assert list(map_in_threads(work, range(30))) == [-item for item in range(30)]
    assert list(map_in_threads(work, [])) == []


def test_items_are_taken_only_as_fast_as_they_are_worked_off() -> None:
    taken: list[int] = []
    most = 4 * THREADS

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    for done, _ in enumerate(map_in_threads(str, items())):
        assert len(taken) <= done + most
    assert len(taken) == 1000


def test_as_many_threads_as_the_process_may_use_work_at_once() -> None:
    met = threading.Barrier(THREADS)
    assert list(map_in_threads(lambda item: met.wait(timeout=10) >= 0, range(THREADS))) == [True] * THREADS


def test_the_first_error_in_the_items_order_is_raised() -> None:
    def work(item: int) -> int:
        if item in {4, 6}:
            raise ValueError(f"item {item}")
        return item

    with pytest.raises(ValueError, match="item 4"):
        list(map_in_threads(work, range(1000)))
