"""Labels of random traders, from trades and marks through trader days, against the definition in plain Python."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from features import labels
from features.registry import TABLE as FEATURES
from jobs import gold_labels
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_trader_day

SOL = 10**9
FIRST = date(2026, 2, 20)
DAYS = span(FIRST, shift(FIRST, 45))
#: How likely each of them trades a mint on a day.
TRADERS = {"ann": 0.1, "ben": 0.06, "cat": 0.02, "dan": 0.01}
MINTS = ("m", "n", "o")
AS_OF = [shift(FIRST, days) for days in (16, 23, 30)]


def market(seed):
    """Trades with cost and matched proceeds, closes of positions, and prices of the days on which mints traded."""
    draw = Random(seed)
    trades, lots, marks, units = [], [], [], {}
    for day in DAYS:
        order = dict.fromkeys(TRADERS, 0)
        for mint in MINTS:
            who = [trader for trader, share in TRADERS.items() if draw.random() < share]
            if who or draw.random() < 0.1:
                marks.append({"day": day, "token_mint": mint, "mark_price": draw.choice((0.01, 0.5, 2.0))})
            for trader in who:
                for _ in range(draw.randrange(1, 5)):
                    order[trader] += 1
                    amount = draw.randrange(3 * SOL)
                    side = draw.choice(("buy_cost_lamports", "proceeds_lamports"))
                    trades.append({
                        "trader_address": trader, "token_mint": mint, "traded_at": midnight(day), side: amount,
                        "direction": "buy" if side.startswith("buy") else "sell", "sol_lamports": amount,
                        "order_in_trader_day": order[trader],
                    })  # fmt: skip
                units[trader, mint] = draw.choice((0, draw.randrange(2 * SOL), 10**7))
                lots.append({
                    "trader_address": trader, "token_mint": mint, "close_day": day, "open_units": units[trader, mint],
                })  # fmt: skip
    return trades, lots, marks


def equity(trader, before, lots, marks, since=None):
    """What a trader's positions would fetch by marks before a day, and if asked none older than another."""
    total = 0
    for mint in MINTS:
        position = [lot for lot in lots if (lot["trader_address"], lot["token_mint"]) == (trader, mint)]
        held = [lot["open_units"] for lot in position if lot["close_day"] < before]
        of_mint = [mark for mark in marks if mark["token_mint"] == mint and mark["day"] < before]
        if held and of_mint and (since is None or of_mint[-1]["day"] >= since):
            total += int(held[-1] * of_mint[-1]["mark_price"])
    return total


def expected(trader, as_of, trades, lots, marks):
    """The label by its definition: from equity at both ends and the trades between them, one after the other."""
    end = shift(as_of, labels.HORIZON_DAYS)
    start, close = equity(trader, as_of, lots, marks), equity(trader, end, lots, marks)
    out = peak = count = 0
    own = [one for one in trades if one["trader_address"] == trader and as_of <= one["traded_at"].date() < end]
    for one in sorted(own, key=lambda one: (one["traded_at"], one["order_in_trader_day"])):
        out += one.get("buy_cost_lamports", 0) - one.get("proceeds_lamports", 0)
        peak, count = max(peak, out), count + 1
    lost = out + start - close
    marked = equity(trader, as_of, lots, marks, since=shift(as_of, -7))
    return {
        "outcome_lamports": -lost,
        "capital_lamports": start + peak,
        "equity_marked_start_lamports": marked,
        "is_exposed": count > 0 or marked >= SOL // 100,
        "is_loss": lost > SOL // 100,
        "is_severe_loss": lost >= 5 * SOL or (lost >= SOL and 4 * lost >= start + peak),
    }


@pytest.fixture
def labelled(frame, trader_days):
    """`labelled(trades, lots, marks)`: labels by trader and T, and every trader's days."""

    def labelled(trades, lots, marks):
        days = trader_days(DAYS, pnl=trades, lots=lots, marks=marks)
        seen = [(trader, day) for trader in TRADERS for day in AS_OF
                if any(row["trader_address"] == trader and row["day"] < day for row in days)]  # fmt: skip
        eligible = frame(FEATURES, *({"trader_address": trader, "feature_day": day} for trader, day in seen))
        rows = gold_labels.transform(eligible, frame(gold_trader_day.TABLE, *days)).toArrow().to_pylist()
        return {(row["trader_address"], row["label_day"]): row for row in rows}

    return labelled


def test_labels_are_what_the_definition_says_of_every_trade(labelled):
    kinds = set()
    for seed in range(4):
        trades, lots, marks = market(seed)
        found = labelled(trades, lots, marks)
        assert found
        for (trader, as_of), row in found.items():
            wanted = expected(trader, as_of, trades, lots, marks)
            assert {name: row[name] for name in wanted} == wanted, (seed, trader, as_of)
            assert row["outcome_loss_ratio"] is None or row["outcome_loss_ratio"] <= 1.0
            kinds.add((row["is_exposed"], row["is_loss"], row["is_severe_loss"]))
    assert len(kinds) >= 4, "the random traders tell nothing apart"


def test_trades_after_the_window_change_nothing(labelled):
    trades, lots, marks = market(11)
    before, later = labelled(trades, lots, marks), market(12)
    end = shift(AS_OF[0], labels.HORIZON_DAYS)
    cut = datetime(end.year, end.month, end.day, tzinfo=UTC)
    mixed = (
        [one for one in trades if one["traded_at"] < cut] + [one for one in later[0] if one["traded_at"] >= cut],
        [one for one in lots if one["close_day"] < end] + [one for one in later[1] if one["close_day"] >= end],
        [one for one in marks if one["day"] < end] + [one for one in later[2] if one["day"] >= end],
    )
    after = labelled(*mixed)
    of_first = {key: row for key, row in before.items() if key[1] == AS_OF[0]}
    assert of_first
    assert {key: after[key] for key in of_first} == of_first
