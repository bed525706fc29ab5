"""Token events, and decimals that trades state, to facts: of each token and pool, what is known at a day's close."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.tokens import decimals
from jobs.tokens.mode_facts import mode_facts
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events, bronze_trades, silver_pools
from pumploss.tables.silver_tokens import TABLE
from sources.declaration import Basis
from sources.interpreting.quote_assets import QUOTE_MINTS

#: Facts of one dump day count in chain order; what is equal in that, in the order of its line.
CHAIN_ORDER = ("occurred_at", "slot", "tx_index", "event_index", "file", "line_number")
#: The first stated value of these stays; of times the earliest counts.
TOKEN_FACTS = ("creator_address", "pool_address", "quote_mint", "is_mayhem")
TOKEN_TIMES = ("launched_at", "graduated_at", "first_trade_date")
POOL_FACTS = ("token_mint", "quote_mint", "token_decimals")
POOL_TIMES = ("pool_opened_at",)
#: How many contradictions are named.
SHOWN = 3


def token_facts(events: DataFrame) -> DataFrame:
    """Says what each event says of its token, in columns of `silver_tokens`, with `known_day`.

    Rewritten reserves say the mode alone: `mode_facts`.
    """
    kind = F.col("event_kind")
    # Anyone may open a pool of any mint, against anything: of that, only the decimals say something of the token.
    return events.where((kind != "rewrite") & ~F.col("token_mint").isin(*QUOTE_MINTS)).select(
        "token_mint",
        F.when(kind == "create", F.col("occurred_at")).alias("launched_at"),
        F.when(kind == "create", F.col("creator_address")).alias("creator_address"),
        F.when(kind.isin("complete", "migrate"), F.col("occurred_at")).alias("graduated_at"),
        F.when(kind == "migrate", F.col("pool_address")).alias("pool_address"),
        F.when(kind != "create_pool", F.col("quote_mint")).alias("quote_mint"),
        F.when(kind == "create", F.col("is_mayhem")).alias("is_mayhem"),
        "token_decimals",
        F.when(F.col("token_decimals").isNotNull(), Basis.EVENT.rank).alias("decimals_rank"),
        F.lit(None).cast("date").alias("first_trade_date"),
        *CHAIN_ORDER,
        F.col("dump_day").alias("known_day"),
    )


def pool_facts(events: DataFrame) -> DataFrame:
    """Says what each event says of its pool, in columns of `silver_pools`, with `known_day`."""
    of_pools = events.where("event_kind IN ('create_pool', 'migrate') AND pool_address IS NOT NULL")
    return of_pools.select(
        "pool_address",
        "token_mint",
        "quote_mint",
        "token_decimals",
        F.col("occurred_at").alias("pool_opened_at"),
        *CHAIN_ORDER,
        F.col("dump_day").alias("known_day"),
    )


def transform(facts: DataFrame, before: DataFrame, table: Table) -> DataFrame:
    """Makes the table's rows of some days from their facts and from what was known before the first of them.

    What was known first stays, and of one day what comes first in the chain; what was missing is filled; of times the
    earliest counts. Of a token's decimals the better basis counts.
    """
    key, names, times = _shape(table)
    if table is TABLE:
        facts = facts.withColumn("decimals_known_day", F.col("known_day"))
        before = before.withColumn("decimals_rank", decimals.rank_of(F.col("decimals_basis")))
    # What was known before comes first: its days are earlier than any of the facts'.
    carried = before.select(*(name for name in facts.columns if name in before.columns))
    known = facts.unionByName(carried, allowMissingColumns=True)
    chain = (F.col(name).asc_nulls_last() for name in CHAIN_ORDER)
    ranked = known.withColumn("rank", F.row_number().over(Window.partitionBy(key).orderBy("known_day", *chain)))
    days = facts.select(key, F.col("known_day").alias("close_day")).distinct()
    merged = (
        days.join(ranked, key)
        .where("known_day <= close_day")
        .groupBy(key, "close_day")
        .agg(
            *(_first(name) for name in names),
            *(F.min(name).alias(name) for name in times),
            *(_best_decimals() if table is TABLE else ()),
        )
    )
    return merged.select(
        "*",
        F.col("close_day").alias("known_day"),
        F.date_add("close_day", 1).cast("timestamp").alias("known_at"),
    ).select(*table.names)


def run(context: StepContext, days: Days) -> None:
    """Writes what these days add to tokens and pools, each built on what earlier days knew."""
    events = context.read(bronze_token_events.TABLE, days)
    pools = pool_facts(events)
    before = latest_before(context, silver_pools.TABLE, pools.select("pool_address"), days[0])
    context.publish(silver_pools.TABLE, transform(pools, before, silver_pools.TABLE), days)
    trades = context.read(bronze_trades.TABLE, days)
    stated = context.lake.stage("decimal_statements", decimals.statements(trades, events))
    facts = token_facts(events)
    # Also mints of which only reserves were rewritten: a row of theirs goes on from what was known.
    wanted = stated.select("token_mint").union(events.select("token_mint"))
    known = latest_before(context, TABLE, wanted, days[0])
    news = context.lake.stage("decimal_news", decimals.news(stated, known))
    for more in (news, mode_facts(trades, events, known)):
        facts = facts.unionByName(more, allowMissingColumns=True)
    tokens = context.stage(TABLE, transform(facts, known, TABLE))
    context.publish(TABLE, tokens, days, staged=True)
    _tell(context.report, decimals.conflicts(stated, known, tokens))


def _tell(report: RunReport, conflicts: DataFrame) -> None:
    """Counts statements that contradict the one that counts, by day, and names the first of them."""
    counts = conflicts.groupBy("day").count().collect()
    for row in counts:
        report.day(row["day"]).note(TABLE.name, decimal_conflicts=row["count"])
    if counts:
        first = conflicts.orderBy("known_day", "token_mint", "token_decimals").limit(SHOWN).collect()
        named = "; ".join(
            f"{row['token_mint']} on {row['known_day']}: {row['token_decimals']} ({row['basis']}) against "
            f"{row['fact_decimals']} ({row['fact_basis']})"
            for row in first
        )
        total = sum(row["count"] for row in counts)
        report.warnings.append(f"{total} statements of decimals contradict those that count: {named}")


def _shape(table: Table) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Names key, facts and times of a table of facts."""
    return ("token_mint", TOKEN_FACTS, TOKEN_TIMES) if table is TABLE else ("pool_address", POOL_FACTS, POOL_TIMES)


def _first(name: str) -> Column:
    """Takes the first value of a fact that is stated at all."""
    return F.min_by(name, F.when(F.col(name).isNotNull(), F.col("rank"))).alias(name)


def _best_decimals() -> tuple[Column, ...]:
    """Takes the decimals of the best basis, of equal ones the first, with basis and first day."""
    # One number orders both: a window of a token's statements never has a million rows.
    order = F.when(F.col("token_decimals").isNotNull(), F.col("decimals_rank") * 1_000_000 + F.col("rank"))
    return (
        F.min_by("token_decimals", order).alias("token_decimals"),
        decimals.name_of(F.min("decimals_rank")).alias("decimals_basis"),
        F.min_by("decimals_known_day", order).alias("decimals_known_day"),
    )
