"""Threads give results in order and never take more items than they can work off."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from fer_kedro.datasets.thread_map import map_in_threads


def test_results_come_in_the_items_order_however_long_each_takes() -> None:
    def work(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return -item

    assert list(map_in_threads(work, range(30))) == [-item for item in range(30)]
    assert list(map_in_threads(work, [])) == []


def test_items_are_taken_only_as_fast_as_they_are_worked_off() -> None:
    taken: list[int] = []
    most = 4 * (os.cpu_count() or 1)

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    for done, _ in enumerate(map_in_threads(str, items())):
        assert len(taken) <= done + most
    assert len(taken) == 1000


def test_several_threads_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    met = threading.Barrier(3)
    assert list(map_in_threads(lambda item: met.wait(timeout=10) >= 0, range(3))) == [True] * 3


def test_the_first_error_in_the_items_order_is_raised() -> None:
    def work(item: int) -> int:
        if item in {4, 6}:
            raise ValueError(f"item {item}")
        return item

    with pytest.raises(ValueError, match="item 4"):
        list(map_in_threads(work, range(1000)))
