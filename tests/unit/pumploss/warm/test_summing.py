"""Sums of a day of trades are what plain code makes of the same trades."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from pumploss.errors import CheckError
from pumploss.warm import publishing, summing
from pumploss.warm.staged import StagedTable
from pumploss.warm.staging import Staging
from pumploss.warm.summed_tables import TOKEN_DAYS, TOKEN_HOURS, TOKEN_TRADER_DAYS, TRADER_DAYS
from pumploss.warm.tables import TRADES
from pumploss.warm.warm_table import WarmTable
from tests.building.loss_rows import DAY
from tests.building.trades_of_a_day import drawn_trades, trade_rows

Rows = dict[tuple[Any, ...], list[dict[str, Any]]]


def grouped(rows: list[dict[str, Any]], *names: str) -> Rows:
    groups: Rows = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return groups


def realised(rows: list[dict[str, Any]]) -> Decimal | None:
    made = [row["pnl_sol"] for row in rows if row["pnl_sol"] is not None]
    return sum(made, Decimal(0)) if made else None


def volume(rows: list[dict[str, Any]]) -> Decimal:
    return sum((row["sol_amount"] for row in rows), Decimal(0))


def traders(rows: list[dict[str, Any]]) -> int:
    return len({row["trader_address"] for row in rows})


def held(rows: list[dict[str, Any]]) -> Decimal:
    return sum((row["token_amount"] * (1 if row["direction"] == "buy" else -1) for row in rows), Decimal(0))


def times(rows: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    found = [row["time"] for row in rows]
    return min(found), max(found)


def expected(rows: list[dict[str, Any]]) -> dict[WarmTable, set[tuple[Any, ...]]]:
    hourly = [{**row, "hour": row["time"].replace(minute=0, second=0, microsecond=0)} for row in rows]
    return {
        TRADER_DAYS: {
            (
                *(DAY, *who, len(made), len({row["token_mint"] for row in made}), volume(made), realised(made) or 0),
                sum((row["pnl_sol"] for row in made if (row["pnl_sol"] or 0) < 0), Decimal(0)),
            )
            for who, made in grouped(rows, "trader_address").items()
        },
        TOKEN_DAYS: {
            (DAY, *token, len(made), traders(made), volume(made), realised(made) or 0, *times(made))
            for token, made in grouped(rows, "token_mint").items()
        },
        TOKEN_HOURS: {
            (hour, token, len(made), traders(made), volume(made), realised(made) or 0)
            for (token, hour), made in grouped(hourly, "token_mint", "hour").items()
        },
        TOKEN_TRADER_DAYS: {
            (DAY, *pair, len(made), volume(made), realised(made), held(made), *times(made))
            for pair, made in grouped(rows, "token_mint", "trader_address").items()
        },
    }


def shown(warm: psycopg.Connection, staged: StagedTable) -> list[tuple[Any, ...]]:
    return warm.execute(psycopg.sql.SQL("SELECT * FROM {}").format(staged.identifier)).fetchall()


@pytest.fixture
def staging(warm: psycopg.Connection) -> Any:
    with publishing.exclusive(warm) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_the_trades(warm: psycopg.Connection, staging: Staging, seed: int) -> None:
    trades = drawn_trades(Random(seed), DAY, 200)
    summing.sum_up(staging, staging.load(TRADES, [trades], 200, DAY))
    wanted = expected(trade_rows(trades))
    by_table = {staged.table: staged for staged in staging.loaded}
    assert {by_table[table].rows - len(found) for table, found in wanted.items()} == {0}
    for table, found in wanted.items():
        stored = shown(warm, by_table[table])
        assert len(stored) == len(found)
        assert set(stored) == found, table.name


def test_a_sum_that_misses_a_trade_is_not_shown(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = staging.load(TRADES, [drawn_trades(Random(1), DAY, 20)], 20, DAY)
    query = summing.SUMS[TRADER_DAYS].replace("count(*)", "1::bigint")
    monkeypatch.setattr(summing, "SUMS", {TRADER_DAYS: query})
    said = "trader_days of 2026-01-31 was not published, readers keep what they have: trades is"
    with pytest.raises(CheckError, match=said):
        summing.sum_up(staging, staged)


def test_an_empty_day_sums_up_to_nothing(staging: Staging) -> None:
    empty = drawn_trades(Random(1), DAY, 0)
    summing.sum_up(staging, staging.load(TRADES, [empty], 0, DAY))
    assert [staged.rows for staged in staging.loaded] == [0] * 5
