"""Daily facts of the whole market, summed from the daily facts of mints and traders."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.tables import gold_token_day, gold_trader_day
from pumploss.tables.gold_market_day import TABLE

#: What is summed of traders, of whom a day may have none.
TRADER_SUMS = ("trader_count", "realised_loss_lamports", "trades_by_traders")


def transform(token_days: DataFrame, trader_days: DataFrame) -> DataFrame:
    """Sums mint-days and trader-days up to `gold_market_day`; `trades_by_traders` is kept for the sum check."""
    sums = (
        *("trade_count", "buy_count", "sell_count", "volume_lamports", "fees_lamports", "realised_pnl_lamports"),
        *("tape_gap_count", "tape_break_count", "hop_count"),
    )
    mints = token_days.groupBy("day").agg(
        *(F.sum(name).alias(name) for name in sums),
        F.sum("matched_sell_count").alias("matched_sell_count"),
        F.sum("loss_count").alias("loss_count"),
        F.count(F.lit(1)).alias("mint_count"),
        F.count(F.when(F.col("is_new_mint"), 1)).alias("new_mint_count"),
        F.coalesce(F.sum(F.when(F.col("is_tape_complete"), F.col("volume_lamports"))), F.lit(0))
        .cast("bigint")
        .alias("complete_tape_volume_lamports"),
        F.max("known_at").alias("mints_known_at"),
    )
    traders = trader_days.groupBy("day").agg(
        F.count(F.when(F.col("trade_count") > 0, 1)).alias("trader_count"),
        F.sum("realised_loss_lamports").alias("realised_loss_lamports"),
        F.sum("trade_count").alias("trades_by_traders"),
        F.max("known_at").alias("traders_known_at"),
    )
    share = F.col("loss_count").cast("double") / F.col("matched_sell_count").cast("double")
    # On a day of nothing but coins passed on there are no traders.
    known = {name: F.coalesce(name, F.lit(0).cast("bigint")) for name in TRADER_SUMS}
    return (
        mints.join(traders, "day", "left")
        .withColumns(known)
        .select(
            "*",
            F.when(F.col("matched_sell_count") > 0, share).alias("losing_sell_share"),
            F.greatest("mints_known_at", "traders_known_at").alias("known_at"),
        )
    )


def run(context: StepContext, days: Days) -> None:
    """Aggregates these days. Raises ConservationError where mints and traders count different trades."""
    frame = context.lake.stage(
        "market_sums", transform(context.read(gold_token_day.TABLE, days), context.read(gold_trader_day.TABLE, days))
    )
    uneven = frame.where("trade_count - hop_count <> trades_by_traders").orderBy("day").limit(1).collect()
    if uneven:
        row = uneven[0]
        raise ConservationError(
            f"gold_market_day of {row['day']}: mints count {row['trade_count']} trades, {row['hop_count']} of them of "
            f"coins only passed on, traders {row['trades_by_traders']}. "
            f"Run gold_token_day and gold_trader_day of {row['day']} again."
        )
    context.report.notes.append(_coverage(frame))
    context.publish(TABLE, frame.select(*TABLE.names), days)


def _coverage(frame: DataFrame) -> str:
    """Says how much of the volume is on complete tapes."""
    names = ("complete_tape_volume_lamports", "volume_lamports", "tape_gap_count", "tape_break_count")
    sums = (F.coalesce(F.sum(name), F.lit(0)).cast("decimal(38,0)").alias(name) for name in names)
    covered, volume, gaps, breaks = (int(value) for value in frame.agg(*sums).collect()[0])
    share = f"{covered / volume:.1%}" if volume else "none"
    return (
        f"complete tapes cover {share} of the volume ({covered / LAMPORTS_PER_SOL:,.1f} of "
        f"{volume / LAMPORTS_PER_SOL:,.1f} SOL): there cash flow, fees and reserves sum to 0; elsewhere "
        f"{gaps} gaps and {breaks} breaks"
    )
