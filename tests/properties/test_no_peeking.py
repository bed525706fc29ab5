"""Laws of features and labels on random small markets: nothing after T shows, and how days are run does not matter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.rolling.facts import Inputs
from jobs import gold_labels, gold_trader_features, gold_trader_positions
from pumploss.days import midnight, shift, span
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    gold_trader_rhythm,
    silver_entries,
    silver_round_trips,
    silver_trader_mint_day,
)
from tests.building.frames import in_memory
from tests.building.random_entries import random_entry, random_rhythm, random_token_day

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 24)
TRADERS, MINTS = ["ann", "ben", "cid", "dan"], ["m1", "m2", "m3"]
AMOUNT = 5 * 10**9
TABLES = (
    gold_trader_day.TABLE,
    silver_trader_mint_day.TABLE,
    gold_token_day.TABLE,
    gold_market_day.TABLE,
    silver_round_trips.TABLE,
    silver_entries.TABLE,
    gold_trader_rhythm.TABLE,
)

Row = dict[str, Any]
few = settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 10**6)
as_of_days = st.integers(32, 45).map(lambda days: shift(FIRST, days))


def _moment(draw: Random, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=draw.randrange(86_400))


def _trader_day(draw: Random, trader: str, day: date) -> Row:
    buys, sells = draw.randrange(3), draw.randrange(4)
    cost, proceeds, sold = (draw.randrange(AMOUNT) for _ in range(3))
    pnl, losses = proceeds - sold, draw.randrange(sells + 1)
    return {
        "trader_address": trader, "day": day, "known_at": _moment(draw, shift(day, 1)),
        "trade_count": buys + sells, "buy_count": buys, "sell_count": sells, "matched_sell_count": sells,
        "win_count": sells - losses, "loss_count": losses, "fees_lamports": draw.randrange(10**7),
        "buy_cost_lamports": cost, "buy_cost_squared": Decimal(cost**2), "proceeds_lamports": proceeds,
        "sell_net_lamports": proceeds + draw.randrange(10**7), "sold_cost_lamports": sold,
        "realised_pnl_lamports": pnl, "realised_loss_lamports": min(pnl, 0) - draw.randrange(10**8),
        "log_hold_sum": draw.random() * 9, "trades_by_hour": [draw.randrange(2) for _ in range(24)],
        "trades_by_hour_close": [draw.randrange(5) for _ in range(24)],
        "equity_change_lamports": draw.randrange(-AMOUNT, AMOUNT), "equity_close_lamports": draw.randrange(AMOUNT),
        "outlay_lamports": cost - proceeds, "outlay_peak_lamports": max(cost - proceeds, 0) + draw.randrange(AMOUNT),
        "marked_value_lamports": draw.randrange(AMOUNT),
        "superseded_by_age": [draw.randrange(AMOUNT) for _ in range(6)],
        "open_cost_close_lamports": draw.randrange(AMOUNT), "open_position_count_close": draw.randrange(4),
        "trade_count_close": draw.randrange(4, 30), "mint_count_close": draw.randrange(1, 9),
        "volume_close_lamports": draw.randrange(AMOUNT), "volume_squared_close": Decimal(draw.randrange(AMOUNT**2)),
        "first_traded_at_close": _moment(draw, FIRST), "last_traded_at_close": _moment(draw, day),
    }  # fmt: skip


def _mint_day(draw: Random, trader: str, mint: str, day: date) -> Row:
    return {
        "trader_address": trader, "token_mint": mint, "trade_date": day, "buy_cost_lamports": draw.randrange(AMOUNT),
        "first_seen_day": draw.choice([day, FIRST]), "known_at": _moment(draw, shift(day, 1)),
    }  # fmt: skip


def _trips(seed: int, day: date) -> list[Row]:
    """Rows of the positions that change on a day: each was opened on one of the five days up to it.

    When it was opened is the same in every market; how it goes on is the market's own.
    """
    rows = []
    for age in range(5):
        opened = shift(day, -age)
        for trader, mint in ((trader, mint) for trader in TRADERS for mint in MINTS):
            past, course = Random(f"{opened} {trader} {mint}"), Random(f"{seed} {opened} {trader} {mint}")
            entered, last, closes = _moment(past, opened), course.randrange(5), course.random() < 0.7
            if past.random() < 0.3 and age <= last:
                is_closed = closes and age == last
                rows.append(
                    {
                        "trader_address": trader, "token_mint": mint, "close_day": day, "entered_at": entered,
                        "episode_index": opened.toordinal(), "is_closed": is_closed,
                        "exited_at": max(entered, _moment(course, day)) if is_closed else None,
                        "exit_order_in_day": 9 * age + MINTS.index(mint) if is_closed else None,
                        "entry_order_in_day": 90 + MINTS.index(mint),
                        "buy_count": 1 + age, "averaged_down_count": age,
                        "entry_cost_lamports": past.randrange(1, AMOUNT),
                        "realised_pnl_lamports": course.choice([-AMOUNT, -3, 0, 2, AMOUNT]),
                        "known_at": _moment(course, shift(day, 1)),
                    }
                )  # fmt: skip
    return rows


def _market_day(draw: Random, day: date) -> Row:
    sells = draw.randrange(1, 9)
    losses = draw.randrange(sells + 1)
    known = {"day": day, "known_at": midnight(shift(day, 1))}
    return {**known, "loss_count": losses, "matched_sell_count": sells, "losing_sell_share": losses / sells}


def market(seed: int, days: tuple[date, ...] = span(FIRST, LAST)) -> list[list[Row]]:
    """Random rows of the tables that features read, independent from day to day."""
    tables: list[list[Row]] = [[] for _ in TABLES]
    for day in days:
        draw = Random(f"{seed} {day}")
        active = [trader for trader in TRADERS if draw.random() < 0.4]
        tables[0] += [_trader_day(draw, trader, day) for trader in active]
        tables[1] += [_mint_day(draw, trader, mint, day) for trader in active for mint in MINTS if draw.random() < 0.5]
        tables[2] += [random_token_day(draw, mint, day) for mint in MINTS]
        alive = {f"{mint}{shift(day, -age)}" for mint in MINTS for age in range(6) if draw.random() < 0.5 or not age}
        tables[2] += [random_token_day(draw, mint, day) for mint in sorted(alive)]
        tables[3].append(_market_day(draw, day))
        tables[4] += _trips(seed, day)
        tables[5] += [
            random_entry(draw, trader, mint, day) for trader in active for mint in MINTS if draw.random() < 0.3
        ]
        tables[6] += [random_rhythm(draw, trader, day) for trader in active]
    return tables


def _day(row: Row) -> date:
    return row.get("day") or row.get("trade_date") or row["close_day"]


def upto(tables: list[list[Row]], end: date) -> list[list[Row]]:
    return [[row for row in rows if _day(row) < end] for rows in tables]


@pytest.fixture(scope="module")
def features(frame: Any) -> Any:
    """`features(tables, days)`: rows of features by trader and T."""

    def compute(tables: list[list[Row]], days: list[date]) -> dict[tuple[str, date], Row]:
        frames = {table.name: frame(table, *rows) for table, rows in zip(TABLES, tables, strict=True)}
        # Round trips are read by way of what their days say of positions.
        frames["silver_round_trips"] = gold_trader_positions.transform(frames["silver_round_trips"])
        inputs = Inputs(*frames.values())
        found = gold_trader_features.transform(inputs, days, in_memory).toArrow().to_pylist()
        return {(row["trader_address"], row["feature_day"]): row for row in found}

    return compute


@pytest.fixture(scope="module")
def outcomes(frame: Any) -> Any:
    """`outcomes(trader_days, pairs)`: labels of (trader, T) by trader and T."""
    from features.registry import TABLE

    def compute(trader_days: list[Row], pairs: list[tuple[str, date]]) -> dict[tuple[str, date], Row]:
        eligible = frame(TABLE, *({"trader_address": trader, "feature_day": day} for trader, day in pairs))
        found = gold_labels.transform(eligible, frame(gold_trader_day.TABLE, *trader_days)).toArrow().to_pylist()
        return {(row["trader_address"], row["label_day"]): row for row in found}

    return compute


@few
@given(seed=seeds, as_of=as_of_days)
def test_what_happens_from_t_on_never_shows_in_features(features, seed, as_of):
    tables = market(seed)
    whole = features(tables, [as_of])
    assert whole
    assert features(upto(tables, as_of), [as_of]) == whole
    other_future = market(seed + 1, span(as_of, LAST))
    assert features([a + b for a, b in zip(upto(tables, as_of), other_future, strict=True)], [as_of]) == whole


@few
@given(seed=seeds, as_of=as_of_days)
def test_a_range_of_features_equals_day_by_day_in_any_order_of_rows(features, seed, as_of):
    tables = market(seed)
    days = [as_of, shift(as_of, 1), shift(as_of, 5)]
    single = [features(tables, [day]) for day in days]
    shuffled = [Random(seed).sample(rows, len(rows)) for rows in tables]
    assert features(shuffled, days) == single[0] | single[1] | single[2]


@few
@given(seed=seeds, as_of=as_of_days, age=st.integers(1, 35))
def test_a_late_market_row_raises_known_at_of_all_who_see_it_and_a_token_row_of_those_who_used_it(
    features, seed, as_of, age
):
    tables, day, late = market(seed), shift(as_of, -age), midnight(shift(as_of, 90))
    before = features(tables, [as_of])
    sees = age <= 30
    markets = [{**row, "known_at": late} if row["day"] == day else row for row in tables[3]]
    found = features([*tables[:3], markets, *tables[4:]], [as_of])
    assert {pair: row["known_at"] for pair, row in found.items()} == {
        pair: late if sees else row["known_at"] for pair, row in before.items()
    }
    tokens = [{**row, "known_at": late} if _is_of(row, "m1", day) else row for row in tables[2]]
    users = {row["trader_address"] for row in tables[1] if _is_of(row, "m1", day)} if sees else set()
    found = features([*tables[:2], tokens, *tables[3:]], [as_of])
    assert {pair: row["known_at"] for pair, row in found.items()} == {
        pair: late if pair[0] in users else row["known_at"] for pair, row in before.items()
    }


def _is_of(row: Row, mint: str, day: date) -> bool:
    return row["token_mint"] == mint and _day(row) == day


@few
@given(seed=seeds, as_of=as_of_days)
def test_labels_see_their_window_and_nothing_after_it(outcomes, seed, as_of):
    trader_days = market(seed)[0]
    pairs = [(one, day) for one in TRADERS for day in (as_of, shift(as_of, 1))]
    held = {(one, day) for one, day in pairs for row in trader_days if _held(row, one, day)}
    whole = outcomes(trader_days, sorted(held))
    for day in (as_of, shift(as_of, 1)):
        own = sorted(pair for pair in held if pair[1] == day)
        known = [row for row in reversed(trader_days) if row["day"] < shift(day, 7)]
        assert outcomes(known, own) == {pair: whole[pair] for pair in own}


def _held(row: Row, trader: str, as_of: date) -> bool:
    return row["trader_address"] == trader and shift(as_of, -30) <= row["day"] < as_of
