"""Amounts near every limit through all steps: what comes out is what Python's integers say, or a line is refused."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from pumploss.money import MOST_LAMPORTS, MOST_RESERVE_LAMPORTS
from pumploss.tables import (
    bronze_trades,
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    quarantine_trades,
    silver_open_lots,
    silver_round_trips,
    silver_trade_pnl,
    silver_trader_mint_day,
)
from tests.building import lakes
from tests.building.addresses import address
from tests.building.dumps import land_day

DAYS = (date(2026, 1, 5), date(2026, 1, 6))
MOST = 2**63 - 1
UNITS = (1, 2, 10**6, 10**15, 10**18, 2**62 - 1, 2**62, 5 * 10**18, MOST - 1, MOST)
SOL = (1, 2, 999, 10**9, MOST_LAMPORTS - 1, MOST_LAMPORTS)
FEES = (0, 1, 10**9, MOST_LAMPORTS)
#: Lines of no trade, by what is wrong with them; each is refused alone, and the night goes on.
BEYOND = [
    ({"token_units": MOST + 1}, "overflow", "units beyond 63 bits"),
    ({"token_units": 2**64 - 1}, "overflow", "the most that the chain can state"),
    ({"token_units": 10**40}, "overflow", "units beyond every integer"),
    ({"sol_lamports": MOST_LAMPORTS + 1}, "unit_mistake", "more SOL than a trade has"),
    ({"sol_lamports": MOST}, "unit_mistake", "the most lamports that fit"),
    ({"sol_lamports": MOST + 1}, "overflow", "lamports beyond 63 bits"),
    ({"fee_lamports": MOST_LAMPORTS + 1}, "overflow", "a fee larger than any trade"),
    ({"fee_lamports": MOST}, "overflow", "with it SOL and fee would wrap around"),
    ({"virtual_sol_lamports": MOST_RESERVE_LAMPORTS + 1}, "overflow", "a pool with more SOL than there is"),
    ({"virtual_sol_lamports": MOST + 1}, "overflow", "reserves beyond 63 bits"),
]


def trades_of(day, draw, count=120):
    """Draws trades of a few wallets and coins, half of them sells, a second apart."""
    start = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    return [
        {
            "traded_at": start + timedelta(seconds=number), "slot": number, "tx_index": 0, "event_index": 0,
            "signature": f"{day}/{number}", "trader_address": f"w{draw.randrange(4)}",
            "token_mint": f"coin{draw.randrange(3)}", "direction": draw.choice(["buy", "buy", "sell"]),
            "token_units": draw.choice(UNITS), "token_decimals": 9, "sol_lamports": draw.choice(SOL),
            "fee_lamports": draw.choice(FEES), "venue": "raydium",
        }
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """Two days of such trades and of BEYOND, run through every step: the trades, and a reader of tables."""
    draw, home = Random(20), tmp_path_factory.mktemp("wide")
    trades = [trade for day in DAYS for trade in trades_of(day, draw)]
    landing = home / "landing"
    for day in DAYS:
        own = [trade for trade in trades if trade["traded_at"].date() == day]
        plain = {**own[0], "direction": "buy", "token_units": 5, "sol_lamports": 5, "fee_lamports": 0}
        land_day(landing, day, [*own, *({**plain, "signature": f"{day}{why}", **odd} for odd, _, why in BEYOND)])
    with lakes.opened(home, landing) as context:
        run_steps(context, [step.name for step in DATA_STEPS], DAYS)
        tables = (
            bronze_trades, quarantine_trades, silver_trade_pnl, silver_open_lots, silver_round_trips,
            silver_trader_mint_day, gold_token_day, gold_trader_day, gold_market_day,
        )  # fmt: skip
        read = {module.TABLE.name: context.lake.read(module.TABLE).toArrow().to_pylist() for module in tables}
    return trades, read


def walked(trades):
    """What Python's integers say of each trade: matched, unmatched, buy cost, sold cost, proceeds, and what is held."""
    lots, results = defaultdict(list), []
    for trade in trades:
        held = lots[trade["trader_address"], trade["token_mint"]]
        units, sol, fee = trade["token_units"], trade["sol_lamports"], trade["fee_lamports"]
        stock, worth = sum(lot[0] for lot in held), sum(lot[1] for lot in held)
        if trade["direction"] == "buy":
            is_aside = stock + units > MOST or worth + sol + fee > MOST
            if not is_aside:
                held.append([units, sol + fee])
            results.append((0, units if is_aside else 0, 0 if is_aside else sol + fee, 0, 0))
        else:
            matched = min(units, stock)
            share = abs(sol - fee) * matched // units
            left, cost = matched, 0
            while left:
                part = min(left, held[0][0])
                taken = held[0][1] if part == held[0][0] else held[0][1] * part // held[0][0]
                held[0][0], held[0][1], left, cost = held[0][0] - part, held[0][1] - taken, left - part, cost + taken
                if not held[0][0]:
                    held.pop(0)
            results.append((matched, units - matched, 0, cost, share if sol >= fee else -share))
        results[-1] += (sum(lot[0] for lot in held), sum(lot[1] for lot in held))
    return results


