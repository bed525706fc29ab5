"""Daily facts per mint, the state at its close that positions are marked against, and whether its tape is complete."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.marks import reserves_from_price
from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.tokens import tape_completeness, tape_links
from pumploss.days import Days
from pumploss.fees import BASIS_POINTS, FEES
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.report import RunReport
from pumploss.tables import silver_trade_pnl, silver_trades
from pumploss.tables.gold_token_day import TABLE
from sources import arriving
from sources.declaration import Arrival

#: Below this volume in a day, rounding makes fees over volume meaningless; the dated fee table is used.
FEE_VOLUME_LAMPORTS = LAMPORTS_PER_SOL // 100
#: How many priced trades the median of a last-price mark is taken over.
RECENT = 5
#: Stands for reserves that a change of venue has left behind; a real reserve is never negative.
GONE = -1


def transform(trades: DataFrame, pnl: DataFrame, before: DataFrame) -> DataFrame:
    """Trades, their profit, and each mint's latest earlier row of this table, to `gold_token_day`."""
    key = ["token_mint", "day"]
    daily = _facts(trades).join(_realised(pnl), key, "left").join(tape_links.links(trades), key, "left")
    days = tape_completeness.closed(_carried(daily, before)).where("NOT is_before")
    return _marked(days).select(*TABLE.names)


def _facts(trades: DataFrame) -> DataFrame:
    """What the day's trades alone say. Log price changes are summed in whole millionths, so order does not matter."""
    order = Window.partitionBy("token_mint", "trade_date").orderBy("order_in_mint_day")
    backwards = Window.partitionBy("token_mint", "trade_date", "is_plain").orderBy(F.col("order_in_mint_day").desc())
    raw = F.col("sol_lamports").cast("double") / F.col("token_units").cast("double")
    priced = (F.col("sol_lamports") > 0) & (F.col("token_units") > 0)
    scale = F.pow(F.lit(10.0), F.col("token_decimals").cast("double")) / F.lit(float(LAMPORTS_PER_SOL))
    rows = trades.select(
        "*",
        F.when(priced, raw).alias("raw"),
        F.when(priced, raw * scale).alias("price"),
        (priced & F.col("virtual_sol_lamports").isNull() & (F.col("venue") != "pump_curve")).alias("is_plain"),
    )
    ranked = rows.select(
        "*",
        F.round(F.log(F.col("raw") / F.lag("raw").over(order)) * 1e6).cast("bigint").alias("step"),
        F.when(F.col("is_plain"), F.row_number().over(backwards)).alias("from_last"),
    )
    is_known_fee = F.col("fee_source").isin("event", "estimated")
    return ranked.groupBy("token_mint", F.col("trade_date").alias("day")).agg(
        F.count(F.lit(1)).alias("trade_count"),
        F.count(F.when(F.col("direction") == "buy", 1)).alias("buy_count"),
        F.count(F.when(F.col("direction") == "sell", 1)).alias("sell_count"),
        F.count_distinct("trader_address").alias("trader_count"),
        F.sum("sol_lamports").alias("volume_lamports"),
        F.sum("fee_lamports").alias("fees_lamports"),
        F.max("price").alias("price_high_sol"),
        F.min("price").alias("price_low_sol"),
        F.max(F.when(F.col("raw").isNotNull(), F.struct("order_in_mint_day", "price", "token_decimals"))).alias(
            "last_priced"
        ),
        F.max(_last_reserves()).alias("last_reserves"),
        F.array_sort(F.collect_list(F.when(F.col("from_last") <= RECENT, F.struct("order_in_mint_day", "raw")))).alias(
            "plain"
        ),
        F.count("step").alias("steps"),
        F.sum("step").cast("decimal(38,0)").alias("step_sum"),
        F.sum((F.col("step") * F.col("step")).cast("decimal(38,0)")).alias("step_squares"),
        F.coalesce(F.sum(F.when(is_known_fee, F.col("sol_lamports"))), F.lit(0)).alias("fee_volume"),
        F.sum(F.when(is_known_fee, F.col("fee_lamports"))).alias("known_fees"),
        F.max(F.struct("order_in_mint_day", "venue", "token_decimals")).alias("last"),
        (F.count(F.when(F.col("source").isin(*arriving(Arrival.SAMPLE)), 1)) > 0).alias("is_sampled"),
        F.min("traded_at").alias("first_traded_at"),
        F.max("traded_at").alias("last_traded_at"),
        F.max("known_at").alias("known_at"),
    )


