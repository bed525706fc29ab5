"""Sums trades up as they are staged: per trader and day, and per token by day, hour, and trader."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Final, LiteralString

from psycopg import sql

from pumploss.warm.loaders import Loaders
from pumploss.warm.loading import Slice
from pumploss.warm.staged import StagedTable
from pumploss.warm.staging import Staging
from pumploss.warm.summed_tables import TOKEN_DAYS, TOKEN_HOURS, TOKEN_TRADER_DAYS, TRADER_DAYS
from pumploss.warm.tables import TRADES
from pumploss.warm.warm_table import WarmTable

#: What makes a day of each table, in the order of its columns and of its key: out of a day of `trades`, or of
#: `traders`, its sums by token and trader, which come before.
SUMS: Final[Mapping[WarmTable, LiteralString]] = {
    TRADER_DAYS: """
SELECT {day}, trader_address, count(*), count(DISTINCT token_mint), sum(sol_amount), coalesce(sum(pnl_sol), 0),
       coalesce(sum(pnl_sol) FILTER (WHERE pnl_sol < 0), 0)
FROM {trades} GROUP BY trader_address ORDER BY trader_address
""",
    TOKEN_HOURS: """
SELECT hour, token_mint, sum(trades)::bigint, count(*), sum(volume), coalesce(sum(realised), 0)
FROM (
    SELECT date_trunc('hour', time, 'UTC') AS hour, token_mint, count(*) AS trades, sum(sol_amount) AS volume,
           sum(pnl_sol) AS realised
    FROM {trades} GROUP BY 1, token_mint, trader_address
) AS of_trader
GROUP BY token_mint, hour ORDER BY token_mint, hour
""",
    TOKEN_TRADER_DAYS: """
SELECT {day}, token_mint, trader_address, count(*), sum(sol_amount), sum(pnl_sol),
       sum(CASE direction WHEN 'buy' THEN token_amount ELSE -token_amount END), min(time), max(time)
FROM {trades} GROUP BY token_mint, trader_address ORDER BY token_mint, trader_address
""",
    TOKEN_DAYS: """
SELECT {day}, token_mint, sum(trades)::bigint, count(*), sum(volume_sol), coalesce(sum(realised_sol), 0),
       min(first_trade), max(last_trade)
FROM {traders} GROUP BY token_mint ORDER BY token_mint
""",
}


def stage_trades(
    staging: Staging, by: Loaders, slices: Iterable[Slice], day: date, expected_rows: int | None = None
) -> None:
    """Stage a day of trades with its sums, as a work of the loaders: another of them indexes it meanwhile."""
    copied = staging.copy(TRADES, slices, expected_rows, day)
    by.follow(partial(Staging.finish, copied=copied))
    sum_up(staging, copied.staged)


def sum_up(staging: Staging, trades: StagedTable) -> None:
    """Stage the sums of a staged day of trades.

    Raises CheckError where a table does not count every trade.
    """
    assert trades.day is not None
    day = sql.SQL("{}::date").format(sql.Literal(trades.day))
    staged: dict[str, StagedTable] = {}
    for table, query in SUMS.items():
        traders = staged.get(TOKEN_TRADER_DAYS.name, trades).identifier
        made_of = sql.SQL(query).format(day=day, trades=trades.identifier, traders=traders)
        staged[table.name] = staging.derive(table, made_of, trades.day, {"trades": trades.rows})
