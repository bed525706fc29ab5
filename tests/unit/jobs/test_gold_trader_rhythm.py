"""How each trader traded on each day, beside a plain recomputation of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from random import Random

import pytest

from jobs import gold_trader_rhythm
from pumploss.tables import silver_trade_pnl
from pumploss.tables.gold_trader_rhythm import TABLE

DAY = date(2026, 1, 5)
START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def rhythm(frame, rows_of):
    """Rows by trader and day, from trades in order; `at` is seconds since the day's begin."""

    def rhythm(trades, shuffled=None):
        places, rows = {}, []
        for n, trade in enumerate(trades):
            key = trade.get("trader_address", "t"), trade["at"] // 86_400
            places[key] = places.get(key, 0) + 1
            plain = {
                "trade_id": str(n), "trader_address": "t", "token_mint": "m", "direction": "buy",
                "order_in_trader_day": places[key], "traded_at": START + timedelta(seconds=trade["at"]),
            }  # fmt: skip
            rows.append({**plain, **{name: value for name, value in trade.items() if name != "at"}})
        if shuffled:
            shuffled.shuffle(rows)
        found = gold_trader_rhythm.transform(frame(silver_trade_pnl.TABLE, *rows))
        assert found.columns == TABLE.names
        return rows_of(found, "trader_address", "day")

    return rhythm


def one(rows, *names):
    (row,) = rows
    return tuple(row[name] for name in names)


def test_pauses_are_counted_by_length(rhythm):
    found = rhythm([{"at": at} for at in (0, 0, 1, 4, 8, 86_399)])
    assert one(found, "gap_count", "short_gap_count", "gap_seconds") == (5, 2, 86_399)
    assert one(found, "gap_seconds_squared") == (1 + 9 + 16 + 86_391**2,)
    bins = [0] * 18
    for place in (0, 1, 2, 3, 17):
        bins[place] += 1
    assert one(found, "gap_bins") == (bins,)


def test_sessions_end_after_half_an_hour_and_some_with_a_loss(rhythm):
    def sell(at, pnl):
        return {"at": at, "direction": "sell", "pnl_lamports": pnl}

    found = rhythm(
        [
            {"at": 0}, sell(1800, -5),  # loses, and ends with the loss
            {"at": 3601}, sell(3602, -5), {"at": 3700},  # loses, and ends with a buy
            sell(9000, 9), sell(9001, -5),  # wins, though it ends with a loss
            {"at": 20_000},
            {"at": 86_400},  # a day of its own
        ]
    )  # fmt: skip
    names = ("session_count", "session_seconds", "losing_session_count", "stopped_session_count", "active_hour_count")
    assert [tuple(row[name] for name in names) for row in found] == [(4, 1800 + 99 + 1, 2, 1, 4), (1, 0, 0, 0, 1)]


def test_sizes_that_repeat_and_buys_that_are_undone(rhythm):
    buys = [{"at": n, "sol_lamports": sol} for n, sol in enumerate((7, 8, 7, 7, 9))]
    sell = {"direction": "sell", "token_units": 990, "sol_lamports": 7}
    undone = [{"at": 10, "token_units": 1000, "sol_lamports": 1}, {**sell, "at": 11}, {**sell, "at": 12}]
    kept = [{"at": 20, "token_units": 1000, "sol_lamports": 2}, {**sell, "at": 21, "token_units": 989}]
    other = [{"at": 30, "token_units": 1000, "sol_lamports": 3}, {**sell, "at": 31, "token_mint": "n"}]
    assert one(rhythm([*buys, *undone, *kept, *other]), "repeated_buy_count", "bounce_count") == (3, 1)


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_of_a_plain_recomputation_whatever_the_order(rhythm, seed):
    draw = Random(seed)
    trades, at = [], 0
    for _ in range(150):
        at += draw.choice([0, 1, 2, 50, 1000, 4000])
        trades.append(
            {
                "at": at, "trader_address": draw.choice("abc"), "token_mint": draw.choice("mn"),
                "direction": draw.choice(["buy", "sell"]), "sol_lamports": draw.randrange(6),
                "token_units": draw.randrange(995, 1005), "pnl_lamports": None,
            }
        )  # fmt: skip
        if trades[-1]["direction"] == "sell":
            trades[-1]["pnl_lamports"] = draw.choice([None, -5, 3])
    found = rhythm(trades, draw)
    by_day = sorted(trades, key=lambda one: (one["trader_address"], one["at"] // 86_400))
    groups = groupby(by_day, key=lambda one: (one["trader_address"], one["at"] // 86_400))
    expected = [{"trader_address": who, "day": DAY + timedelta(days=n), **plain(list(own))} for (who, n), own in groups]
    assert [{name: row[name] for name in expected[0]} for row in found] == expected


def plain(own):
    gaps = [b["at"] - a["at"] for a, b in pairwise(own)]
    cuts = [0, *(n + 1 for n, gap in enumerate(gaps) if gap > 1800), len(own)]
    sessions = [own[a:b] for a, b in pairwise(cuts)]
    lost = [one for one in sessions if sum(trade["pnl_lamports"] or 0 for trade in one) < 0]
    buys = [one["sol_lamports"] for one in own if one["direction"] == "buy"]
    return {
        "gap_count": len(gaps),
        "short_gap_count": sum(gap <= 1 for gap in gaps),
        "gap_seconds": sum(gaps),
        "gap_seconds_squared": sum(gap**2 for gap in gaps),
        "gap_bins": [sum(gap.bit_length() == place for gap in gaps) for place in range(18)],
        "session_count": len(sessions),
        "session_seconds": sum(one[-1]["at"] - one[0]["at"] for one in sessions),
        "losing_session_count": len(lost),
        "stopped_session_count": sum((one[-1]["pnl_lamports"] or 0) < 0 for one in lost),
        "active_hour_count": len({one["at"] // 3600 for one in own}),
        "repeated_buy_count": sum(buys.count(sol) > 1 for sol in buys),
        "bounce_count": sum(
            (a["direction"], b["direction"]) == ("buy", "sell")
            and a["token_mint"] == b["token_mint"]
            and abs(a["token_units"] - b["token_units"]) * 100 <= a["token_units"]
            for a, b in pairwise(own)
        ),
    }
