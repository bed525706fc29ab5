"""Which stamps of landed files can be relied on later: those of files that had come to rest when they were read."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pumploss import clock
from sources.landing.folders import LandedFile

#: A file system may keep times to two seconds only: of two writes in that time the second leaves no trace.
_REST = timedelta(seconds=2)


def settled_stamps(files: Iterable[LandedFile]) -> dict[str, str]:
    """Answers the stamps of files by name, without those of files that were touched just now, or by a later clock.

    A file without a stamp is read again to see whether it has changed: in doubt nothing is overlooked.
    """
    latest = clock.now() - _REST
    return {file.name: file.stamp for file in files if file.stamp and _touched_at(file.stamp) < latest}


def _touched_at(stamp: str) -> datetime:
    """Answers when a local file was last touched; the first moment of all for a stamp that holds no times."""
    _, *rest = stamp.split(" ")
    if len(rest) != 3:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromtimestamp(max(int(rest[0]), int(rest[1])) / 1e9, UTC)
