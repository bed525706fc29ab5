"""Round trips of every trader and mint: from the first buy of an empty position until it is empty again.

State is this table's latest row of the positions that trade, so a night costs what its trades cost.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from pnl import trace_cohort
from pnl.round_trips import STATE, TRADE
from pumploss.columns import POSITION
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.tables import silver_open_lots, silver_trade_pnl
from pumploss.tables.silver_round_trips import TABLE


def transform(pnl: DataFrame, before: DataFrame) -> DataFrame:
    """Trades with their profit, and the latest earlier rows of their positions, to `silver_round_trips`."""
    types = {column.name: column.type.spark for column in (*TABLE.columns, *silver_trade_pnl.TABLE.columns)}
    names = dict.fromkeys((*TRADE, *STATE))
    both = [
        frame.select(
            *(F.col(name) if name in kept else F.lit(None).cast(types[name]).alias(name) for name in names),
        )
        for frame, kept in ((pnl, TRADE), (before, STATE))
    ]
    return both[0].unionByName(both[1]).groupBy("trader_cohort").applyInArrow(trace_cohort, TABLE.ddl)


def uneven_closes(pnl: DataFrame, lots: DataFrame) -> DataFrame:
    """Positions whose lots at a day's close are not what the day's last trade left: `trader_address`, `token_mint`,
    `close_day`, and both sides as `units`, `cost`, `lot_units`, `lot_cost` (missing where a side has no row).
    """
    key = [*POSITION, "close_day"]
    last = F.max(F.struct("order_in_mint_day", "position_units", "position_cost_lamports"))
    after = pnl.groupBy(*POSITION, F.col("trade_date").alias("close_day")).agg(last.alias("after"))
    left = after.select(
        *key, F.col("after.position_units").alias("units"), F.col("after.position_cost_lamports").alias("cost")
    )
    held = lots.groupBy(*key).agg(F.sum("open_units").alias("lot_units"), F.sum("open_cost_lamports").alias("lot_cost"))
    same = F.col("units").eqNullSafe(F.col("lot_units")) & F.col("cost").eqNullSafe(F.col("lot_cost"))
    return left.join(held, key, "full_outer").where(~same)


def carried_trips(context: Context, pnl: DataFrame, days: Days) -> DataFrame:
    """The latest rows before these days of the positions that trade in them."""
    earlier = latest_before(context, TABLE, pnl.select("token_mint"), days[0])
    return earlier.join(pnl.select(*POSITION).distinct(), [*POSITION], "left_semi")


def run(context: StepContext, days: Days) -> None:
    """Trace these days on top of the round trips before them.

    Raises ConservationError where lots, trades and round trips disagree about what a position holds.
    """
    pnl = context.read(silver_trade_pnl.TABLE, days)
    _refuse_uneven(uneven_closes(pnl, context.read(silver_open_lots.TABLE, days)))
    context.publish(TABLE, transform(pnl, carried_trips(context, pnl, days)), days)


def _refuse_uneven(uneven: DataFrame) -> None:
    for row in uneven.orderBy("close_day", *POSITION).limit(1).collect():
        raise ConservationError(
            f"silver_open_lots of {row['close_day']}: the lots of {row['trader_address']} in {row['token_mint']} sum "
            f"to {row['lot_units']} units at {row['lot_cost']} lamports, its last trade left {row['units']} at "
            f"{row['cost']}. Run silver_trade_pnl of {row['close_day']} again."
        )
