"""Which trades rest on other decimals than those that are known of their mint by now, and on which dates they stand."""

import json
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.tokens import decimals
from pumploss.days import Days
from pumploss.lake.delta import day_condition
from pumploss.tables import silver_tokens, silver_trades

TOKENS = silver_tokens.TABLE
#: What the ledger calls the trades of a day whose amounts are none in units of their mint.
LEFT_OUT = "left_out"


def known_decimals(context: StepContext, trades: DataFrame, days: Days) -> DataFrame | None:
    """Finds `decimals.FACT` of the mints of which a trade says something else; None where all agree.

    What later days know counts as well, but for days that are stale and those after them: once they are built again,
    they restate what they change.
    """
    alike = trades.groupBy("token_mint", "token_decimals", "is_decimals_assumed").agg(F.count(F.lit(1)).alias("rows"))
    said = context.lake.stage("said_decimals", alike)
    facts = decimals.facts_of(latest_before(context, TOKENS, said, _horizon(context, days[-1])))
    wrong = said.join(facts, "token_mint").where(decimals.differs()).select(*decimals.FACT).distinct().toArrow()
    return context.spark.createDataFrame(wrong, decimals.FACT_DDL) if wrong.num_rows else None


def resting_dates(context: StepContext, days: Days) -> set[date]:
    """Finds earlier trade dates whose trades contradict what these days have said of the decimals of their mint.

    Also dates on which trades were left out for decimals that may have been these.
    """
    built = [day for day in context.lake.rows_by_day(silver_trades.TABLE) if day < days[-1] and day not in days]
    if not built:
        return set()
    better = context.read(TOKENS, days).where(day_condition("decimals_known_day", days))
    older = better.where(f"first_trade_date < '{days[-1]}'").select("first_trade_date", *TOKENS.names[:1])
    since = older.agg(F.min("first_trade_date").alias("since")).collect()[0]["since"]
    candidates = [day for day in built if since is not None and day >= since]
    if not candidates:
        return set()
    facts = decimals.facts_of(better.join(older.select("token_mint").distinct(), "token_mint", "left_semi"))
    held = context.read_own(silver_trades.TABLE, candidates).join(F.broadcast(facts), "token_mint")
    resting = held.where(decimals.differs()).select("trade_date").distinct().collect()
    return {row["trade_date"] for row in resting} | {day for day in candidates if _left_out(context, day)}


def _left_out(context: StepContext, day: date) -> bool:
    """Tells whether trades of a day were left out when it was built."""
    noted = json.loads(context.ledger.outputs(silver_trades.TABLE.name, day))
    return bool(noted.get(silver_trades.TABLE.name, {}).get(LEFT_OUT))


def _horizon(context: StepContext, last: date) -> date:
    """Names the first day of `silver_tokens` that is not to be read: after these days, and after all built ones."""
    stale = [day for day in context.ledger.stale("silver_tokens") if day > last]
    return min(stale, default=max([last, *context.lake.rows_by_day(TOKENS)]) + timedelta(days=1))
