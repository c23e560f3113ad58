"""The number of threads."""

import os

import pytest

from fer_kedro.threads import thread_count


def test_threads_are_the_processors_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 8}, raising=False)
    assert thread_count() == 3


@pytest.mark.parametrize(("told", "threads"), [("1", 1), ("7", 7), ("0", 2), ("many", 2)])
def test_tensorflow_may_be_told_another_number(monkeypatch: pytest.MonkeyPatch, told: str, threads: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", told)
    assert thread_count() == threads
