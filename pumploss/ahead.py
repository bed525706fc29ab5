"""Makes things ahead of who uses them."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")

#: How many are made before they are asked for: each may hold some megabytes.
_AHEAD = 2


def ahead(items: Iterator[_Item], at_once: int = _AHEAD) -> Generator[_Item]:
    """Yield the items, each made by another thread while the one before is used; closing it waits for that thread."""
    with ThreadPoolExecutor(1) as maker:
        coming = deque(maker.submit(next, items, None) for _ in range(at_once))
        while (item := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, items, None))
            yield item
