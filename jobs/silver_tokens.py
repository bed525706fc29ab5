"""Token events to facts: of each token and pool that a day's events speak of, what is known at its close."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.tokens.mode_facts import mode_facts
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.tables import bronze_token_events, bronze_trades, silver_pools
from pumploss.tables.silver_tokens import TABLE

#: Facts of one dump day count in chain order; what is equal in that, in the order of its line.
CHAIN_ORDER = ("occurred_at", "slot", "tx_index", "event_index", "file", "line_number")
#: The first stated value of these stays; of times the earliest counts.
TOKEN_FACTS = ("creator_address", "pool_address", "token_decimals", "quote_mint", "is_mayhem")
TOKEN_TIMES = ("launched_at", "graduated_at")
POOL_FACTS = ("token_mint", "quote_mint", "token_decimals")
POOL_TIMES = ("pool_opened_at",)


def token_facts(events: DataFrame) -> DataFrame:
    """Says what each event says of its token, in columns of `silver_tokens`, with `known_day`.

    Rewritten reserves say the mode alone: `mode_facts`.
    """
    kind = F.col("event_kind")
    # Anyone may open a pool of any mint, against anything: of that, only the decimals say something of the token.
    return events.where("event_kind <> 'rewrite'").select(
        "token_mint",
        F.when(kind == "create", F.col("occurred_at")).alias("launched_at"),
        F.when(kind == "create", F.col("creator_address")).alias("creator_address"),
        F.when(kind.isin("complete", "migrate"), F.col("occurred_at")).alias("graduated_at"),
        F.when(kind == "migrate", F.col("pool_address")).alias("pool_address"),
        "token_decimals",
        F.when(kind != "create_pool", F.col("quote_mint")).alias("quote_mint"),
        F.when(kind == "create", F.col("is_mayhem")).alias("is_mayhem"),
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
    earliest counts.
    """
    key, names, times = _shape(table)
    # What was known before comes first: its days are earlier than any of the facts'.
    known = facts.unionByName(before.select(key, *names, *times, "known_day"), allowMissingColumns=True)
    chain = (F.col(name).asc_nulls_last() for name in CHAIN_ORDER)
    ranked = known.withColumn("rank", F.row_number().over(Window.partitionBy(key).orderBy("known_day", *chain)))
    days = facts.select(key, F.col("known_day").alias("close_day")).distinct()
    merged = (
        days.join(ranked, key)
        .where("known_day <= close_day")
        .groupBy(key, "close_day")
        .agg(*(_first(name) for name in names), *(F.min(name).alias(name) for name in times))
    )
    return merged.select(
        "*",
        F.col("close_day").alias("known_day"),
        F.date_add("close_day", 1).cast("timestamp").alias("known_at"),
    ).select(*table.names)


def run(context: StepContext, days: Days) -> None:
    """Writes what these days' events add to tokens and pools, each built on what earlier days knew."""
    events = context.read(bronze_token_events.TABLE, days)
    pools = pool_facts(events)
    known = latest_before(context, silver_pools.TABLE, pools.select("pool_address"), days[0])
    context.publish(silver_pools.TABLE, transform(pools, known, silver_pools.TABLE), days)
    modes = context.read(bronze_trades.TABLE, days).where("is_mayhem")
    before = latest_before(context, TABLE, events.select("token_mint").union(modes.select("token_mint")), days[0])
    facts = token_facts(events).unionByName(mode_facts(modes, events, before), allowMissingColumns=True)
    context.publish(TABLE, transform(facts, before, TABLE), days)


def _shape(table: Table) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Names key, facts and times of a table of facts."""
    return ("token_mint", TOKEN_FACTS, TOKEN_TIMES) if table is TABLE else ("pool_address", POOL_FACTS, POOL_TIMES)


def _first(name: str) -> Column:
    """Takes the first value of a fact that is stated at all."""
    return F.min_by(name, F.when(F.col(name).isNotNull(), F.col("rank"))).alias(name)
