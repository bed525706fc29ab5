"""Closes mint-days: what they take over from the days before, and whether their tapes are whole."""

from collections.abc import Collection

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.tokens import tape_completeness, tape_links
from jobs.tokens.close_state import RESERVES, STORED, carried, earlier_state, own_state
from pumploss.contract import Type
from pumploss.tables.gold_token_day import TABLE
from pumploss.walks import by_mints

#: What the days before add to it.
_SO_FAR = (
    "buyer_count_close", "price_peak_close_sol", "spot_peak_close_sol", "mint_number", "is_new_mint", "tape_gap_count",
    "tape_break_count", "is_tape_complete", "is_tape_broken", *tape_completeness.LEVELS, "initial_token_units",
)  # fmt: skip
#: What marks, and what they are made of, add to both.
_AFTER = (
    *STORED, "price_close_sol", "recent_prices", "mark_price", "mark_method", "fee_close_share", "tape_began_at",
)  # fmt: skip
#: What the facts of a mint-day say: all else of the table.
_OWN = tuple(name for name in TABLE.names if name not in (*_SO_FAR, *_AFTER))
#: What marks are made of.
_MARKING = {
    **dict.fromkeys(RESERVES, Type.BIGINT), "raw": Type.DOUBLE, "price": Type.DOUBLE, "recent": Type.DOUBLES,
    "fee_volume": Type.BIGINT, "known_fees": Type.BIGINT,
}  # fmt: skip
#: What only rows that stand for the days before hold, with the columns of those flows that have come to a level.
_BEFORE = {
    **{name: TABLE[name].type for name in ("is_tape_complete", "initial_token_units", "mint_number")},
    "is_set_aside": Type.BOOLEAN,
}  # fmt: skip
#: What `close` is handed of facts, and of rows before.
GIVEN = {
    **{name: TABLE[name].type for name in _OWN},
    **_BEFORE,
    **_MARKING,
    **{column.name: column.type for column in tape_links.LINKS.columns},
    "new_buyer_count": Type.BIGINT, "net_bought_units": Type.WIDE, "is_before": Type.BOOLEAN,
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
    state = earlier_state(before)
    own, held = _given(own_state(daily), _BEFORE), _given(state, GIVEN.keys() - set(state.columns))
    return by_mints(own.unionByName(held), groups).applyInArrow(close, _DDL)


def _given(rows: DataFrame, lacking: Collection[str]) -> DataFrame:
    """Give rows all columns of GIVEN, those that they lack without a value."""
    return rows.select(
        *(
            (F.lit(None) if name in lacking else F.col(name)).cast(kind.spark).alias(name)
            for name, kind in GIVEN.items()
        )
    )


def close(mints: pa.Table) -> pa.Table:
    """Close all days of some mints, in any order; rows that are `is_before` say where a mint stood."""
    rows = pl.DataFrame(pl.from_arrow(mints)).sort("token_mint", "day")
    levels = tape_completeness.closed(carried(rows.with_columns(mint=pl.col("token_mint").rle_id())))
    kept = levels.filter(~pl.col("is_before")).select(*CLOSED)
    return pa.table(kept.to_arrow()).cast(_SCHEMA)
