"""Random rows of the tables that features read: four traders and three mints, independent from day to day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

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
        "open_cost_close_lamports": draw.randrange(AMOUNT), "open_position_count_close": draw.randrange(4),
        "trade_count_close": draw.randrange(4, 30), "mint_count_close": draw.randrange(1, 9),
        "realised_loss_close_lamports": -draw.randrange(AMOUNT), "loss_count_close": draw.randrange(9),
        "volume_close_lamports": draw.randrange(AMOUNT), "volume_squared_close": Decimal(draw.randrange(AMOUNT**2)),
        "first_traded_at_close": _moment(draw, FIRST), "last_traded_at_close": _moment(draw, day),
        "outlay_lamports": cost - proceeds, "outlay_peak_lamports": max(cost - proceeds, 0) + draw.randrange(AMOUNT),
        "marked_value_lamports": draw.randrange(AMOUNT),
        "superseded_by_age": [draw.randrange(AMOUNT) for _ in range(6)],
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
                # Dan keeps nothing: without somebody who sells nearly all there is no ninth tenth of hold times.
                is_closed = (closes or trader == "dan") and age == last
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
    figures = ("volume_lamports", "trade_count", "trader_count", "new_mint_count")
    drawn = {name: draw.randrange(1, AMOUNT) for name in figures}
    return {**known, **drawn, "loss_count": losses, "matched_sell_count": sells, "losing_sell_share": losses / sells}


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


def day_of(row: Row) -> date:
    return row.get("day") or row.get("trade_date") or row["close_day"]


def upto(tables: list[list[Row]], end: date) -> list[list[Row]]:
    return [[row for row in rows if day_of(row) < end] for rows in tables]
