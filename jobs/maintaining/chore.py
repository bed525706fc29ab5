"""One thing that upkeep can do."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Chore:
    """Says what would be done where, by how many files and bytes there would be fewer, and how to do it.

    `more` are files and bytes that are not made fewer but change, in words.
    """

    what: str
    where: str
    files: int
    bytes: int
    do: Callable[[], object]
    more: str = ""

    def row(self) -> tuple[str, str, str, str, str]:
        """Make a line of a table."""
        return self.what, self.where, f"{self.files:,}", f"{self.bytes:,}", self.more
