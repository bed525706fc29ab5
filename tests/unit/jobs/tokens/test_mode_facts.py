"""What is told of a coin's mode: by its launch, by trades, by rewritten reserves, and on which day."""

from datetime import date

import pytest

from jobs.tokens.mode_facts import mode_facts
from pumploss.tables import bronze_token_events, bronze_trades, silver_tokens

D1, D2, D3 = (date(2026, 7, day) for day in (4, 5, 6))


def trade(day, mode):
    return ("trade", day, mode)


def event(kind, day, mode):
    return (kind, day, mode)


#: What lands of a coin, what was known of its mode before, and the days on which its mode is told.
CASES = {
    "only trades say it, the first day counts": ([trade(D2, True), trade(D3, True)], None, [D2]),
    "a launch says it that day or before: nothing to add": (
        [event("create", D1, True), trade(D1, True), trade(D2, True)],
        None,
        [],
    ),
    "the launch landed later": ([trade(D1, True), event("create", D3, True)], None, [D1]),
    "rewritten reserves say it, too": ([event("rewrite", D3, True), trade(D3, True)], None, [D3]),
    "the usual mode is told by launches alone": ([trade(D1, False), trade(D2, False)], None, []),
    "trades of the time before there was a mode": ([trade(D1, None)], None, []),
    "an earlier day knew": ([trade(D2, True), event("rewrite", D3, True)], True, []),
}


@pytest.fixture
def told(frame, rows_of):
    def told(cases):
        trades, events, known = [], [], []
        for mint, (landed, mode, _) in cases.items():
            known += [{"token_mint": mint, "is_mayhem": mode, "known_day": D1}] if mode is not None else []
            for kind, day, is_mayhem in landed:
                row = {"token_mint": mint, "dump_day": day, "is_mayhem": is_mayhem}
                if kind == "trade":
                    trades.append(row)
                else:
                    events.append({**row, "event_kind": kind})
        found = mode_facts(
            frame(bronze_trades.TABLE, *trades),
            frame(bronze_token_events.TABLE, *events),
            frame(silver_tokens.TABLE, *known),
        )
        days = {mint: [] for mint in cases}
        for row in rows_of(found, "token_mint", "known_day"):
            assert row["is_mayhem"] is True
            days[row["token_mint"]].append(row["known_day"])
        return days

    return told


def test_a_mode_is_told_once(told):
    assert told(CASES) == {why: days for why, (_, _, days) in CASES.items()}


def test_days_one_by_one_tell_what_a_range_tells(told):
    """Each day on top of what the days before it told."""
    known, found = dict.fromkeys(CASES), {why: [] for why in CASES}
    for day in (D1, D2, D3):
        landed = {why: [row for row in rows if row[1] == day] for why, (rows, _, _) in CASES.items()}
        before = {why: known[why] if known[why] is not None else CASES[why][1] for why in CASES}
        for why, days in told({why: (landed[why], before[why], None) for why in CASES}).items():
            found[why] += days
            launched = [mode for kind, _, mode in landed[why] if kind == "create"]
            known[why] = True if days or launched else known[why]
    assert found == {why: days for why, (_, _, days) in CASES.items()}
