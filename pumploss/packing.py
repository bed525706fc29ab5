"""Packs things of known size into blocks that are worked on one after another."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Key = TypeVar("Key")


def packed(sizes: Iterable[tuple[Key, int]], most: int) -> Iterator[tuple[list[Key], int]]:
    """Put things together, in their order, as long as a block holds no more than `most`; each with its whole size.

    A thing that is larger than that is a block by itself.
    """
    together: list[Key] = []
    whole = 0
    for key, size in sizes:
        if size > most:
            yield [key], size
            continue
        if whole + size > most:
            yield together, whole
            together, whole = [], 0
        together.append(key)
        whole += size
    if together:
        yield together, whole
