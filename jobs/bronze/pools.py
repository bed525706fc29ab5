"""Trades that name only their pool: which mint that trades, since which dump day it is known, and what waits for it."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.bronze.refused_lines import LINE, TEXT
from pumploss.days import Days
from pumploss.lake.delta import day_condition
from pumploss.money import MOST_LAMPORTS, PUMP_TOKEN_DECIMALS, SOL_DECIMALS
from pumploss.reasons import Reason
from sources import arriving
from sources.declaration import Arrival
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS
from sources.parsing.files import MAX_LATENESS
from sources.reading.physical_lines import HEAD_BYTES

#: Which trades wait for their mint, and which events name it; a migration names the pool that the curve moves to.
IS_POOLED = "kind = 'trade' AND token_mint IS NULL AND pool_address IS NOT NULL"
NAMES_POOL = "event_kind IN ('create_pool', 'migrate') AND pool_address IS NOT NULL"


def known_pools(events: DataFrame) -> DataFrame:
    """Takes of each pool what its first dump day says, and since when it is known: later days change nothing of it.

    Of one day a creation counts before a migration, then chain order decides.
    """
    chain = (
        F.col(name).asc_nulls_last()
        for name in ("event_kind", "occurred_at", "slot", "tx_index", "event_index", "file", "line_number")
    )
    first = F.row_number().over(Window.partitionBy("pool_address").orderBy("dump_day", *chain))
    # A migration that does not say otherwise moves a coin of pump.fun into a pool against SOL.
    is_migration = F.col("event_kind") == "migrate"
    quote = F.coalesce("quote_mint", F.when(is_migration, F.lit(SOL_MINTS[-1])))
    decimals = F.coalesce("token_decimals", F.when(is_migration, F.lit(PUMP_TOKEN_DECIMALS)))
    return (
        events.where(NAMES_POOL)
        .withColumn("first", first)
        .where("first = 1")
        .select(
            "pool_address",
            F.col("token_mint").alias("pool_mint"),
            quote.alias("pool_quote"),
            decimals.cast("int").alias("pool_decimals"),
            F.coalesce("is_pool_reversed", F.lit(False)).alias("is_reversed"),
            F.col("dump_day").alias("known_day"),
            F.col("file").alias("known_file"),
        )
    )


def judged(trades: DataFrame, pools: DataFrame) -> DataFrame:
    """Gives trades that name only a pool its mint and decimals, or `reason` and `detail` of their refusal.

    A pool counts from its first dump day on. The trades of a pool whose base is SOL are turned round.
    """
    is_known = F.col("known_day") <= F.col("dump_day")
    is_quote = [F.col(name).isin(*QUOTE_MINTS) for name in ("pool_mint", "pool_quote")]
    pays_sol = F.coalesce(F.col("pool_quote").isin(*SOL_MINTS), F.lit(False))
    reason = (
        F.when(~F.coalesce(is_known, F.lit(False)), Reason.UNKNOWN_POOL.value)
        .when(is_quote[0] & is_quote[1], Reason.QUOTE_LEG.value)
        .when(~pays_sol, Reason.NON_SOL_QUOTE.value)
    )
    is_pump = F.col("pool_mint").endswith("pump")
    assumed = F.when(is_pump, F.lit(PUMP_TOKEN_DECIMALS)).otherwise(F.lit(SOL_DECIMALS))
    joined = trades.drop("reason", "detail").join(pools, "pool_address", "left").withColumn("reason", reason)
    return _turned(joined).withColumns(
        {
            "detail": F.when(F.col("reason") == Reason.UNKNOWN_POOL.value, _naming("pool_address")).when(
                F.col("reason").isNotNull(),
                F.concat(_naming("pool_address"), F.lit(" of "), _naming("pool_mint"), F.lit(" against "), _quoted()),
            ),
            "token_mint": F.col("pool_mint"),
            "token_decimals": F.coalesce("pool_decimals", assumed).cast("int"),
            "is_decimals_assumed": F.col("pool_decimals").isNull(),
        }
    )


def _turned(trades: DataFrame) -> DataFrame:
    """Turns trades of reversed pools round: who buys the base buys SOL, and pays with the coin.

    Fees are taken in the coin there, so they are inside the amounts: what left the wallet, and what it got.
    """
    is_reversed = F.coalesce(F.col("is_reversed"), F.lit(False)) & F.col("reason").isNull()
    is_sale = F.col("direction") == "buy"
    coins = F.when(is_sale, F.col("sol_lamports") + F.col("fee_lamports")).otherwise(
        F.col("sol_lamports") - F.col("fee_lamports")
    )
    reason = (
        F.when(coins < 0, Reason.SIGN.value)
        .when(coins == 0, Reason.ZERO_AMOUNT.value)
        .when(F.col("token_units") > MOST_LAMPORTS, Reason.OVERFLOW.value)
    )
    instead = {
        "direction": F.when(is_sale, "sell").otherwise("buy"),
        "token_units": coins,
        "sol_lamports": F.col("token_units"),
        "fee_lamports": F.lit(0).cast("bigint"),
        "fee_source": F.lit("included"),
        "amount_basis": F.lit("balance_delta"),
        "virtual_sol_lamports": F.col("virtual_token_units"),
        "virtual_token_units": F.col("virtual_sol_lamports"),
        "real_sol_lamports": F.col("real_token_units"),
        "real_token_units": F.col("real_sol_lamports"),
        "reason": reason,
    }
    return trades.withColumns(
        {name: F.when(is_reversed, value).otherwise(F.col(name)) for name, value in instead.items()}
    )


def waiting(refused: DataFrame, pools: DataFrame, days: Days) -> DataFrame:
    """Finds quarantined lines of a pool that became known after their dump day, on one of these days, with that day.

    The text of a line that the quarantine holds cut cannot be read again: it stays there.
    """
    lines = refused.where(F.col("reason") == Reason.UNKNOWN_POOL.value).select(
        *LINE,
        *TEXT,
        F.regexp_extract("detail", "^pool_address='([^']*)'$", 1).alias("pool_address"),
    )
    became_known = f"known_day > dump_day AND {day_condition('known_day', days)}"
    return lines.where(f"raw_bytes <= {HEAD_BYTES}").join(pools, "pool_address").where(became_known)


def retried(again: DataFrame, pools: DataFrame) -> DataFrame:
    """Judges lines that were read again on the dump day on which their pool became known, which is theirs now.

    `is_too_late` marks what a daily source may no longer correct by then.
    """
    known = pools.select("pool_address", F.col("known_day").alias("retry_day"))
    moved = again.where("kind = 'trade'").join(known, "pool_address").withColumn("dump_day", F.col("retry_day"))
    is_daily = ~F.col("source").isin(*arriving(Arrival.SAMPLE))
    oldest = F.date_sub("dump_day", MAX_LATENESS.days).cast("timestamp")
    return judged(moved.drop("retry_day"), pools).withColumn("is_too_late", is_daily & (F.col("traded_at") < oldest))


def still_waiting(days: Days) -> str:
    """Writes the condition on stored refusals that may be tried again by one of these days, other than their own."""
    oldest = min(days) - MAX_LATENESS
    others = day_condition("dump_day", days)
    samples = ", ".join(f"'{name}'" for name in arriving(Arrival.SAMPLE))
    return (
        f"reason = '{Reason.UNKNOWN_POOL.value}' AND dump_day < '{max(days)}' AND NOT {others} "
        f"AND (dump_day >= '{oldest}' OR source IN ({samples}))"
    )


def _naming(name: str) -> Column:
    """Shows a field and its value, as refusals do."""
    return F.concat(F.lit(f"{name}='"), F.coalesce(name, F.lit("")), F.lit("'"))


def _quoted() -> Column:
    return F.coalesce("pool_quote", F.lit("nothing stated"))
