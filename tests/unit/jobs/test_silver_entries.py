"""What each trader met at its first buy of a mint, beside a plain recomputation of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import exp, log
from random import Random
from statistics import stdev

import pytest

from jobs import silver_entries
from jobs.running.runner import run_pass
from pumploss.days import midnight
from pumploss.report import RunReport
from pumploss.tables import gold_token_day, silver_trader_mint_day, silver_trades
from pumploss.tables.silver_entries import TABLE

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LAUNCH = 30 * 10**9 / 1_073_000_000_000_000
EARLIER = {
    "token_mint": "old", "day": date(2026, 1, 3), "spot_close_sol": 4e-8, "spot_peak_close_sol": 9e-8,
    "buyer_count_close": 7, "known_at": datetime(2026, 1, 4, tzinfo=UTC),
}  # fmt: skip
TOKENS = [
    {"token_mint": "new", "day": DAY, "tape_began_at": NOON, "initial_token_units": 793_100_000_000_000},
    {"token_mint": "old", "day": DAY, "known_at": datetime(2026, 1, 9, tzinfo=UTC)},
]


@pytest.fixture
def entries(frame, rows_of):
    """Rows of entries by mint and trader, from trades in order; all pairs that buy met that day unless `met` says."""

    def entries(trades, met=None, tokens=TOKENS, before=(EARLIER,)):
        rows, places = [], {}
        for n, trade in enumerate(trades):
            mint = trade.get("token_mint", "new")
            places[mint] = places.get(mint, 0) + 1
            plain = {
                "trade_id": str(n), "token_mint": mint, "direction": "buy", "venue": "pump_curve", "token_decimals": 6,
                "token_units": 10**6, "sol_lamports": 10**9, "order_in_mint_day": places[mint],
            }  # fmt: skip
            rows.append({**plain, **trade, "traded_at": NOON + timedelta(seconds=trade["at"])})
            del rows[-1]["at"]
        pairs = {(row["trader_address"], row["token_mint"]) for row in rows} if met is None else met
        mint_days = [
            {"trader_address": t, "token_mint": m, "trade_date": DAY, "first_seen_day": DAY, "buy_count": 1}
            for t, m in pairs
        ]
        found = silver_entries.transform(
            frame(silver_trades.TABLE, *rows),
            frame(silver_trader_mint_day.TABLE, *mint_days),
            frame(gold_token_day.TABLE, *tokens),
            frame(gold_token_day.TABLE, *before),
        )
        assert found.columns == TABLE.names
        return {(row["token_mint"], row["trader_address"]): row for row in rows_of(found)}

    return entries


def buy(trader, at, price=0.0, **given):
    """A buy after which the reserves state this price, in lamports per unit."""
    stated = {"virtual_sol_lamports": round(price * 10**15), "virtual_token_units": 10**15} if price else {}
    return {"trader_address": trader, "at": at, **stated, **given}


def test_distance_from_the_launch(entries):
    found = entries(
        [
            buy("a", 0, slot=100, fee_lamports=7),
            buy("b", 1, slot=101),
            buy("a", 2, slot=103),
            buy("c", 61, slot=250),
            buy("c", 5, token_mint="old", slot=9),
        ]
    )
    assert len(found) == 4
    names = ("age_seconds", "age_slot_count", "earlier_buyer_count", "slot_buyer_count")
    assert {trader: tuple(row[name] for name in names) for (mint, trader), row in found.items() if mint == "new"} == {
        "a": (0, 0, 0, 0),
        "b": (1, 1, 1, 0),
        "c": (61, 150, 2, 0),
    }
    assert tuple(found["old", "c"][name] for name in names) == (None, None, None, 0)
    assert found["new", "a"]["first_buy_cost_lamports"] == 10**9 + 7
    assert found["old", "c"]["known_at"] == datetime(2026, 1, 9, tzinfo=UTC)


def test_earlier_days_count_where_the_tape_began_with_the_launch(entries):
    began = {"tape_began_at": NOON - timedelta(days=2), "initial_token_units": 793_100_000_000_000}
    (row,) = entries([buy("c", 5, token_mint="old", slot=9)], tokens=[{**TOKENS[1], **began}]).values()
    assert (row["age_seconds"], row["age_slot_count"], row["earlier_buyer_count"]) == (2 * 86_400 + 5, None, 7)


def test_who_met_the_mint_before_sold_first_or_only_passed_it_on_has_no_entry(entries):
    trades = [
        buy("known", 0),
        buy("seller", 1, direction="sell"),
        buy("hop", 2, is_hop=True),
        buy("seller", 3),
        buy("new", 4),
    ]
    met = {("seller", "new"), ("hop", "new"), ("new", "new")}
    assert {trader for _, trader in entries(trades, met)} == {"seller", "new"}


def test_place_on_the_curve(entries):
    reserves = {"virtual_sol_lamports": 72_502_500_000, "virtual_token_units": 444 * 10**12}
    found = entries(
        [
            buy("a", 0, **reserves, sol_lamports=2_502_500_000),
            buy("b", 1, **reserves, real_sol_lamports=17_001_000_000),
            buy("c", 2, **reserves, venue="pumpswap"),
            buy("d", 3),
        ]
    )
    assert {trader: row["curve_share"] for (_, trader), row in found.items()} == pytest.approx(
        {"a": 0.5, "b": 0.2, "c": None, "d": None}
    )
    assert found["new", "a"]["impact_ratio"] == pytest.approx(2_502_500 / 70_000_000)
    assert found["new", "d"]["impact_ratio"] is None
    assert found["new", "a"]["runup_ratio"] == pytest.approx(72_502_500_000 / 444e12 / LAUNCH)


def test_what_was_captured_of_the_way_up(entries):
    def sell(trader, at, price, **given):
        return buy(trader, at, price, direction="sell", **given)

    paid = {"token_units": 1000, "sol_lamports": 100}
    found = entries(
        [
            buy("half", 0, 0.11, **paid),
            buy("held", 1, 0.2, **paid),
            buy("half", 2, 0.3, token_units=1000, sol_lamports=300),
            buy("late", 3, 0.4, token_units=100, sol_lamports=40),
            sell("half", 4, 0.25, token_units=1000, sol_lamports=250),
            sell("half", 5, 0.2, token_units=990, sol_lamports=347),
            buy("other", 6, 0.9, **paid),
            sell("held", 7, 0.9, token_units=500, sol_lamports=300),
            sell("late", 8, 0.001, token_units=100, sol_lamports=0),
        ]
    )
    captured = {trader: row["capture_ratio"] for (_, trader), row in found.items()}
    assert captured == pytest.approx(
        {"half": (0.3 - 0.2) / (0.4 - 0.2), "held": None, "late": -0.8, "other": None}, abs=1e-4
    )


def test_other_buyers_of_the_slot_are_counted_once_each(entries):
    slots = [("a", 5), ("b", 5), ("c", 5), ("b", 5), ("d", 6)]
    found = entries([buy(trader, 0, slot=slot) for trader, slot in slots])
    assert {trader: row["slot_buyer_count"] for (_, trader), row in found.items()} == {"a": 2, "b": 2, "c": 2, "d": 0}


@pytest.mark.parametrize("seed", range(3))
def test_prices_around_an_entry_are_those_of_a_plain_recomputation(entries, seed):
    draw = Random(seed)
    at, tape, level = 0, [], 4e-5
    for _ in range(120):
        at += draw.choice([0, 1, 7, 40, 130, 900])
        level *= exp(draw.gauss(0, 0.5))
        tape.append(
            buy(f"t{draw.randrange(40)}", at, round(level * 10**15) / 10**15, token_mint=draw.choice(["new", "old"]))
        )
    found = entries(tape)
    assert len(found) > 30
    for (mint, trader), row in found.items():
        own = [one for one in tape if one["token_mint"] == mint]
        index = next(n for n, one in enumerate(own) if one["trader_address"] == trader)
        expected = plain(own, index, mint)
        assert [name for name in PLAIN if not _is_same(row[name], expected[name])] == [], (row, expected)


def test_momentum_is_over_the_last_price_that_is_known(entries):
    worthless = buy("z", 1, direction="sell", sol_lamports=0)
    found = entries([buy("a", 0, 4e-5), worthless, buy("b", 90, 8e-5)])
    assert found["new", "b"]["momentum_ratio"] == pytest.approx(2)


@pytest.mark.parametrize(("second", "momentum"), [(10, None), (59, None), (60, 2.0)])
def test_the_price_of_the_day_before_is_a_minute_old_from_the_second_minute_on(entries, second, momentum):
    midnight_at = -int(timedelta(hours=12).total_seconds())
    found = entries([buy("a", midnight_at + second, 8e-5, token_mint="old")])
    assert found["old", "a"]["momentum_ratio"] == (momentum and pytest.approx(momentum))


def _is_same(found, expected):
    return found == expected or (None not in (found, expected) and found == pytest.approx(expected, rel=1e-9))


PLAIN = ("entry_price_sol", "momentum_ratio", "peak_ratio", "low_ratio", "high_ratio", "minute_volatility_ratio")


def plain(tape, index, mint):
    """The same by looking at every trade of the mint's day again."""
    price = [one["virtual_sol_lamports"] / 10**15 for one in tape]
    at, own = tape[index]["at"], price[index]
    before = [4e-5] if mint == "old" else []
    peak = [9e-5] if mint == "old" else []
    earlier = before + [p for p, one in zip(price, tape, strict=True) if one["at"] <= at - 60]
    soon = [p for p, one in zip(price[index:], tape[index:], strict=True) if one["at"] <= at + 600]
    closes = {one["at"] // 60: p for p, one in zip(price, tape, strict=True) if one["at"] // 60 < at // 60}
    minutes = [m for m in range(at // 60) if m >= min(closes, default=0) and closes]
    filled = [closes[max(k for k in closes if k <= m)] for m in minutes]
    steps = [log(b / a) for a, b in pairwise(filled)]
    inside = [s for s, m in zip(steps, minutes[1:], strict=True) if m > at // 60 - 60]
    return {
        "entry_price_sol": own * 1e-3,
        "momentum_ratio": own / earlier[-1] if earlier else None,
        "peak_ratio": own / max(peak + price[: index + 1]),
        "low_ratio": min(soon) / own if at < 43_200 - 600 else None,
        "high_ratio": max(price[index:]) / own,
        "minute_volatility_ratio": stdev(inside) if len(inside) > 1 else None,
    }


def test_a_day_of_one_mint_runs_on_a_lake_and_again_to_the_same(context, frame, rows_of):
    trade = {
        **buy("a", 0), "trade_id": "1", "token_mint": "new", "direction": "buy", "traded_at": NOON, "token_decimals": 6,
        "token_units": 10**6, "sol_lamports": 10**9, "order_in_mint_day": 1, "venue": "pump_curve",
    }  # fmt: skip
    del trade["at"]
    met = {
        "trader_address": "a", "token_mint": "new", "trade_date": DAY, "first_seen_day": DAY, "buy_count": 1,
    }  # fmt: skip
    for table, row in (
        (silver_trades.TABLE, trade),
        (silver_trader_mint_day.TABLE, met),
        (gold_token_day.TABLE, {**TOKENS[0], "recent_prices": [], "known_at": midnight(date(2026, 1, 6))}),
    ):
        context.lake.replace(table, frame(table, row), [DAY], {DAY: 1})
    for _ in range(2):
        run_pass(context, RunReport("silver_entries"), [DAY])
        (row,) = rows_of(context.lake.read(TABLE))
        assert (row["trader_address"], row["age_seconds"], row["earlier_buyer_count"]) == ("a", 0, 0)
