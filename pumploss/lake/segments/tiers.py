"""Plans which days a segment gathers: sizes are tiered, so segments stay few and rows are seldom written again.

Each new day becomes a segment by itself, several small ones that are new at once one together; days that late trades no
longer restate are gathered by eights, those again by eights. So a row is written once per tier, and the number of
segments to look into grows with the logarithm of history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise, takewhile
from typing import Final

from pumploss.lake.segments.manifest import Segment, outside

#: Segments of one tier that become one of the next.
TIER: Final = 8
#: A day this much older than the newest is not restated by late trades of a daily source, so it is worth gathering.
SETTLED_DAYS: Final = 7
#: New days with no more rows together become one segment: a late trade then has all of them gathered again, which costs
#: about as much as one more segment.
SMALL_ROWS: Final = 20_000


@dataclass(frozen=True)
class Stretch:
    """Names built days that follow on one another: a segment that is there, or (`segment` is None) days without one."""

    days: tuple[date, ...]
    level: int
    segment: Segment | None = None


def plan(days: Sequence[date], segments: Sequence[Segment], rows: Mapping[date, int]) -> list[Stretch]:
    """Plan the segments to build so that all days are covered and tiers are full; none reads another of them.

    `rows` says how many each day has.
    """
    if not days:
        return []
    settled = days[-1] - timedelta(days=SETTLED_DAYS)
    stretches = _stretches(list(days), segments, settled, rows)
    while (joined := _joined(stretches, settled)) is not None:
        stretches = joined
    return [stretch for stretch in stretches if stretch.segment is None]


def _stretches(days: list[date], segments: Sequence[Segment], settled: date, rows: Mapping[date, int]) -> list[Stretch]:
    """Cut all days, in order, into segments as they are and, where there is none, into the largest tiers that fit."""
    begins = {segment.first: segment for segment in segments}
    bare = set(outside(days, segments))
    stretches: list[Stretch] = []
    at = 0
    while at < len(days):
        segment = begins.get(days[at])
        if segment is not None:
            stretch = Stretch(tuple(date.fromisoformat(day) for day, _ in segment.days), segment.level, segment)
        else:
            stop = next((n for n in range(at, len(days)) if days[n] not in bare), len(days))
            run = [day for day in days[at:stop] if day <= settled]
            level = max((k for k in range(len(run).bit_length()) if TIER**k <= len(run)), default=0)
            count = TIER**level if run else _small_days(days[at:stop], rows)
            stretch = Stretch(tuple(days[at : at + count]), level)
        stretches.append(stretch)
        at += len(stretch.days)
    return stretches


def _small_days(days: Sequence[date], rows: Mapping[date, int]) -> int:
    """Count the first days that are small enough together; one is by itself whatever its size."""
    sums = accumulate(rows[day] for day in days)
    return max(1, sum(1 for _ in takewhile(lambda together: together <= SMALL_ROWS, sums)))


def _joined(stretches: list[Stretch], settled: date) -> list[Stretch] | None:
    """Gather one full tier, or one stretch that precedes a larger one into that one; None where there is neither."""
    for n in range(len(stretches) - TIER + 1):
        run = stretches[n : n + TIER]
        if len({stretch.level for stretch in run}) == 1 and run[-1].days[-1] <= settled:
            return [*stretches[:n], _gathered(run, run[0].level + 1), *stretches[n + TIER :]]
    for n, (older, newer) in enumerate(pairwise(stretches)):
        if older.level < newer.level:
            return [*stretches[:n], _gathered([older, newer], newer.level), *stretches[n + 2 :]]
    return None


def _gathered(stretches: Sequence[Stretch], level: int) -> Stretch:
    return Stretch(tuple(day for stretch in stretches for day in stretch.days), level)
