"""What Great Expectations said of a night's tables: how many checks, and which failed."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from pumploss.checks.data_docs import results
from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small


@dataclass(frozen=True)
class Gate:
    """Says of a table how many checks judged it that night, and names those that failed."""

    table: str
    checks: int
    failed: tuple[str, ...]


class _Meta(msgspec.Struct):
    check: str


class _Expectation(msgspec.Struct):
    meta: _Meta


class _Outcome(msgspec.Struct):
    success: bool
    expectation_config: _Expectation


class _Judged(msgspec.Struct):
    """Holds what is read of a result as Great Expectations stores it."""

    results: list[_Outcome]


def gates(folder: Path, day: date) -> list[Gate]:
    """Read the last judging of each table in the pass of a dump day; a result that is torn is left out."""
    found = []
    for table, path in results(folder, day).items():
        with suppress(DamagedFileError):
            if (read := read_small(path, _Judged, "")) is not None:
                failed = [one.expectation_config.meta.check for one in read.results if not one.success]
                found.append(Gate(table, len(read.results), tuple(failed)))
    return found
