"""What each trader met at its first buy of a mint: age of the token, place on the curve, price before and after.

The one step that walks the tapes of mints for the sake of features: windows of many days add up its rows and never read
a trade again.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from features.tapes.entries import STATE, TAPE, entries_of
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.columns import POSITION
from pumploss.days import Days
from pumploss.tables import gold_token_day, silver_trader_mint_day, silver_trades
from pumploss.tables.silver_entries import TABLE

#: Tapes are walked in as many parts as there are groups of cohorts of traders.
PART = "part"
_KEY = ("token_mint", "trade_date")


def transform(
    trades: DataFrame, mint_days: DataFrame, token_days: DataFrame, before: DataFrame, parts: int = COHORTS
) -> DataFrame:
    """Trades, traders' days in mints, mints' days and each mint's latest earlier one, to `silver_entries`."""
    part = F.pmod(F.xxhash64(*_KEY), F.lit(parts)).cast("int").alias(PART)
    first = mint_days.where("first_seen_day = trade_date AND buy_count > 0")
    pairs = first.select(*POSITION, "trade_date", F.lit(True).alias("is_first_here"))
    # -1 stands for what is not stated: the embedded engine takes no missing values into a walk over two frames.
    stated = [F.coalesce(name, F.lit(-1)).alias(name) if silver_trades.TABLE[name].nullable else name for name in TAPE]
    known = trades.select(*stated, part).join(pairs, [*POSITION, "trade_date"], "left")
    tape = known.select(*TAPE, PART, F.coalesce("is_first_here", F.lit(False)).alias("is_first_buy"))
    state = states(token_days, before).select(*_KEY, *STATE, part)
    by_part = tape.groupBy(PART).cogroup(state.groupBy(PART))
    return by_part.applyInArrow(entries_of, TABLE.ddl)


def states(token_days: DataFrame, before: DataFrame) -> DataFrame:
    """What stood at the close of each mint's day before, beside what is known of it at its own day's close.

    What is not known is -1, or NaN; the beginning of a tape is in microseconds.
    """
    earlier = {
        "price_before_sol": "spot_close_sol",
        "peak_before_sol": "spot_peak_close_sol",
        "buyers_before_count": "buyer_count_close",
    }
    # A window holds all columns of what it looks at, so it is given no others.
    names = ["token_mint", "day", *(name for name in STATE if name not in earlier), *earlier.values()]
    own, held = (
        frame.select(*names, F.lit(is_before).alias("is_before"))
        for frame, is_before in ((token_days, False), (before, True))
    )
    order = Window.partitionBy("token_mint").orderBy("day")
    lagged = own.unionByName(held).withColumns({name: F.lag(close).over(order) for name, close in earlier.items()})
    known = {
        "tape_began_at": F.coalesce(F.unix_micros("tape_began_at"), F.lit(-1)),
        "initial_token_units": F.coalesce("initial_token_units", F.lit(-1)),
        "price_before_sol": F.coalesce("price_before_sol", F.lit(float("nan"))),
        "peak_before_sol": F.coalesce("peak_before_sol", F.lit(float("nan"))),
        "buyers_before_count": F.coalesce("buyers_before_count", F.lit(0)),
    }
    of_days = lagged.where("NOT is_before").withColumns(known)
    return of_days.select("token_mint", F.col("day").alias("trade_date"), *STATE)


def run(context: StepContext, days: Days) -> None:
    """Walk the tapes of these days."""
    trades = context.read(silver_trades.TABLE, days)
    token_days = context.read(gold_token_day.TABLE, days)
    before = latest_before(context, gold_token_day.TABLE, token_days.select("token_mint"), days[0])
    mint_days = context.read(silver_trader_mint_day.TABLE, days)
    context.publish(TABLE, transform(trades, mint_days, token_days, before, context.groups(days)), days)
