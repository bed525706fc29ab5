"""Sums up busy tokens over all days that will be shown, so that no reader adds up thousands of their traders.

Only what a publish changes is summed up again: tokens that were traded on a day that comes or goes, and those that were
not busy before. What that costs is bounded by the days that are kept, not by the history of the lake.
"""

from collections.abc import Collection
from datetime import date
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from pumploss.warm.staging import Staging
from pumploss.warm.summed_tables import (
    BUSY_ROWS,
    BUSY_TOKEN_LOSERS,
    BUSY_TOKENS,
    KEPT_LOSERS,
    TOKEN_DAYS,
    TOKEN_TRADER_DAYS,
)
from pumploss.warm.warm_table import STAGING, WarmTable

_BUSY, _TRADERS = sql.Identifier(STAGING, "busy"), sql.Identifier(STAGING, "busy_traders")

_CHOSEN: Final[LiteralString] = """
CREATE UNLOGGED TABLE {busy} AS
SELECT token_mint, token_mint IN (SELECT token_mint FROM {changed} AS of_changed_days)
                   OR token_mint NOT IN (SELECT token_mint FROM {live}) AS is_changed
FROM {days} AS of_days GROUP BY token_mint HAVING sum(traders) > {most}
"""
_SUMMED: Final[LiteralString] = """
CREATE UNLOGGED TABLE {traders} AS
SELECT token_mint, trader_address, sum(realised_sol) AS realised_sol, sum(trades)::bigint AS trades,
       sum(volume_sol) AS volume_sol, sum(held_tokens) AS held_tokens, min(first_trade) AS first_trade,
       max(last_trade) AS last_trade
FROM {days} AS of_days WHERE token_mint IN (SELECT token_mint FROM {busy} WHERE is_changed)
GROUP BY token_mint, trader_address
"""
_KEPT: Final[LiteralString] = """
SELECT live.* FROM {live} AS live JOIN {busy} AS busy USING (token_mint) WHERE NOT busy.is_changed
"""
_SUMMARY: Final[LiteralString] = """
SELECT token_mint, count(*), count(*) FILTER (WHERE realised_sol < 0), count(realised_sol), sum(trades)::bigint,
       sum(volume_sol), coalesce(sum(realised_sol), 0), count(*) FILTER (WHERE held_tokens > 0), min(first_trade),
       max(last_trade)
FROM {traders} GROUP BY token_mint UNION ALL {kept} ORDER BY 1
"""
_LOSERS: Final[LiteralString] = """
SELECT * FROM (
    SELECT token_mint, (row_number() OVER of_token)::integer AS rank, trader_address, realised_sol, trades, volume_sol,
           held_tokens
    FROM {traders} WINDOW of_token AS (PARTITION BY token_mint ORDER BY realised_sol NULLS LAST, trader_address)
) AS ranked WHERE rank <= {most} UNION ALL {kept} ORDER BY 1, 2
"""


def stage_busy_tokens(
    connection: psycopg.Connection, staging: Staging, live: Collection[date], days: Collection[date]
) -> dict[str, int]:
    """Stage the sums of busy tokens over these days, of which some are staged and the others live.

    `live` are the days that are shown until now. Answers the rows of each table by its name.
    """
    came = {loaded.day for loaded in staging.loaded if loaded.table == TOKEN_DAYS}
    stays, goes = sorted({*days} - came), sorted({*live} - ({*days} - came))
    names = {"busy": _BUSY, "traders": _TRADERS}
    with connection.transaction():
        connection.execute(
            sql.SQL(_CHOSEN).format(
                **names,
                changed=_rows(staging, TOKEN_DAYS, "token_mint", goes),
                days=_rows(staging, TOKEN_DAYS, "token_mint, traders", stays),
                live=BUSY_TOKENS.live,
                most=sql.Literal(BUSY_ROWS),
            )
        )
        connection.execute(sql.SQL("ANALYZE {}").format(_BUSY))
        connection.execute(sql.SQL(_SUMMED).format(**names, days=_rows(staging, TOKEN_TRADER_DAYS, "*", stays)))
        rows = {}
        for table, query in ((BUSY_TOKENS, _SUMMARY), (BUSY_TOKEN_LOSERS, _LOSERS)):
            kept = sql.SQL(_KEPT).format(live=table.live, busy=_BUSY)
            summed = sql.SQL(query).format(traders=_TRADERS, kept=kept, most=sql.Literal(KEPT_LOSERS))
            rows[table.name] = staging.derive(table, summed).rows
        connection.execute(sql.SQL("DROP TABLE {}, {}").format(_BUSY, _TRADERS))
    return rows


def _rows(staging: Staging, table: WarmTable, columns: LiteralString, days: Collection[date]) -> sql.Composed:
    """Select what is staged of a table, and these days of what is live."""
    read = sql.SQL("SELECT {} FROM {}")
    parts = [read.format(sql.SQL(columns), part.identifier) for part in staging.loaded if part.table == table]
    live = read.format(sql.SQL(columns), table.live)
    # Days stand in the query, so that it reads no others.
    parts.append(sql.SQL("{} WHERE day = ANY({}::date[])").format(live, sql.Literal(list(days))))
    return sql.SQL("({})").format(sql.SQL(" UNION ALL ").join(parts))
