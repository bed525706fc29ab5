"""Laws of the steps from bronze to gold on a random small market, run on the real engine."""

from collections import defaultdict
from datetime import date
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from pumploss.days import span
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    silver_open_lots,
    silver_trade_pnl,
    silver_trades,
)
from tests.building.trader_book import each_trader_day_is_what_a_book_in_python_says

DAYS = span(date(2026, 1, 5), date(2026, 1, 8))
CHUNKS = (DAYS[:1], DAYS[1:3], DAYS[3:])
#: Every step that needs no model, in order.
STEPS = tuple(step.name for step in DATA_STEPS)
TABLES = (
    silver_trades, silver_trade_pnl, silver_open_lots, gold_token_day, gold_trader_day, gold_market_day,
)  # fmt: skip


#: A market takes seconds on the engine, so a large one is drawn and not made smaller where it fails.
few = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@few
@given(seed=st.integers(0, 2**32))
def test_the_laws_of_a_day(opened, market, land, digests, rows_of, seed):
    rng = Random(seed)
    dumps = market(rng, list(DAYS), 300)
    with opened() as whole:
        for day in DAYS:
            land(whole.settings.landing, day, dumps[day])
        run_steps(whole, STEPS, DAYS)
        expected = digests(whole)
        assert expected.keys() >= {(table, DAYS[-1]) for table in ("silver_round_trips", "gold_trader_day")}
        assert any(table == "gold_trader_features" for table, _ in expected)
        read = {table.TABLE.name: rows_of(whole.lake.read(table.TABLE)) for table in TABLES}
        nothing_is_lost(dumps, read)
        the_sums_agree(read)
        each_trader_day_is_what_a_book_in_python_says(read)
        again_changes_nothing(whole, expected, digests, rng.choice(DAYS))
    with opened() as parts:
        for days in CHUNKS:
            for day in days:
                shuffled = list(dumps[day])
                rng.shuffle(shuffled)
                # Equal unsigned lines stay in one file: over files the largest count of a line counts, not the sum.
                for name, half in (("a", 0), ("b", 1)):
                    lines = [trade for trade in shuffled if int(trade["trader_address"][-1], 36) % 2 == half]
                    land(parts.settings.landing, day, lines, name)
            run_steps(parts, STEPS, days)
        in_parts = digests(parts)
    differing = {
        place for place in expected if not place[0].startswith("bronze") and expected[place] != in_parts.get(place)
    }
    assert not differing, sorted(differing)


def again_changes_nothing(context, expected, digests, day):
    """Running a day again leaves every table as it was and makes nothing stale."""
    run_steps(context, STEPS, [day])
    assert digests(context) == expected
    assert {step: context.ledger.stale(step) for step in STEPS} == {step: set() for step in STEPS}


def nothing_is_lost(dumps, read):
    """Every trade that landed is in silver once, at its date, and has one row of profit."""
    landed = [trade for trades in dumps.values() for trade in trades]
    signed = {trade["signature"] for trade in landed if trade.get("signature")}
    found = [row for row in read["silver_trades"] if row["signature"] is not None]
    assert len(found) == len({row["signature"] for row in found}) == len(signed)
    unsigned = defaultdict(lambda: defaultdict(int))
    for day, trades in dumps.items():
        for trade in trades:
            if not trade.get("signature"):
                unsigned[tuple(sorted((name, str(value)) for name, value in trade.items()))][day] += 1
    assert len(read["silver_trades"]) - len(found) == sum(max(by_dump.values()) for by_dump in unsigned.values())
    assert {row["trade_id"] for row in read["silver_trade_pnl"]} == {row["trade_id"] for row in read["silver_trades"]}
    assert all(row["trade_date"] == row["traded_at"].date() for row in read["silver_trades"])


def the_sums_agree(read):
    """Trades, lamports and profits are the same however they are summed."""
    pnl, mints, traders, markets = (
        read[name] for name in ("silver_trade_pnl", "gold_token_day", "gold_trader_day", "gold_market_day")
    )
    for name, source in {
        "trade_count": lambda _: 1,
        "volume_lamports": lambda row: row["sol_lamports"],
        "fees_lamports": lambda row: row["fee_lamports"],
        "realised_pnl_lamports": lambda row: row["pnl_lamports"] or 0,
        "loss_count": lambda row: (row["pnl_lamports"] or 0) < 0,
        "matched_sell_count": lambda row: row["pnl_lamports"] is not None,
    }.items():
        expected = sum(map(source, pnl))
        assert {table: sum(row[name] for row in rows) for table, rows in
                {"mint": mints, "trader": traders, "market": markets}.items()} == dict.fromkeys(
            ("mint", "trader", "market"), expected), name  # fmt: skip
    # What was bought is sold and matched, or still open: to the unit and to the lamport.
    last = {}
    for row in sorted(read["silver_open_lots"], key=lambda row: row["close_day"]):
        key = (row["trader_address"], row["token_mint"])
        day, rows = last.get(key, (row["close_day"], []))
        last[key] = (row["close_day"], [*(rows if day == row["close_day"] else []), row])
    still_open = [row for _, rows in last.values() for row in rows]
    bought = sum(row["token_units"] for row in pnl if row["direction"] == "buy")
    assert bought == sum(row["matched_units"] for row in pnl) + sum(row["open_units"] for row in still_open)
    cost = sum(row["buy_cost_lamports"] for row in pnl)
    assert cost == sum(row["sold_cost_lamports"] for row in pnl) + sum(row["open_cost_lamports"] for row in still_open)
    # Equity change is cash flow plus the value at the close, and so adds up over days.
    for trader in {row["trader_address"] for row in traders}:
        rows = sorted((row for row in traders if row["trader_address"] == trader), key=lambda row: row["day"])
        cash = sum(row["proceeds_lamports"] - row["buy_cost_lamports"] for row in rows)
        assert sum(row["equity_change_lamports"] for row in rows) == cash + rows[-1]["equity_close_lamports"]