def _last_reserves() -> Column:

    has = F.col("virtual_sol_lamports").isNotNull() & F.col("virtual_token_units").isNotNull()
    return F.when(has, F.struct("order_in_mint_day", "virtual_sol_lamports", "virtual_token_units", "venue"))


def _realised(pnl: DataFrame) -> DataFrame:

    return pnl.groupBy("token_mint", F.col("trade_date").alias("day")).agg(
        *tape_completeness.flows(),
        F.coalesce(F.sum("pnl_lamports"), F.lit(0)).alias("realised_pnl_lamports"),
        F.count("pnl_lamports").alias("matched_sell_count"),
        F.count(F.when(F.col("pnl_lamports") < 0, 1)).alias("loss_count"),
        F.max("known_at").alias("pnl_known_at"),
    )


def _carried(daily: DataFrame, before: DataFrame) -> DataFrame:
    """The rows so far with reserves, price and recent prices taken from earlier ones where a day has none.

    Reserves are not taken over a change of venue: what is left on the curve says nothing about the pool.
    """
    order = Window.partitionBy("token_mint").orderBy("day")
    so_far = order.rowsBetween(Window.unboundedPreceding, 0)
    own = _own_state(daily)
    both = own.unionByName(_earlier_state(before), allowMissingColumns=True)
    left = F.when(F.lag("venue_close").over(order) != F.col("venue_close"), F.lit(GONE))
    reserves = ("reserve_sol", "reserve_token")
    known = both.withColumns({name: F.coalesce(name, left) for name in reserves})
    return known.select(
        *(name for name in own.columns if name not in (*reserves, "raw", "price", "recent", "known_at")),
        *(F.nullif(F.last(name, ignorenulls=True).over(so_far), F.lit(GONE)).alias(name) for name in reserves),
        *(F.last(name, ignorenulls=True).over(so_far).alias(name) for name in ("raw", "price")),
        F.flatten(F.collect_list("recent").over(so_far)).alias("recent"),
        F.max("known_at").over(so_far).alias("known_at"),
        (F.count(F.lit(1)).over(so_far) == 1).alias("is_new_mint"),
        "is_tape_complete",
    )


def _own_state(daily: DataFrame) -> DataFrame:

    is_elsewhere = F.col("last_reserves.venue") != F.col("last.venue")
    return daily.withColumn("known_at", F.greatest("known_at", "pnl_known_at")).select(
        "*",
        F.lit(False).alias("is_before"),
        F.when(is_elsewhere, F.lit(GONE)).otherwise(F.col("last_reserves.virtual_sol_lamports")).alias("reserve_sol"),
        F.when(is_elsewhere, F.lit(GONE)).otherwise(F.col("last_reserves.virtual_token_units")).alias("reserve_token"),
        (F.col("last_priced.price") * _per_unit(F.col("last_priced.token_decimals"))).alias("raw"),
        F.col("last_priced.price").alias("price"),
        F.transform("plain", lambda item: item["raw"]).alias("recent"),
        F.col("last.venue").alias("venue_close"),
    )


