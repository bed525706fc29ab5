"""Virtual reserves that an event rewrote after the last trade of a day: prices at the close follow from them.

A mayhem coin's virtual reserves may be set anew between two trades. Real reserves stay, so tapes do not look here.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, UNSOLD_TOKEN_UNITS

#: Where an event or a trade stands in the chain, coarse to fine.
PLACE = ("at", "slot", "tx_index", "event_index")
#: Reserves of a mint: virtual ones, which a rewrite sets, and real ones.
_SAYS = ("virtual_sol_lamports", "virtual_token_units", "real_sol_lamports", "real_token_units")


def last_rewrites(events: DataFrame) -> DataFrame:
    """The last rewrite of each mint and day (`token_mint`, `day`, struct `rewrite`), by `bronze_token_events`.

    One that landed on a later day than its own is left out: the trades after it state what it did.
    """
    of_day = events.where("event_kind = 'rewrite' AND CAST(occurred_at AS DATE) = dump_day")
    place = F.struct("occurred_at", *(F.coalesce(F.col(name), F.lit(-1)).alias(name) for name in PLACE[1:]))
    rewrite = F.struct(F.col("occurred_at").alias("at"), *PLACE[1:], *_SAYS[:2], F.lit("pump_curve").alias("venue"))
    return of_day.groupBy("token_mint", F.col("dump_day").alias("day")).agg(F.max_by(rewrite, place).alias("rewrite"))


def rewritten(daily: DataFrame, rewrites: DataFrame) -> DataFrame:
    """Mint-days whose struct `last_reserves` is that of the rewrite where this came later."""
    joined = daily.join(rewrites, ["token_mint", "day"], "left")
    place = (F.col(f"rewrite.{name}").alias(name) for name in PLACE)
    virtual = (F.col(f"rewrite.{name}").alias(name) for name in _SAYS[:2])
    real = (value.alias(name) for name, value in zip(_SAYS[2:], _real_reserves(), strict=True))
    last = F.struct(*place, *virtual, *real, F.col("rewrite.venue").alias("venue"))
    chosen = F.when(_is_later(), last).otherwise(F.col("last_reserves"))
    return joined.withColumn("last_reserves", chosen).drop("rewrite")


def _real_reserves() -> tuple[Column, Column]:
    """What is really there: what the last trade left, since no rewrite moves it."""
    sol, tokens = F.col("last_reserves.virtual_sol_lamports"), F.col("last_reserves.virtual_token_units")
    return (
        F.coalesce("last_reserves.real_sol_lamports", sol - INITIAL_VIRTUAL_SOL_LAMPORTS),
        F.coalesce("last_reserves.real_token_units", tokens - UNSOLD_TOKEN_UNITS),
    )


def _is_later() -> Column:
    """Whether the rewrite came after the last trade that states reserves; what cannot be told did not."""
    is_later = F.lit(False)
    for name in reversed(PLACE):
        own, other = F.col(f"rewrite.{name}"), F.col(f"last_reserves.{name}")
        is_later = (own > other) | ((own == other) & is_later)
    return F.coalesce(is_later, F.lit(False))
