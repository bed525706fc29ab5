"""Daily facts per trader: flows of the day, and levels at its close carried from the day before."""

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from pnl import changes_of, outlays_of
from pnl.exit_value import MARK, SET_ASIDE
from pnl.outlays import OUTLAYS, TRADES
from pnl.value_changes import AGES, CHANGES
from pumploss.cohort import COHORTS
from pumploss.columns import POSITION
from pumploss.days import Days
from pumploss.levels import Kind, highest, lowest, summed, with_levels
from pumploss.tables import gold_token_day, silver_open_lots, silver_trade_pnl, silver_trader_mint_day
from pumploss.tables.gold_trader_day import TABLE
from pumploss.walks import by_cohorts, first_cohorts

KEY = [*CHANGES.key]
HOURS = range(24)

#: Levels that are sums of a daily change, and the change that they sum.
RUNNING = {
    "equity_close_lamports": "value_change",
    "equity_last_price_close_lamports": "last_price_value_change",
    "open_cost_close_lamports": "cost_change",
    "open_position_count_close": "open_change",
    "underwater_count_close": "underwater_change",
    "bag_count_close": "bag_change",
    "underwater_cost_close_lamports": "underwater_cost_change",
    "trade_count_close": "trade_count",
    "volume_close_lamports": "volume_lamports",
    "volume_squared_close": "volume_squared",
    "realised_loss_close_lamports": "realised_loss_lamports",
    "realised_pnl_close_lamports": "realised_pnl_lamports",
    "loss_count_close": "loss_count",
    "matched_sell_count_close": "matched_sell_count",
    "active_day_count_close": "is_active",
    "mint_count_close": "new_mint_count",
}
#: All levels, and what each is of; `known_at` itself becomes one.
LEVELS: dict[str, tuple[str, Kind]] = {
    **{level: (change, summed) for level, change in RUNNING.items()},
    "first_traded_at_close": ("first_traded_at", lowest),
    "last_traded_at_close": ("last_traded_at", highest),
    "last_lost_at_close": ("last_lost_at", highest),
    "known_at": ("known_at", highest),
}


def flows(pnl: DataFrame, mint_days: DataFrame, aside: DataFrame | None = None, groups: int = COHORTS) -> DataFrame:
    """What each trader's own trades of a day add up to; `aside` are mints that are set aside on a day."""
    buy, sell, won = (F.col("direction") == "buy", F.col("direction") == "sell", F.col("pnl_lamports"))
    # Logarithms are summed in whole millionths: sums of integers do not depend on the order of rows.
    log_hold = F.round(F.log1p(F.col("hold_seconds")) * 1e6).cast("bigint")
    days = pnl.groupBy("trader_address", F.col("trade_date").alias("day"), "trader_cohort").agg(
        F.count(F.lit(1)).alias("trade_count"),
        F.count(F.when(buy, 1)).alias("buy_count"),
        F.count(F.when(sell, 1)).alias("sell_count"),
        F.count(won).alias("matched_sell_count"),
        F.count(F.when(won > 0, 1)).alias("win_count"),
        F.count(F.when(won < 0, 1)).alias("loss_count"),
        F.count(F.when(sell & (F.col("unmatched_units") > 0), 1)).alias("unmatched_sell_count"),
        F.sum("sol_lamports").alias("volume_lamports"),
        _squares(F.col("sol_lamports")).alias("volume_squared"),
        F.sum("fee_lamports").alias("fees_lamports"),
        F.sum("buy_cost_lamports").alias("buy_cost_lamports"),
        _squares(F.col("buy_cost_lamports")).alias("buy_cost_squared"),
        _sum(F.when(sell, F.col("sol_lamports") - F.col("fee_lamports"))).alias("sell_net_lamports"),
        F.sum("proceeds_lamports").alias("proceeds_lamports"),
        F.sum("sold_cost_lamports").alias("sold_cost_lamports"),
        _sum(won).alias("realised_pnl_lamports"),
        _sum(F.when(won < 0, won)).alias("realised_loss_lamports"),
        (_sum(log_hold).cast("double") / 1e6).alias("log_hold_sum"),
        F.array(*(F.count(F.when(F.hour("traded_at") == hour, 1)) for hour in HOURS)).alias("trades_by_hour"),
        F.min("traded_at").alias("first_traded_at"),
        F.max("traded_at").alias("last_traded_at"),
        F.max(F.when(won < 0, F.col("traded_at"))).alias("last_lost_at"),
        F.max("known_at").alias("known_at"),
    )
    met = mint_days.where("first_seen_day = trade_date").groupBy("trader_address", F.col("trade_date").alias("day"))
    counted = days.join(met.agg(F.count(F.lit(1)).alias("new_mint_count")), ["trader_address", "day"], "left")
    if aside is None:
        out = counted.join(_outlays(pnl, groups), KEY, "left")
        return out.withColumn("cash_aside_change", F.lit(0).cast("bigint"))
    mints = F.broadcast(aside.select("token_mint", F.col("day").alias("trade_date")))
    rest = pnl.join(mints, ["token_mint", "trade_date"], "left_anti")
    out = counted.join(_outlays(rest, groups), KEY, "left")
    return out.join(_cash_aside(pnl, aside), ["trader_address", "day"], "left")


