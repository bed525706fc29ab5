"""Closes mint-days: what they take over from the days before, and whether their tapes are whole."""

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.tokens import tape_completeness, tape_links
from jobs.tokens.close_state import RESERVES, carried, earlier_state, own_state
from pumploss.contract import Type
from pumploss.tables.gold_token_day import TABLE

#: What the facts of a mint-day say of `gold_token_day`.
_OWN = (
    "token_mint", "day", "trade_count", "buy_count", "sell_count", "hop_count", "trader_count", "volume_lamports",
    "fees_lamports", "realised_pnl_lamports", "matched_sell_count", "loss_count", "price_high_sol", "price_low_sol",
    "spot_high_sol", "spot_close_sol", "volatility", "venue_close", "token_decimals", "first_traded_at",
    "last_traded_at", "is_sampled", "net_cash_flow_lamports", "known_at",
)  # fmt: skip
#: What the days before add to it.
_SO_FAR = (
    "buyer_count_close", "price_peak_close_sol", "spot_peak_close_sol", "mint_number", "is_new_mint", "tape_gap_count",
    "tape_break_count", "is_tape_complete", "is_tape_broken", *tape_completeness.LEVELS, "initial_token_units",
)  # fmt: skip
#: What marks are made of.
_MARKING = {
    **dict.fromkeys(RESERVES, Type.BIGINT), "raw": Type.DOUBLE, "price": Type.DOUBLE, "recent": Type.DOUBLES,
    "fee_volume": Type.BIGINT, "known_fees": Type.BIGINT,
}  # fmt: skip
#: What a row that stands for the days before holds, with the columns of those flows that have come to a level.
_BEFORE = ("is_tape_complete", "initial_token_units", "mint_number")
#: What `close` is handed of facts, and of rows before.
GIVEN = {
    **{name: TABLE[name].type for name in (*_OWN, *_BEFORE)},
    **_MARKING,
    **{column.name: column.type for column in tape_links.LINKS.columns},
    "new_buyer_count": Type.BIGINT, "net_bought_units": Type.WIDE, "is_before": Type.BOOLEAN,
    "is_set_aside": Type.BOOLEAN,
}  # fmt: skip
CLOSED = {
    **{name: TABLE[name].type for name in (*_OWN, *_SO_FAR)},
    **_MARKING, "ever_traded_at": Type.TIMESTAMP, "is_set_aside": Type.BOOLEAN,
}  # fmt: skip
_DDL = ", ".join(f"{name} {kind.spark}" for name, kind in CLOSED.items())
_SCHEMA = pa.schema([(name, kind.arrow) for name, kind in CLOSED.items()])


def closed(daily: DataFrame, before: DataFrame, groups: int = 1) -> DataFrame:
    """Make `CLOSED` of the facts of mint-days and of each mint's latest earlier row of `gold_token_day`.

    Mints are closed in so many groups: memory holds one.
    """
    both = _given(own_state(daily)).unionByName(_given(earlier_state(before)))
    group = F.pmod(F.xxhash64("token_mint"), F.lit(groups)).cast("int").alias("mint_group")
    return both.groupBy(group).applyInArrow(close, _DDL)


def _given(rows: DataFrame) -> DataFrame:
    """Give rows all columns of GIVEN, those that they have not without a value."""
    has = set(rows.columns)
    return rows.select(
        *((F.col(name) if name in has else F.lit(None)).cast(kind.spark).alias(name) for name, kind in GIVEN.items())
    )


def close(mints: pa.Table) -> pa.Table:
    """Close all days of some mints, in any order; rows that are `is_before` say where a mint stood."""
    rows = pl.DataFrame(pl.from_arrow(mints)).sort("token_mint", "day")
    levels = tape_completeness.closed(carried(rows.with_columns(mint=pl.col("token_mint").rle_id())))
    kept = levels.filter(~pl.col("is_before")).select(*CLOSED)
    return pa.table(kept.to_arrow()).cast(_SCHEMA)
