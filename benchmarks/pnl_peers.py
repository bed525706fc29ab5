"""FIFO per trade of one day of `silver_trades`, as users of DuckDB, Polars and pandas would write it.

Each reads the table's own Parquet files, writes one Parquet file of sells (`trade_id`, `matched_units`,
`sold_cost_lamports`, `pnl_lamports`) and answers the totals. DuckDB and Polars go by cumulative units: what a sell cost
is the cost of all units up to where it ends minus that up to where it begins. What a lot cannot be divided into falls
elsewhere than in ours, so single costs differ by a lamport. DuckDB reckons in 128-bit integers, Polars in doubles.
"""

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from pumploss.columns import POSITION

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


class Totals(NamedTuple):
    """Sums over all sells: matched units, and in lamports their cost, and proceeds minus cost."""

    matched: int
    cost: int
    pnl: int


#: Of trades, the sells with what they used of earlier buys.
MATCHED = """
    WITH trades AS (
        SELECT trade_id, trader_address, token_mint, order_in_mint_day AS place, direction = 'buy' AS is_buy,
               token_units AS units, sol_lamports + if(direction = 'buy', fee_lamports, -fee_lamports) AS net
        FROM $trades
    ),
    running AS (
        SELECT *, coalesce(sum(units) FILTER (is_buy) OVER so_far, 0)::HUGEINT AS bought,
                  coalesce(sum(units) FILTER (NOT is_buy) OVER so_far, 0)::HUGEINT AS sold,
                  coalesce(sum(net) FILTER (is_buy) OVER so_far, 0)::HUGEINT AS paid
        FROM trades
        WINDOW so_far AS (PARTITION BY trader_address, token_mint ORDER BY place)
    ),
    placed AS (
        SELECT *, sold - greatest(0, max(sold - bought) OVER so_far) AS taken,
               if(is_buy, bought - units, taken) AS unit
        FROM running
        WINDOW so_far AS (PARTITION BY trader_address, token_mint ORDER BY place)
    ),
    lots AS (
        SELECT *, max(bought - units) FILTER (is_buy) OVER along AS lot_begin,
                  max(bought) FILTER (is_buy) OVER along AS lot_end,
                  max(paid - net) FILTER (is_buy) OVER along AS cost_begin,
                  max(paid) FILTER (is_buy) OVER along AS cost_end
        FROM placed
        WINDOW along AS (PARTITION BY trader_address, token_mint ORDER BY unit, place)
    ),
    sells AS (
        SELECT *, (taken - lot_begin) * (cost_end - cost_begin) // (lot_end - lot_begin) AS used_of_lot,
                  coalesce(cost_begin + used_of_lot, 0) AS used
        FROM lots
        WHERE NOT is_buy
    ),
    matched AS (
        SELECT trade_id, units, net,
               taken - lag(taken, 1, 0) OVER before AS matched_units, used - lag(used, 1, 0) OVER before AS cost
        FROM sells
        WINDOW before AS (PARTITION BY trader_address, token_mint ORDER BY place)
    )
    SELECT trade_id, matched_units::BIGINT AS matched_units, cost::BIGINT AS sold_cost_lamports,
           if(matched_units = 0, NULL, (net::HUGEINT * matched_units // units - cost)::BIGINT) AS pnl_lamports
    FROM matched
"""


def by_duckdb(files: list[str], target: str) -> Totals:
    """Window functions in one statement."""
    import duckdb

    with duckdb.connect() as connection:
        matched = MATCHED.replace("$trades", f"read_parquet({files!r})")
        connection.execute(f"COPY ({matched}) TO '{target}' (FORMAT parquet)")
        written = connection.read_parquet(target)
        (totals,) = written.aggregate("sum(matched_units), sum(sold_cost_lamports), sum(pnl_lamports)").fetchall()
    return Totals(*(int(value) for value in totals))


def by_polars(files: list[str], target: str) -> Totals:
    """Running sums over positions, and an as-of join from sells to the lot that their last unit came from."""
    sells = matched(pl.scan_parquet(files, hive_partitioning=False)).collect()
    sells.write_parquet(target)
    return Totals(*(int(sells[name].cast(pl.Int128).sum()) for name in sells.columns[1:]))