def _outlays(pnl: DataFrame, groups: int) -> DataFrame:
    """The highest running sum of buys minus matched proceeds over each trader's trades of a day."""
    return by_cohorts(pnl.select(*TRADES), groups).applyInArrow(outlays_of, OUTLAYS.ddl)


def set_aside(marks: DataFrame) -> DataFrame | None:
    """Mints and days of marks that are set aside, or None where there are none, as on most days."""
    aside = marks.where(F.col("mark_method") == SET_ASIDE).select("token_mint", "day")
    return aside if aside.take(1) else None


def _cash_aside(pnl: DataFrame, aside: DataFrame) -> DataFrame:
    """What trades of mints that are set aside brought and cost: cash that is no change of equity."""
    mints = aside.select("token_mint", F.col("day").alias("trade_date"))
    trades = pnl.join(F.broadcast(mints), ["token_mint", "trade_date"], "left_semi")
    cash = F.sum(F.col("proceeds_lamports") - F.col("buy_cost_lamports")).cast("bigint")
    return trades.groupBy("trader_address", F.col("trade_date").alias("day")).agg(cash.alias("cash_aside_change"))


def _sum(column: Column) -> Column:
    return F.coalesce(F.sum(column), F.lit(0)).cast("bigint")


def _squares(column: Column) -> Column:
    return F.sum(column.cast("decimal(19,0)") * column.cast("decimal(19,0)")).cast("decimal(38,0)")


def value_changes(lots: DataFrame, marks: DataFrame, before: DataFrame, days: Days, groups: int = COHORTS) -> DataFrame:
    """`CHANGES` of what open positions would fetch, cost and count, from the marks of traded mints.

    `lots` are rows of `silver_open_lots`: each position's latest close before the days, and its closes in them. `marks`
    are the days' rows of `gold_token_day` and `before` each mint's latest earlier one, against which the positions
    stood so far.
    """
    held = lots.select(*POSITION, "trader_cohort", F.col("close_day").alias("day"), "open_units", "open_cost_lamports")
    known = marks.select("token_mint", "day", *MARK, "known_at").unionByName(
        before.select("token_mint", "day", *MARK, "known_at")
    )
    cohorts = F.explode(F.array(*map(F.lit, first_cohorts(groups))))
    rows = _filled(held).unionByName(_filled(known.withColumn("trader_cohort", cohorts)))
    first = days[0]
    return by_cohorts(rows, groups).applyInArrow(lambda cohorts: changes_of(cohorts, first), CHANGES.ddl)


def _filled(rows: DataFrame) -> DataFrame:
    """The rows with every column of either kind."""
    types = {name: gold_token_day.TABLE[name].type.spark for name in (*MARK, "known_at")}
    types |= {
        name: silver_open_lots.TABLE[name].type.spark for name in ("trader_address", "open_units", "open_cost_lamports")
    }
    missing = [F.lit(None).cast(kind).alias(name) for name, kind in types.items() if name not in rows.columns]
    return rows.select("*", *missing)


