"""Work that several threads do while one reads, in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from fer_kedro.threads import thread_count

Item = TypeVar("Item")
Result = TypeVar("Result")

ITEMS_A_THREAD = 2
"""One at work and one waiting: more would only fill memory where reading is quicker than the work."""


def map_in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Give the results in the items' order, taking items only as fast as they are worked off.

    `Executor.map` takes all items at once; a bound came with Python 3.14.

    Examples
    --------
    >>> list(map_in_threads(str.upper, "abc"))
    ['A', 'B', 'C']
    """
    threads = thread_count()
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            running.append(pool.submit(work, item))
            if len(running) > ITEMS_A_THREAD * threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