def matched(trades: pl.LazyFrame) -> pl.LazyFrame:
    """Of trades, the sells with what they used of earlier buys."""
    position = [*POSITION]
    is_buy, units = pl.col("direction") == "buy", pl.col("token_units")
    net = pl.col("sol_lamports") + pl.when(is_buy).then(pl.col("fee_lamports")).otherwise(-pl.col("fee_lamports"))
    names = ["trade_id", *position, "direction", "token_units", "sol_lamports", "fee_lamports", "order_in_mint_day"]
    placed = (
        trades.select(names)
        .sort(*position, "order_in_mint_day")
        .with_columns(net.alias("net"))
        .with_columns(
            pl.when(is_buy).then(units).otherwise(0).cum_sum().over(position).alias("bought"),
            pl.when(is_buy).then(0).otherwise(units).cum_sum().over(position).alias("sold"),
            pl.when(is_buy).then(pl.col("net")).otherwise(0).cum_sum().over(position).alias("paid"),
        )
        .with_columns((pl.col("sold") - pl.col("bought")).cum_max().over(position).clip(0).alias("unmatched"))
        .with_columns((pl.col("sold") - pl.col("unmatched")).alias("taken"))
    )
    lots = placed.filter(is_buy).select(
        *position, (pl.col("bought") - units).alias("begin"), units.alias("lot_units"), pl.col("net").alias("lot_cost"),
        (pl.col("paid") - pl.col("net")).alias("paid_before"),
    )  # fmt: skip
    part = (pl.col("taken") - pl.col("begin")) / pl.col("lot_units")
    return (
        placed.filter(~is_buy)
        .sort("taken", maintain_order=True)
        .join_asof(lots.sort("begin"), left_on="taken", right_on="begin", by=position, check_sortedness=False)
        .sort(*position, "order_in_mint_day")
        .with_columns((pl.col("paid_before") + part.clip(0, 1) * pl.col("lot_cost")).fill_null(0).alias("used"))
        .with_columns(
            (pl.col("taken") - pl.col("taken").shift(1, fill_value=0).over(position)).alias("matched_units"),
            (pl.col("used") - pl.col("used").shift(1, fill_value=0).over(position)).round(0).alias("cost"),
        )
        .select(
            "trade_id",
            "matched_units",
            pl.col("cost").cast(pl.Int64).alias("sold_cost_lamports"),
            pl.when(pl.col("matched_units") > 0)
            .then(
                (pl.col("net") * (pl.col("matched_units") / units)).round(0).cast(pl.Int64)
                - pl.col("cost").cast(pl.Int64)
            )
            .alias("pnl_lamports"),
        )
    )


def by_pandas(trades: "pd.DataFrame") -> Totals:
    """A loop over the rows, with a queue of lots per position, exact as ours: Python's integers know no bound."""
    lots: dict[tuple[str, str], deque[list[int]]] = defaultdict(deque)
    all_matched = all_cost = all_pnl = 0
    rows: Iterator[Any] = trades.sort_values([*POSITION, "order_in_mint_day"]).itertuples()
    for row in rows:
        queue = lots[(row.trader_address, row.token_mint)]
        if row.direction == "buy":
            queue.append([row.token_units, row.sol_lamports + row.fee_lamports])
            continue
        left, cost = row.token_units, 0
        while left and queue:
            units, lot_cost = queue[0]
            part = min(left, units)
            share = lot_cost if part == units else lot_cost * part // units
            left, cost = left - part, cost + share
            if part == units:
                queue.popleft()
            else:
                queue[0] = [units - part, lot_cost - share]
        matched = row.token_units - left
        net = row.sol_lamports - row.fee_lamports
        if matched:
            proceeds = abs(net) * matched // row.token_units * (1 if net > 0 else -1)
            all_matched, all_cost, all_pnl = all_matched + matched, all_cost + cost, all_pnl + proceeds - cost
    return Totals(all_matched, all_cost, all_pnl)
