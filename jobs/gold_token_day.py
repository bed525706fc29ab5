"""Daily facts per mint, the state at its close that positions are marked against, and whether its tape is complete."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.tokens import tape_completeness, tape_links
from jobs.tokens.close_state import RECENT, marked
from jobs.tokens.closing import closed
from jobs.tokens.numbers import numbered
from jobs.tokens.rewrites import PLACE, last_rewrites, rewritten
from pumploss.days import Days, listed
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events, silver_trade_pnl, silver_trader_mint_day, silver_trades
from pumploss.tables.gold_token_day import TABLE
from sources import arriving
from sources.declaration import Arrival

#: What the last trade of a day says of the mint's reserves.
_RESERVES = ("virtual_sol_lamports", "virtual_token_units", "real_sol_lamports", "real_token_units", "venue")
#: What is summed up of trades with their profit.
_FLOWING = (
    "token_mint", "trade_date", "direction", "buy_cost_lamports", "sol_lamports", "fee_lamports", "token_units",
    "matched_units", "unmatched_units", "pnl_lamports", "known_at",
)  # fmt: skip


def transform(
    trades: DataFrame,
    pnl: DataFrame,
    mint_days: DataFrame,
    before: DataFrame,
    events: DataFrame | None = None,
    groups: int = 1,
) -> DataFrame:
    """Make `gold_token_day` of trades, their profit, and what traders did in mints by day.

    Beside them of each mint's latest earlier row of this table, and of events of tokens.
    """
    key = ["token_mint", "day"]
    facts = _facts(trades).join(_last_reserves(trades), key, "left").join(_new_buyers(mint_days), key, "left")
    facts = facts if events is None else rewritten(facts, last_rewrites(events))
    flows = _realised(pnl.select(*_FLOWING).unionByName(_hops(trades)))
    daily = facts.join(flows, key, "left").join(tape_links.links(trades, groups), key, "left")
    days = closed(daily.withColumn("volatility", _volatility()), before, groups)
    # A tape that begins with the curve untouched begins with the launch: creators buy in the transaction of it.
    began = F.when(F.col("initial_token_units").isNotNull(), F.col("ever_traded_at"))
    return numbered(marked(days)).withColumn("tape_began_at", began).select(*TABLE.names)


def _priced(trades: DataFrame) -> DataFrame:
    """Add to each trade what it paid per unit and per whole token, the price after it, and its place from the last."""
    order = Window.partitionBy("token_mint", "trade_date").orderBy("order_in_mint_day")
    backwards = Window.partitionBy("token_mint", "trade_date", "is_plain").orderBy(F.col("order_in_mint_day").desc())
    raw = F.col("sol_lamports").cast("double") / F.col("token_units").cast("double")
    of_reserves = F.col("virtual_sol_lamports").cast("double") / F.col("virtual_token_units").cast("double")
    is_stated = (F.col("virtual_sol_lamports") > 0) & (F.col("virtual_token_units") > 0)
    priced = (F.col("sol_lamports") > 0) & (F.col("token_units") > 0)
    scale = F.pow(F.lit(10.0), F.col("token_decimals").cast("double")) / F.lit(float(LAMPORTS_PER_SOL))
    rows = trades.select(
        "*",
        F.when(priced, raw).alias("raw"),
        F.when(priced, raw * scale).alias("price"),
        F.when(is_stated, of_reserves * scale).when(priced, raw * scale).alias("spot"),
        (priced & F.col("virtual_sol_lamports").isNull() & (F.col("venue") != "pump_curve")).alias("is_plain"),
    )
    return rows.select(
        "*",
        F.round(F.log(F.col("raw") / F.lag("raw").over(order)) * 1e6).cast("bigint").alias("step"),
        F.when(F.col("is_plain"), F.row_number().over(backwards)).alias("from_last"),
    )


def _facts(trades: DataFrame) -> DataFrame:
    """What the day's trades alone say. Log price changes are summed in whole millionths, so order does not matter."""
    ranked, order = _priced(trades), F.col("order_in_mint_day")
    priced, spot = (F.when(F.col(name).isNotNull(), order) for name in ("raw", "spot"))
    # A trade that is free of fees, as those of a mayhem coin's agent are, does not say what others pay.
    is_known_fee = F.col("fee_source").isin("event", "estimated") & (F.col("fee_lamports") > 0)
    return ranked.groupBy("token_mint", F.col("trade_date").alias("day")).agg(
        F.count(F.lit(1)).alias("trade_count"),
        F.count(F.when(F.col("direction") == "buy", 1)).alias("buy_count"),
        F.count(F.when(F.col("direction") == "sell", 1)).alias("sell_count"),
        F.count(F.when(F.col("is_hop"), 1)).alias("hop_count"),
        F.count_distinct("trader_address").alias("trader_count"),
        F.sum("sol_lamports").alias("volume_lamports"),
        F.sum("fee_lamports").alias("fees_lamports"),
        F.max("price").alias("price_high_sol"),
        F.min("price").alias("price_low_sol"),
        # One column at a time: the highest of structs took the engine ten times as long.
        F.max_by("price", priced).alias("last_price"),
        F.max_by("token_decimals", priced).alias("last_price_decimals"),
        F.max("spot").alias("spot_high_sol"),
        F.max_by("spot", spot).alias("spot_close_sol"),
        F.array_sort(F.collect_list(F.when(F.col("from_last") <= RECENT, F.struct("order_in_mint_day", "raw")))).alias(
            "plain"
        ),
        F.count("step").alias("steps"),
        F.sum("step").cast("decimal(38,0)").alias("step_sum"),
        F.sum((F.col("step") * F.col("step")).cast("decimal(38,0)")).alias("step_squares"),
        F.coalesce(F.sum(F.when(is_known_fee, F.col("sol_lamports"))), F.lit(0)).alias("fee_volume"),
        F.sum(F.when(is_known_fee, F.col("fee_lamports"))).alias("known_fees"),
        F.max_by("venue", order).alias("venue_close"),
        F.max_by("token_decimals", order).alias("token_decimals"),
        (F.count(F.when(F.col("source").isin(*arriving(Arrival.SAMPLE)), 1)) > 0).alias("is_sampled"),
        F.min("traded_at").alias("first_traded_at"),
        F.max("traded_at").alias("last_traded_at"),
        F.max("known_at").alias("known_at"),
    )


