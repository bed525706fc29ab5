"""Joins the facts that windows are taken over, per trader and day, before any window is drawn."""

from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.windows import HOUR_COUNTS, LEVELS, SUMS


@dataclass(frozen=True)
class Inputs:
    """Holds the tables that features are computed from; days beyond a T's window do no harm."""

    trader_days: DataFrame
    mints: DataFrame
    token_days: DataFrame
    market_days: DataFrame
    positions: DataFrame
    entries: DataFrame
    rhythm: DataFrame

    def of_cohorts(self, cohorts: range) -> "Inputs":
        """Select the traders of a range of cohorts; what is of no trader stays whole."""
        # As a range, which files are passed over by.
        condition = f"trader_cohort BETWEEN {cohorts[0]} AND {cohorts[-1]}"
        names = ("trader_days", "mints", "positions", "entries", "rhythm")
        return replace(self, **{name: getattr(self, name).where(condition) for name in names})


def daily(inputs: Inputs) -> DataFrame:
    """Select everything in `SUMS`, `HOUR_COUNTS` and `LEVELS`, per trader and day."""
    market = inputs.market_days.select("day", "losing_sell_share")
    joined = inputs.trader_days.join(market, "day", "left")
    derived = {**_derived(), **_from_market()}
    sums = [derived[name].alias(name) if name in derived else name for name in (*SUMS, *HOUR_COUNTS)]
    levels = [_preferred_hour().alias(name) if name == "preferred_hour_close" else name for name in LEVELS]
    return joined.select("trader_address", "trader_cohort", "day", "known_at", *sums, *levels)


def _derived() -> dict[str, Column]:
    change = F.col("equity_change_lamports").cast("decimal(19,0)")
    is_weekend = F.dayofweek("day").isin(1, 7)
    return {
        "log_hold_micros": F.round(F.col("log_hold_sum") * 1e6).cast("bigint"),
        "equity_change_squared": (change * change).cast("decimal(38,0)"),
        "row_count": F.lit(1).cast("bigint"),
        "active_day_count": (F.col("trade_count") > 0).cast("bigint"),
        "losing_day_count": (F.col("equity_change_lamports") < 0).cast("bigint"),
        **{name: _hour(hour) for hour, name in enumerate(HOUR_COUNTS)},
        **_on_paper(),
        "weekend_trade_count": F.when(is_weekend, F.col("trade_count")).otherwise(F.lit(0).cast("bigint")),
    }


def _on_paper() -> dict[str, Column]:
    """Count what is kept on a day on which something is sold."""
    lost = F.col("underwater_count_close")
    counts = {"paper_gain_count": F.col("open_position_count_close") - lost, "paper_loss_count": lost}
    nothing = F.lit(0).cast("bigint")
    return {name: F.when(F.col("matched_sell_count") > 0, n).otherwise(nothing) for name, n in counts.items()}


def _hour(hour: int) -> Column:
    """Take the trades of one hour: as plain 32-bit columns they cost a third of the list when rows are sorted."""
    return F.get("trades_by_hour", F.lit(hour)).cast("int")


def _from_market() -> dict[str, Column]:
    """Multiply own trades by the market's losing share in millionths: an integer, so that sums are exact.

    A day on which the whole market matched no sell counts as one without losses.
    """
    micros = F.round(F.coalesce(F.col("losing_sell_share"), F.lit(0.0)) * 1e6).cast("bigint")
    return {"market_loss_micros": F.col("trade_count") * micros}


def _preferred_hour() -> Column:
    counts = F.col("trades_by_hour_close")
    return (F.array_position(counts, F.array_max(counts)) - 1).cast("bigint")