def test_lines_beyond_every_limit_are_refused_by_name(night):
    trades, read = night
    assert len(read["bronze_trades"]) == len(trades)
    assert Counter(row["reason"] for row in read["quarantine_trades"]) == Counter(
        reason for _, reason, _ in BEYOND for _ in DAYS
    )
    details = " ".join(row["detail"] for row in read["quarantine_trades"])
    assert f"fee_lamports={MOST} is more than {MOST_LAMPORTS}" in details


def test_every_trade_is_what_integers_say(night):
    trades, read = night
    names = (
        "matched_units", "unmatched_units", "buy_cost_lamports", "sold_cost_lamports", "proceeds_lamports",
        "position_units", "position_cost_lamports",
    )  # fmt: skip
    rows = sorted(read["silver_trade_pnl"], key=lambda row: row["traded_at"])
    expected = walked(trades)
    assert [tuple(row[name] for name in names) for row in rows] == expected
    is_aside = [row["direction"] == "buy" and row["unmatched_units"] > 0 for row in rows]
    assert 0 < sum(is_aside) < len(rows) / 4, "some buys, and only some, do not fit beside what is held"


def test_sums_of_lots_and_round_trips_hold_to_the_unit(night):
    trades, read = night
    held = {
        (address(trade["trader_address"]), address(trade["token_mint"])): result[-2:]
        for trade, result in zip(trades, walked(trades), strict=True)
    }
    latest = {}
    for row in sorted(read["silver_open_lots"], key=lambda row: row["close_day"]):
        position = latest.setdefault((row["trader_address"], row["token_mint"]), {})
        position.setdefault(row["close_day"], []).append((row["open_units"], row["open_cost_lamports"]))
    assert {key: tuple(map(sum, zip(*days[max(days)], strict=True))) for key, days in latest.items()} == held
    assert max(row["bought_units"] for row in read["silver_round_trips"]) > 2**63
    for row in read["silver_round_trips"]:
        assert row["bought_units"] == row["sold_units"] + row["left_units"]
        assert row["buy_cost_lamports"] == row["sold_cost_lamports"] + row["left_cost_lamports"]


def test_days_of_coins_traders_and_the_market_add_up(night):
    trades, read = night
    results = walked(trades)
    bought, volume, fees, cost = Counter(), Counter(), Counter(), Counter()
    for trade, result in zip(trades, results, strict=True):
        day = trade["traded_at"].date()
        bought[trade["token_mint"]] += trade["token_units"] * (1 if trade["direction"] == "buy" else -1)
        for scope in (trade["token_mint"], trade["trader_address"], "market"):
            volume[day, scope] += trade["sol_lamports"]
            fees[day, scope] += trade["fee_lamports"]
            cost[day, scope] += result[2]
    assert max(abs(units) for units in bought.values()) > 2**63
    for row in read["gold_token_day"]:
        (mint,) = (name for name in bought if address(name) == row["token_mint"])
        key = row["day"], mint
        assert (row["volume_lamports"], row["fees_lamports"]) == (volume[key], fees[key])
        if row["day"] == DAYS[-1]:
            assert row["net_bought_close_units"] == bought[mint]
            assert row["fees_close_lamports"] == sum(fees[day, mint] for day in DAYS)
    for row in read["gold_trader_day"]:
        (trader,) = (f"w{number}" for number in range(4) if address(f"w{number}") == row["trader_address"])
        key = row["day"], trader
        found = (row["volume_lamports"], row["fees_lamports"], row["buy_cost_lamports"])
        assert found == (volume[key], fees[key], cost[key])
        if row["day"] == DAYS[-1]:
            assert row["volume_close_lamports"] == sum(volume[day, trader] for day in DAYS)
    for row in read["gold_market_day"]:
        assert (row["volume_lamports"], row["fees_lamports"]) == (
            volume[row["day"], "market"],
            fees[row["day"], "market"],
        )
    by_pair = sum(row["volume_lamports"] for row in read["silver_trader_mint_day"])
    assert by_pair == sum(trade["sol_lamports"] for trade in trades)