def _new_buyers(mint_days: DataFrame) -> DataFrame:
    """How many traders bought each mint on the day on which they first traded it."""
    new = mint_days.where("first_seen_day = trade_date AND buy_count > 0")
    counted = new.groupBy("token_mint", F.col("trade_date").alias("day"))
    return counted.agg(F.count(F.lit(1)).alias("new_buyer_count"))


def _hops(trades: DataFrame) -> DataFrame:
    """What coins in the middle of a route moved: it has no profit, but a curve gave or took it."""
    nothing = {"matched_units": F.lit(0).cast("bigint"), "pnl_lamports": F.lit(None).cast("bigint")}
    paid = F.col("sol_lamports") + F.col("fee_lamports")
    columns = nothing | {"buy_cost_lamports": F.when(F.col("direction") == "buy", paid).otherwise(F.lit(0))}
    hops = trades.where("is_hop").withColumns({**columns, "unmatched_units": F.col("token_units")})
    return hops.select(*_FLOWING)


def _last_reserves(trades: DataFrame) -> DataFrame:
    """The reserves after the last trade of each mint and day that states any; a join costs less than a struct's max."""
    key = ["token_mint", "trade_date"]
    stated = trades.where("virtual_sol_lamports IS NOT NULL AND virtual_token_units IS NOT NULL")
    last = stated.groupBy(*key).agg(F.max("order_in_mint_day").alias("order_in_mint_day"))
    reserves = F.struct(F.col("traded_at").alias("at"), *PLACE[1:], *_RESERVES).alias("last_reserves")
    return stated.join(F.broadcast(last), [*key, "order_in_mint_day"]).select(
        "token_mint", F.col("trade_date").alias("day"), reserves
    )


def _realised(pnl: DataFrame) -> DataFrame:
    return pnl.groupBy("token_mint", F.col("trade_date").alias("day")).agg(
        *tape_completeness.flows(),
        F.coalesce(F.sum("pnl_lamports"), F.lit(0)).alias("realised_pnl_lamports"),
        F.count("pnl_lamports").alias("matched_sell_count"),
        F.count(F.when(F.col("pnl_lamports") < 0, 1)).alias("loss_count"),
        F.max("known_at").alias("pnl_known_at"),
    )


def _volatility() -> Column:
    n, total, squares = (F.col(name).cast("double") for name in ("steps", "step_sum", "step_squares"))
    variance = (n * squares - total * total) / (n * (n - 1))
    return F.when(F.col("steps") >= 2, F.sqrt(F.greatest(variance, F.lit(0.0))) / 1e6)


def run(context: StepContext, days: Days) -> None:
    """Aggregate these days; reserves and prices carry over from each mint's latest earlier day."""
    trades = context.read(silver_trades.TABLE, days)
    before = latest_before(context, TABLE, trades.select("token_mint"), days[0])
    pnl, events = (context.read(table, days) for table in (silver_trade_pnl.TABLE, bronze_token_events.TABLE))
    mint_days = context.read(silver_trader_mint_day.TABLE, days)
    frame = transform(trades, pnl, mint_days, before, events, context.groups(days))
    staged = context.stage(TABLE, frame)
    context.publish(TABLE, staged, days, staged=True)
    _tell_set_aside(context.report, staged)


def _tell_set_aside(report: RunReport, staged: DataFrame) -> None:
    """Name the mints that a break set aside, for people and for the ledger, with their share of the day's volume."""
    torn = staged.where("is_tape_broken AND NOT is_sampled").select("day", "token_mint", "volume_lamports").collect()
    for day in sorted({row["day"] for row in torn}):
        rows = sorted((row for row in torn if row["day"] == day), key=lambda row: str(row["token_mint"]))
        mints, lamports = [row["token_mint"] for row in rows], sum(row["volume_lamports"] for row in rows)
        report.day(day).note(TABLE.name, set_aside={"mints": mints, "volume_lamports": lamports})
        report.warnings.append(
            f"{len(mints)} mints are set aside from {day} on, in no sum of equity, with "
            f"{lamports / LAMPORTS_PER_SOL:,.1f} SOL of that day: a break ended their tapes ({listed(mints)}). "
            "They are back once the day has landed again without it."
        )
