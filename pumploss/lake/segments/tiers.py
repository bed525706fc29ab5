"""Which days a segment gathers: sizes are tiered, so that segments stay few and rows are seldom written again.

Each new day becomes a segment by itself; days that late trades no longer restate are gathered by eights, those again by
eights. So a row is written once per tier, and the number of segments to look into grows with the logarithm of history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from pumploss.lake.segments.manifest import Segment, outside

#: Segments of one tier that become one of the next.
TIER: Final = 8
#: A day this much older than the newest is not restated by late trades of a daily source, so it is worth gathering.
SETTLED_DAYS: Final = 7


@dataclass(frozen=True)
class Part:
    """Built days that follow on one another: a segment that is there, or (`segment` is None) days without one."""

    days: tuple[date, ...]
    level: int
    segment: Segment | None = None


def plan(days: Sequence[date], segments: Sequence[Segment]) -> list[Part]:
    """The segments to build so that all days are covered and tiers are full; none reads another of them."""
    if not days:
        return []
    settled = days[-1] - timedelta(days=SETTLED_DAYS)
    parts = _parts(list(days), segments, settled)
    while (joined := _joined(parts, settled)) is not None:
        parts = joined
    return [part for part in parts if part.segment is None]


def _parts(days: list[date], segments: Sequence[Segment], settled: date) -> list[Part]:
    """All days in order: segments as they are, and days without one by the largest tiers that fit them."""
    begins = {segment.first: segment for segment in segments}
    bare = set(outside(days, segments))
    parts: list[Part] = []
    at = 0
    while at < len(days):
        segment = begins.get(days[at])
        if segment is not None:
            part = Part(tuple(date.fromisoformat(day) for day, _ in segment.days), segment.level, segment)
        else:
            stop = next((n for n in range(at, len(days)) if days[n] not in bare), len(days))
            run = [day for day in days[at:stop] if day <= settled]
            level = max((k for k in range(len(run).bit_length()) if TIER**k <= len(run)), default=0)
            part = Part(tuple(days[at : at + TIER**level]), level)
        parts.append(part)
        at += len(part.days)
    return parts


def _joined(parts: list[Part], settled: date) -> list[Part] | None:
    """The parts with one full tier gathered, or with one that precedes a larger one gathered into it; None if none."""
    for n in range(len(parts) - TIER + 1):
        run = parts[n : n + TIER]
        if len({part.level for part in run}) == 1 and run[-1].days[-1] <= settled:
            return [*parts[:n], _gathered(run, run[0].level + 1), *parts[n + TIER :]]
    for n, (older, newer) in enumerate(pairwise(parts)):
        if older.level < newer.level:
            return [*parts[:n], _gathered([older, newer], newer.level), *parts[n + 2 :]]
    return None


def _gathered(parts: Sequence[Part], level: int) -> Part:
    return Part(tuple(day for part in parts for day in part.days), level)
