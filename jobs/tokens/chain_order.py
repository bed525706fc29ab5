"""Puts trades into the order in which the chain ran them, as far as sources state it, and flags what is inferred.

Native numbers compare only where they count the same things: slots everywhere, `tx_index` within one slot, and
`event_index` within one transaction (the same slot and `tx_index`, or the same signature). Where a slot or a `tx_index`
is missing, the transactions of a second are ordered by the source's own rank; then those come first whose first leg is
a buy, and then the id of that leg decides. The legs of a transaction stay together, by `event_index`, then buys before
sells.
"""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from pumploss import columns as c

#: The rows whose transaction has no stated place in a slot, and those of which anything native is missing.
_OPEN = "slot IS NULL OR tx_index IS NULL"
_LOOSE = f"{_OPEN} OR event_index IS NULL"
#: Stands for an event without a number: after those that have one.
_LAST_EVENT = 2**62
#: Columns of a trade's first leg that are looked up for the order, and dropped after it.
_LED = ("direction", "trade_id")
_STATED = ("traded_at", "slot", "tx_index", "event_index", "source_rank")


def is_loose(landed: DataFrame) -> bool:
    """Whether a slot, `tx_index` or `event_index` is missing anywhere: only then anything has to be inferred."""
    return bool(landed.where(_LOOSE).select("trade_id").limit(1).collect())


def placed(trades: DataFrame, landed: DataFrame, has_loose: bool = True) -> DataFrame:
    """Adds `order_in_mint_day` and `is_order_inferred` to trades, each once.

    `landed` may hold them several times: there the first legs of transactions are looked up. Where nothing is loose,
    the same order comes out of fewer columns.
    """
    if not has_loose:
        return _stated(trades)
    order = _order()
    ranked = _led(trades, landed).select(
        "*", F.row_number().over(order).alias(c.ORDER.name), _is_open_before(order).alias("is_open_before")
    )
    is_open_after = F.coalesce(F.lead("is_open_before").over(order), F.lit(False))
    return ranked.withColumn("is_order_inferred", F.col("is_open_before") | is_open_after)


def _stated(trades: DataFrame) -> DataFrame:
    """Places trades by native numbers alone. Neighbours are compared by hash: a collision would only set a flag."""
    order = Window.partitionBy("token_mint", "trade_date").orderBy(
        *(F.col(name).asc_nulls_last() for name in _STATED), "direction", "trade_id"
    )
    hashed = trades.withColumn("stated", F.xxhash64(*_STATED))
    as_before, as_after = (step("stated").over(order).eqNullSafe(F.col("stated")) for step in (F.lag, F.lead))
    return hashed.select(
        "*", F.row_number().over(order).alias(c.ORDER.name), (as_before | as_after).alias("is_order_inferred")
    )


def _led(trades: DataFrame, landed: DataFrame) -> DataFrame:
    """Adds the direction and the id that a trade's transaction is ordered by, where its place is not stated."""
    key = ["signature", "traded_at", "token_mint"]
    first = F.min(F.struct(F.coalesce("event_index", F.lit(_LAST_EVENT)).alias("event"), *_LED))
    signed = landed.where(f"signature IS NOT NULL AND ({_OPEN})")
    legs = signed.groupBy(*key).agg(first.alias("first"), F.count(F.lit(1)).alias("legs")).where("legs > 1")
    return trades.join(F.broadcast(legs.select(*key, "first")), key, "left").select(
        *trades.columns,
        *(F.when(F.expr(_OPEN), F.coalesce(F.col("first")[of], F.col(of))).alias(f"led_{of}") for of in _LED),
    )


def _order() -> WindowSpec:
    tx_index = F.when(F.col("slot").isNotNull(), F.col("tx_index"))
    transaction = (F.col(name) for name in ("source_rank", "led_direction", "led_trade_id"))
    keys = (F.col("slot"), tx_index, *transaction, F.col("event_index"))
    return Window.partitionBy("token_mint", "trade_date").orderBy(
        "traded_at", *(key.asc_nulls_last() for key in keys), "direction", "trade_id"
    )


def _is_open_before(order: WindowSpec) -> Column:
    """Whether only directions or ids put a trade after the one before it."""

    def same(name: str) -> Column:
        return F.coalesce(F.col(name) == F.lag(name).over(order), F.lit(False))

    def differs(name: str) -> Column:
        return F.coalesce(F.col(name) != F.lag(name).over(order), F.lit(False))

    is_one_transaction = same("signature") | (same("slot") & same("tx_index"))
    is_told = (
        differs("slot")
        | (same("slot") & differs("tx_index"))
        | (is_one_transaction & differs("event_index"))
        | (same("source") & differs("source_rank"))
    )
    return same("traded_at") & ~is_told
