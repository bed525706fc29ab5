"""Routes through other coins: the coin in the middle is bought and given on in one transaction, and held by nobody.

A line that trades a coin against anything but SOL is refused (`non_sol_quote`), but says how much of either moved. A
coin of which a wallet's transaction gives on, through such lines, as much as it got was in the middle of a route: the
trades that got or gave it against SOL stay, flagged `is_hop`, and are no holding and no sale. Where more or less of it
was given on, some was held: these trades are as any other, and counted.
"""

from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.tokens.decimals import is_in_tokens
from pumploss.reasons import Reason
from sources.interpreting.casts import MAX_DECIMALS
from sources.interpreting.swaps import LEG_DECIMALS
from sources.parsing.schema import LEG_COLUMNS

KEY = ("dump_day", "source", "signature", "trader_address", "token_mint")
#: A refused line whose columns say which coins it moved.
IS_LEG = (
    f"reason = '{Reason.NON_SOL_QUOTE.value}' AND signature IS NOT NULL AND trader_address IS NOT NULL "
    "AND token_mint IS NOT NULL AND quote_mint IS NOT NULL AND direction IS NOT NULL"
)
#: Beyond this no amount is of a coin, and sums would not fit.
_MOST = Decimal(10**34)


def legs(refused: DataFrame) -> DataFrame:
    """Lists refused lines without SOL, each once; `sol_lamports` is what of their quote moved, without their fee."""
    return refused.where(IS_LEG).select("dump_day", "source", *LEG_COLUMNS).distinct()


def middles(trades: DataFrame, between: DataFrame) -> DataFrame:
    """Finds KEY of the coins that transactions traded against SOL and gave on, and `is_hop`: whether in full.

    `between` are `legs`.
    """
    paid = F.col("sol_lamports") + _signed("direction", F.coalesce("fee_lamports", F.lit(0)))
    moved = between.select(*KEY, _amount("token_units", _leg_places()).alias("amount"), "direction").unionByName(
        between.select(
            *KEY[:-1],
            F.col("quote_mint").alias("token_mint"),
            _amount(paid, _leg_places()).alias("amount"),
            F.when(F.col("direction") == "buy", "sell").otherwise("buy").alias("direction"),
        )
    )
    given = moved.groupBy(*KEY).agg(F.sum(_signed("direction", F.col("amount"))).alias("given_on"))
    own = trades.where("signature IS NOT NULL").join(F.broadcast(given.select(*KEY)), list(KEY), "left_semi")
    places = F.when(is_in_tokens(), F.col("token_decimals")).otherwise(F.lit(MAX_DECIMALS))
    got = own.groupBy(*KEY).agg(F.sum(_signed("direction", _amount("token_units", places))).alias("got"))
    return got.join(given, list(KEY)).select(
        *KEY, F.coalesce(F.expr("got + given_on = 0"), F.lit(False)).alias("is_hop")
    )


def flagged(trades: DataFrame, found: DataFrame) -> DataFrame:
    """Flags the trades of coins in the middle of a route; `found` are `middles`."""
    hops = F.broadcast(found.where("is_hop").select(*KEY, F.lit(True).alias("is_middle")))
    joined = trades.join(hops, list(KEY), "left").withColumn("is_hop", F.coalesce("is_middle", F.lit(False)))
    return joined.select(*trades.columns)


def _signed(direction: str, amount: Column) -> Column:
    return F.when(F.col(direction) == "buy", amount).otherwise(-amount)


def _leg_places() -> Column:
    return F.when(is_in_tokens(), F.lit(LEG_DECIMALS)).otherwise(F.lit(MAX_DECIMALS))


def _amount(units: "Column | str", places: Column) -> Column:
    """Writes an amount with the most places that there are; base units of the chain are left as they are."""
    powers = F.array(*(F.lit(10**power).cast("decimal(19,0)") for power in range(MAX_DECIMALS + 1)))
    column = F.col(units) if isinstance(units, str) else units
    amount = (column.cast("decimal(19,0)") * F.element_at(powers, F.lit(MAX_DECIMALS + 1) - places)).cast(
        "decimal(38,0)"
    )
    return F.when(amount <= F.lit(_MOST), amount)