def transform(changes: DataFrame, own: DataFrame, before: DataFrame, groups: int = COHORTS) -> DataFrame:
    """Changes of value, own flows, and each trader's latest earlier row of this table, to `gold_trader_day`."""
    counted = {c.name for c in TABLE.columns if c.type.spark in ("bigint", "decimal(38,0)")}
    joined = own.join(changes, KEY, "full_outer")
    summed = [name for name in joined.columns if name in counted or name.endswith("_change")]
    filled = joined.select(
        *KEY,
        *(
            F.coalesce(name, F.lit(0).cast(TABLE[name].type.spark if name in counted else "bigint")).alias(name)
            for name in summed
        ),
        F.coalesce("log_hold_sum", F.lit(0.0)).alias("log_hold_sum"),
        F.coalesce("superseded_values", F.array(*(F.lit(0).cast("bigint") for _ in AGES))).alias("superseded_by_age"),
        F.coalesce("marked_value", F.lit(0)).cast("bigint").alias("marked_value_lamports"),
        F.coalesce("trades_by_hour", F.array(*(F.lit(0).cast("bigint") for _ in HOURS))).alias("trades_by_hour"),
        F.greatest("known_at", "mark_known_at").alias("known_at"),
        "first_traded_at",
        "last_traded_at",
        "last_lost_at",
        F.when(F.col("trade_count") > 0, 1).otherwise(0).cast("bigint").alias("is_active"),
    )
    cash = F.col("proceeds_lamports") - F.col("buy_cost_lamports") - F.col("cash_aside_change")
    value = F.col("value_change") - F.col("value_aside_change")
    return _levels(filled.withColumn("equity_change_lamports", cash + value), before, groups)


def _levels(days: DataFrame, before: DataFrame, groups: int) -> DataFrame:
    """The days with their levels: running sums per trader, walked by groups of cohorts."""
    state = before.select(
        *KEY,
        F.col("trades_by_hour_close").alias("trades_by_hour"),
        *(F.col(level).alias(change) for level, (change, _) in LEVELS.items()),
        F.lit(True).alias("is_before"),
    )
    both = days.withColumn("is_before", F.lit(False)).unionByName(state, allowMissingColumns=True)
    return by_cohorts(both, groups).applyInArrow(close_levels, TABLE.ddl)


def close_levels(cohort: pa.Table) -> pa.Table:
    """One cohort's daily changes, in any order, to its rows of `gold_trader_day`.

    A row that `is_before` holds a trader's levels so far in the columns of the changes: what both come to is the level.
    """
    rows = pl.DataFrame(pl.from_arrow(cohort)).sort("trader_address", "day")
    hours = np.asarray(rows["trades_by_hour"].explode().to_numpy()).reshape(-1, len(HOURS))
    starts = (rows["trader_address"] != rows["trader_address"].shift(1)).fill_null(True).to_numpy()
    so_far = np.cumsum(hours, axis=0)
    base = np.where(starts[:, None], so_far - hours, 0)
    so_far -= np.maximum.accumulate(base, axis=0)
    numbered = rows.with_columns(
        pl.Series("trader", np.cumsum(starts)), pl.Series("trades_by_hour_close", so_far).arr.to_list()
    )
    levels = with_levels(numbered, "trader", LEVELS)
    kept = levels.filter(~pl.col("is_before")).select(TABLE.names)
    return pa.table(kept.to_arrow()).cast(TABLE.arrow_schema)


def run(context: StepContext, days: Days) -> None:
    """Aggregate these days. Levels go on from each trader's latest row, values from each mint's earlier mark."""
    marks = context.read(gold_token_day.TABLE, days)
    mints = marks.select("token_mint")
    state = latest_before(context, silver_open_lots.TABLE, mints, days[0])
    lots = state.unionByName(context.read(silver_open_lots.TABLE, days))
    groups = context.groups(days)
    changes = value_changes(lots, marks, latest_before(context, gold_token_day.TABLE, mints, days[0]), days, groups)
    pnl = context.read(silver_trade_pnl.TABLE, days)
    own = flows(pnl, context.read(silver_trader_mint_day.TABLE, days), set_aside(marks), groups)
    moved = context.lake.stage("trader_changes", changes)
    before = _latest_rows(context, moved, pnl, days)
    context.publish(TABLE, transform(moved, own, before, groups), days)


def _latest_rows(context: Context, moved: DataFrame, pnl: DataFrame, days: Days) -> DataFrame:
    traders = moved.select("trader_address").union(pnl.select("trader_address"))
    return latest_before(context, TABLE, traders, days[0])