def _earlier_state(before: DataFrame) -> DataFrame:

    is_stated = F.col("mark_method") == "reserves"
    return before.select(
        "token_mint",
        "day",
        "known_at",
        "venue_close",
        F.lit(True).alias("is_before"),
        F.when(is_stated, F.col("reserve_sol_close_lamports")).alias("reserve_sol"),
        F.when(is_stated, F.col("reserve_token_close_units")).alias("reserve_token"),
        (F.col("price_close_sol") * _per_unit(F.col("token_decimals"))).alias("raw"),
        F.col("price_close_sol").alias("price"),
        F.col("recent_prices").alias("recent"),
        "is_tape_complete",
        *(F.col(level).alias(flow) for level, flow in tape_completeness.LEVELS.items()),
    )


def _per_unit(decimals: Column) -> Column:
    """What turns SOL per whole token into lamports per base unit; own and carried prices are turned alike."""
    return F.lit(float(LAMPORTS_PER_SOL)) / F.pow(F.lit(10.0), decimals.cast("double"))


def _marked(days: DataFrame) -> DataFrame:

    venue = F.col("venue_close")
    recent = F.slice("recent", F.greatest(F.size("recent") - RECENT + 1, F.lit(1)), RECENT)
    method = (
        F.when(F.col("reserve_sol").isNotNull(), "reserves")
        .when((venue == "pump_curve") & F.col("raw").isNotNull(), "curve_from_price")
        .when(F.size("recent") > 0, "last_price")
        .otherwise("none")
    )
    named = days.select(
        "*",
        recent.alias("recent_prices"),
        method.alias("mark_method"),
        F.col("last.token_decimals").alias("token_decimals"),
        F.col("price").alias("price_close_sol"),
    )
    sol, tokens = reserves_from_price(F.col("raw"))
    from_price = F.col("mark_method") == "curve_from_price"
    return named.select(
        "*",
        F.when(from_price, sol).otherwise(F.col("reserve_sol")).alias("reserve_sol_close_lamports"),
        F.when(from_price, tokens).otherwise(F.col("reserve_token")).alias("reserve_token_close_units"),
        F.when(F.col("mark_method") == "last_price", _median("recent_prices")).alias("mark_price"),
        _volatility().alias("volatility"),
        _fee_share().alias("fee_close_share"),
    )


def _median(name: str) -> Column:

    ordered, size = F.sort_array(name), F.size(name)
    low, high = F.floor((size + 1) / 2).cast("int"), F.floor((size + 2) / 2).cast("int")
    return (F.element_at(ordered, low) + F.element_at(ordered, high)) / 2


def _volatility() -> Column:

    n, total, squares = (F.col(name).cast("double") for name in ("steps", "step_sum", "step_squares"))
    variance = (n * squares - total * total) / (n * (n - 1))
    return F.when(F.col("steps") >= 2, F.sqrt(F.greatest(variance, F.lit(0.0))) / 1e6)


def _fee_share() -> Column:
    """Fees over volume of the day where the source states them and they mean something, else the dated table."""
    dated = F.lit(0.0)
    for venue, steps in FEES.items():
        for start, points in steps:
            applies = (F.col("venue_close") == venue) & (F.col("last_traded_at") >= F.lit(start))
            dated = F.when(applies, F.lit(points / BASIS_POINTS)).otherwise(dated)
    stated = F.col("known_fees").cast("double") / F.col("fee_volume").cast("double")
    return F.when(F.col("fee_volume") >= FEE_VOLUME_LAMPORTS, stated).otherwise(dated)


def run(context: Context, days: Days) -> RunReport:
    """Aggregate these days; reserves and prices carry over from each mint's latest earlier day."""
    report = RunReport("gold_token_day")
    trades = context.read(silver_trades.TABLE, days)
    before = latest_before(context, TABLE, trades.select("token_mint"), days[0])
    frame = transform(trades, context.read(silver_trade_pnl.TABLE, days), before)
    written = context.publish(TABLE, frame, days, report)
    rows_in = context.lake.rows_by_day(silver_trades.TABLE)
    for day in days:
        counts = report.day(day)
        counts.rows_read, counts.rows_written = rows_in.get(day, 0), written.get(day, 0)
    return report
