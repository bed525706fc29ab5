"""One thing that upkeep can do: files to delete, or days to gather into fewer files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path


def _is_there(path: str) -> bool:
    return Path(path).exists()


@dataclass(frozen=True)
class Gathering:
    """Says of how many partition days files are gathered, how many they are before and after, and how to count them."""

    days: int
    before: int
    after: int
    count: Callable[[], int]


@dataclass(frozen=True)
class Chore:
    """Says what would be done where, and how: which files would be deleted, with their bytes, or which days gathered.

    `more` is what else there is to know of it, in words. Gathering deletes nothing: files that it replaces are dead
    then, and deleted as such once their retention is over.
    """

    what: str
    where: str
    do: Callable[[], object]
    doomed: Mapping[str, int] = field(default_factory=dict)
    gathering: Gathering | None = None
    more: str = ""
    exists: Callable[[str], bool] = _is_there

    @property
    def files(self) -> int:
        """Count the files to delete, or that were deleted."""
        return len(self.doomed)

    @property
    def bytes(self) -> int:
        """Sum their bytes."""
        return sum(self.doomed.values())

    def carried_out(self) -> "Chore":
        """Do it; answers the same with what came of it: the files that are gone, and those that days lie in now."""
        self.do()
        gone = {path: size for path, size in self.doomed.items() if not self.exists(path)}
        gathering = self.gathering and replace(self.gathering, after=self.gathering.count())
        return replace(self, doomed=gone, gathering=gathering)

    def row(self) -> tuple[str, str, str, str, str]:
        """Make a line of a table: what, where, files and bytes to delete, and in words what is gathered."""
        return self.what, self.where, f"{self.files:,}", f"{self.bytes:,}", "; ".join(filter(None, self._words()))

    def _words(self) -> tuple[str, str]:
        into = self.gathering
        return (f"{into.days:,} days: {into.before:,} files become {into.after:,}" if into else "", self.more)


def freed(chores: Sequence[Chore]) -> str:
    """Say what chores delete and gather together, in words that follow `would` or begin a sentence."""
    text = f"{sum(one.files for one in chores):,} files and {sum(one.bytes for one in chores):,} bytes"
    gathered = [one.gathering for one in chores if one.gathering]
    if not gathered:
        return text
    days, before, after = (sum(getattr(one, name) for one in gathered) for name in ("days", "before", "after"))
    return f"{text}; {before:,} files of {days:,} days gathered into {after:,}"
