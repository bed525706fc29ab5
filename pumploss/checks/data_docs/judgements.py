"""Reads of stored results what lists of them say: how many checks there were, and which failed."""

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small


@dataclass(frozen=True)
class Judgement:
    """Says how many checks judged a table in a night, and names those that failed."""

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


def judgement(path: Path) -> Judgement | None:
    """Read a stored result; None where there is none, or it is torn."""
    try:
        read = read_small(path, _Judged, "")
    except DamagedFileError:
        read = _measured_infinite(path)
    if read is None:
        return None
    failed = tuple(one.expectation_config.meta.check for one in read.results if not one.success)
    return Judgement(len(read.results), failed)


def _measured_infinite(path: Path) -> _Judged | None:
    """Read a result in which something infinite was measured, which only Python's JSON has a word for."""
    try:
        return msgspec.convert(json.loads(path.read_bytes()), _Judged) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
