"""A worker computes with the number of threads that it is told, if it can."""

import os
import sys
from types import SimpleNamespace

import cv2
import pytest

from fer_kedro.search.threads import limit_threads
from fer_kedro.threads import thread_count


class Threading:
    """TensorFlow's settings: 0 is a thread for every processor, and nothing changes once it is at work."""

    def __init__(self, threads: int = 0, at_work: bool = False) -> None:
        self.intra = self.inter = threads
        self._at_work = at_work

    def get_intra_op_parallelism_threads(self) -> int:
        return self.intra

    def set_intra_op_parallelism_threads(self, threads: int) -> None:
        if self._at_work:
            raise RuntimeError("Intra op parallelism cannot be modified after initialization.")
        self.intra = threads

    def set_inter_op_parallelism_threads(self, threads: int) -> None:
        self.inter = threads


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "")  # which is what it will be again afterwards
    monkeypatch.setattr(cv2, "setNumThreads", lambda _: None)


def tensorflow(monkeypatch: pytest.MonkeyPatch, threading: Threading) -> Threading:
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=SimpleNamespace(threading=threading)))
    return threading


def test_tensorflow_and_opencv_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(cv2, "setNumThreads", told.append)
    threading = tensorflow(monkeypatch, Threading())
    limit_threads(thread_count() + 3)
    assert threading.intra == threading.inter == told[0] == int(os.environ["TF_NUM_INTRAOP_THREADS"])


@pytest.mark.parametrize("given", [0, thread_count()])
def test_where_tensorflow_is_at_work_with_that_number_nothing_needs_changing(
    monkeypatch: pytest.MonkeyPatch, given: int
) -> None:
    threading = tensorflow(monkeypatch, Threading(given, at_work=True))
    limit_threads(thread_count())
    assert threading.intra == given


def test_a_second_task_of_the_same_number_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    threading = tensorflow(monkeypatch, Threading())
    limit_threads(7)
    threading._at_work = True
    limit_threads(7)
    assert threading.intra == 7


def test_another_number_once_tensorflow_is_at_work_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    tensorflow(monkeypatch, Threading(at_work=True))
    with pytest.raises(RuntimeError, match="cannot be modified"):
        limit_threads(thread_count() + 1)
