"""Which days are gathered into which segments."""

from collections import defaultdict
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from pumploss.lake.segments.tiers import SETTLED_DAYS, SMALL_ROWS, TIER, plan
from tests.building.segments import D1, as_segment, days_from

#: Days that are segments by themselves.
LARGE = defaultdict(lambda: SMALL_ROWS + 1)


def after(segments, parts):
    """What covers the days once these parts are built."""
    built = [as_segment(part) for part in parts]
    kept = [s for s in segments if all(s.first not in part.days for part in parts)]
    return sorted([*kept, *built], key=lambda s: s.first)


def covers(segments, days):
    """Whether the segments hold every day once, in order."""
    held = [date.fromisoformat(day) for segment in segments for day, _ in segment.days]
    return held == sorted(days)


def test_night_after_night_segments_stay_few_and_days_are_gathered_rarely():
    segments, writes = [], defaultdict(int)
    days = days_from(D1, 700)
    for n in range(len(days)):
        parts = plan(days[: n + 1], segments, LARGE)
        segments = after(segments, parts)
        assert covers(segments, days[: n + 1])
        for part in parts:
            for day in part.days:
                writes[day] += 1
        assert len(segments) <= SETTLED_DAYS + 1 + 4 * TIER
        levels = [segment.level for segment in segments]
        assert levels == sorted(levels, reverse=True)
        assert not plan(days[: n + 1], segments, LARGE), "what is complete is left alone"
    assert max(writes.values()) <= 4
    assert max(len(segment.days) for segment in segments) == TIER**3


def test_a_backfill_is_gathered_by_the_largest_tiers_at_once():
    days = days_from(D1, 90)
    parts = plan(days, [], LARGE)
    assert [len(part.days) for part in parts] == [64, 8, 8, 1, 1, *[1] * 8]
    assert covers(after([], parts), days)


def test_small_days_that_are_new_at_once_become_one_segment():
    days = days_from(D1, 10)
    small, large = dict.fromkeys(days, SMALL_ROWS // 10), dict.fromkeys(days, SMALL_ROWS)
    assert [len(part.days) for part in plan(days, [], small)] == [1, 1, 1, 7]
    assert [len(part.days) for part in plan(days, [], large)] == [1] * 10
    mixed = {**small, days[5]: SMALL_ROWS * 9}
    assert [len(part.days) for part in plan(days, [], mixed)] == [1, 1, 1, 2, 1, 4]


def test_small_days_are_gathered_by_tiers_once_they_are_settled():
    days = days_from(D1, 120)
    small, segments = dict.fromkeys(days, 1), []
    for n in range(9, len(days), 3):
        segments = after(segments, plan(days[: n + 1], segments, small))
        assert covers(segments, days[: n + 1])
    assert len(segments) <= SETTLED_DAYS + 1 + 3 * TIER


@given(st.randoms(use_true_random=False), st.integers(1, 150))
@settings(max_examples=40, deadline=None)
def test_any_segments_are_completed_without_gap_or_overlap(rng, count):
    days = [day for day in days_from(D1, count) if day == D1 or rng.random() < 0.9]
    rows = {day: rng.choice((1, SMALL_ROWS, 2 * SMALL_ROWS)) for day in days}
    whole = after([], plan(days, [], rows))
    kept = [segment for segment in whole if rng.random() < 0.7]
    completed = after(kept, plan(days, kept, rows))
    assert covers(completed, days)
    levels = [segment.level for segment in completed]
    assert levels == sorted(levels, reverse=True)
