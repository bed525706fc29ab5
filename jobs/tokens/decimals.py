"""Decimals are a fact of the mint: who states them, whose statement counts, and what follows for its trades.

Of two statements the one of the better basis counts (`sources.declaration.Basis`), of two alike the one that landed
first, of one day the one that more rows make.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pumploss.money import INT64_MAX
from pumploss.reasons import Reason
from sources import SOURCES
from sources.declaration import Basis
from sources.interpreting.casts import MAX_DECIMALS
from sources.interpreting.quote_assets import QUOTE_MINTS

#: What a statement says of a mint, in columns that `silver_tokens` keeps but for `decimals_rank`.
STATEMENT = ("token_mint", "known_day", "decimals_rank", "token_decimals", "first_trade_date")
#: What a trade that is to be restated needs to know.
FACT = ("token_mint", "fact_decimals", "is_fact_assumed", "decimals_known_day")
FACT_DDL = "token_mint string, fact_decimals int, is_fact_assumed boolean, decimals_known_day date"
#: An amount in whole tokens was a binary float somewhere: what is beyond the mint's units by less is its noise.
_NOISE_BITS = 50
_POWERS = tuple(10**places for places in range(MAX_DECIMALS + 1))
_LIMITS = tuple(INT64_MAX // power for power in _POWERS)
_FAR = "DATE '9999-12-31'"


def rank_of(basis: Column) -> Column:
    """Ranks the name of a basis; NULL where there is none."""
    return F.coalesce(*(F.when(basis == each.value, F.lit(each.rank)) for each in Basis))


def name_of(rank: Column) -> Column:
    """Names the basis of a rank."""
    return F.coalesce(*(F.when(rank == each.rank, F.lit(each.value)) for each in Basis))


def is_in_tokens() -> Column:
    """Tells whether the source of a row states whole tokens, so that its units depend on the decimals."""
    return F.col("source").isin(*(name for name, of in SOURCES.items() if of.is_in_tokens))


def _rank_of_row() -> Column:
    """Ranks what the decimals of a trade rest on."""
    stated = (F.when(F.col("source") == name, F.lit(of.decimals.rank)) for name, of in SOURCES.items())
    return F.when(F.col("is_decimals_assumed"), F.lit(Basis.ASSUMED.rank)).otherwise(F.coalesce(*stated))


def statements(trades: DataFrame, events: DataFrame) -> DataFrame:
    """Lists what each dump day says of its mints, as STATEMENT and how many `rows` say so."""
    key = ("token_mint", F.col("dump_day").alias("known_day"))
    of_trades = trades.groupBy(*key, _rank_of_row().alias("decimals_rank"), "token_decimals").agg(
        F.min("trade_date").alias("first_trade_date"), F.count(F.lit(1)).alias("rows")
    )
    of_coins = events.where(F.col("token_decimals").isNotNull() & ~F.col("token_mint").isin(*QUOTE_MINTS))
    of_events = of_coins.groupBy(*key, F.lit(Basis.EVENT.rank).alias("decimals_rank"), "token_decimals")
    counted = of_events.agg(F.lit(None).cast("date").alias("first_trade_date"), F.count(F.lit(1)).alias("rows"))
    return of_trades.unionByName(counted)


def news(stated: DataFrame, before: DataFrame) -> DataFrame:
    """Keeps what each day adds, as STATEMENT: a better basis, or trades of an earlier date, than was known before it.

    `before` are rows of `silver_tokens` that earlier days left.
    """
    best = stated.groupBy("token_mint", "known_day").agg(
        F.min(F.struct("decimals_rank", -F.col("rows"), "token_decimals")).alias("best"),
        F.min("first_trade_date").alias("first_trade_date"),
    )
    days = best.select("token_mint", "known_day", "best.decimals_rank", "best.token_decimals", "first_trade_date")
    earlier = Window.partitionBy("token_mint").orderBy("known_day").rowsBetween(Window.unboundedPreceding, -1)
    known = before.select(
        "token_mint", rank_of(F.col("decimals_basis")).alias("old_rank"), F.col("first_trade_date").alias("old_since")
    )
    never, far = F.lit(Basis.ASSUMED.rank + 1), F.expr(_FAR)
    compared = days.join(known, "token_mint", "left").select(
        *STATEMENT,
        *(
            F.least(F.coalesce(F.min(own).over(earlier), none), F.coalesce(old, none)).alias(f"least_{own}")
            for own, old, none in (("decimals_rank", "old_rank", never), ("first_trade_date", "old_since", far))
        ),
    )
    adds = "decimals_rank < least_decimals_rank OR first_trade_date < least_first_trade_date"
    return compared.where(adds).select(*STATEMENT)


def conflicts(stated: DataFrame, before: DataFrame, tokens: DataFrame) -> DataFrame:
    """Finds statements, no assumptions, that contradict the one that counts, with the day since which both are known.

    `before` are rows of `silver_tokens` that earlier days left: what counted then was stated as well. `tokens` are the
    rows of these days.
    """
    earlier = before.where("token_decimals IS NOT NULL").select(
        "token_mint",
        F.col("decimals_known_day").alias("known_day"),
        rank_of(F.col("decimals_basis")).alias("decimals_rank"),
        "token_decimals",
    )
    fact = F.struct("token_decimals", "decimals_basis", "decimals_known_day")
    latest = before.unionByName(tokens).groupBy("token_mint").agg(F.max_by(fact, "known_day").alias("fact"))
    real = stated.select(*earlier.columns).unionByName(earlier).where(F.col("decimals_rank") < Basis.ASSUMED.rank)
    return (
        real.join(latest, "token_mint")
        .where("token_decimals != fact.token_decimals")
        .select(
            "token_mint",
            "known_day",
            F.greatest("known_day", F.col("fact.decimals_known_day")).alias("day"),
            "token_decimals",
            name_of(F.col("decimals_rank")).alias("basis"),
            F.col("fact.token_decimals").alias("fact_decimals"),
            F.col("fact.decimals_basis").alias("fact_basis"),
        )
    )


def facts_of(tokens: DataFrame) -> DataFrame:
    """Makes FACT of rows of `silver_tokens` that know decimals."""
    return tokens.where("token_decimals IS NOT NULL").select(
        "token_mint",
        F.col("token_decimals").alias("fact_decimals"),
        (F.col("decimals_basis") == Basis.ASSUMED.value).alias("is_fact_assumed"),
        "decimals_known_day",
    )


def differs() -> Column:
    """Whether a trade joined to FACT says something else of its mint."""
    return (F.col("token_decimals") != F.col("fact_decimals")) | (
        F.col("is_decimals_assumed") != F.col("is_fact_assumed")
    )


def restated(trades: DataFrame, facts: DataFrame) -> DataFrame:
    """Gives trades the decimals of their mint, and amounts that were stated in whole tokens their base units.

    Adds `known_day`, the later of dump day and, where it changed the trade, the day of the statement, and `refusal`:
    `precision` where an amount is finer than the mint's units by more than floating-point noise, `overflow` where it
    does not fit 64 bits. Those amounts stay as they were.
    """
    excess = F.least(F.col("rest"), F.col("power") - F.col("rest"))
    noise = F.shiftright("token_units", _NOISE_BITS)
    refusal = F.when((F.col("step") > 0) & (F.col("token_units") > F.col("limit")), Reason.OVERFLOW.value).when(
        (F.col("step") < 0) & (excess > noise), Reason.PRECISION.value
    )
    nearest = F.when(F.col("rest") >= F.col("power") - F.col("rest"), 1).otherwise(0)
    units = (
        F.when(F.col("refusal").isNotNull() | (F.col("step") == 0), F.col("token_units"))
        .when(F.col("step") > 0, F.least("token_units", "limit") * F.col("power"))
        .otherwise(F.expr("(token_units - rest) div power") + nearest)
    )
    instead = {
        "token_decimals": F.col("fact_decimals"),
        "is_decimals_assumed": F.col("is_fact_assumed"),
        "known_day": F.greatest("dump_day", "decimals_known_day"),
    }
    before = {name: F.col("dump_day" if name == "known_day" else name) for name in instead}
    return (
        _scaled(trades, facts)
        .withColumn("refusal", refusal)
        .select(
            *(name for name in trades.columns if name not in ("token_units", "is_rounded", *instead)),
            units.alias("token_units"),
            (F.col("is_rounded") | (F.col("refusal").isNull() & (F.col("rest") > 0))).alias("is_rounded"),
            *(F.when(F.col("is_changed"), new).otherwise(before[name]).alias(name) for name, new in instead.items()),
            "refusal",
        )
    )


def _scaled(trades: DataFrame, facts: DataFrame) -> DataFrame:
    """Joins FACT, with the places by which an amount in tokens is off, their power, its limit, and what is finer."""
    is_changed = F.coalesce(differs(), F.lit(False))
    step = F.when(is_changed & is_in_tokens(), F.col("fact_decimals") - F.col("token_decimals")).otherwise(F.lit(0))
    joined = trades.join(F.broadcast(facts), "token_mint", "left").select(
        "*", is_changed.alias("is_changed"), step.alias("step")
    )
    chosen = {
        name: F.element_at(F.array(*map(F.lit, values)), F.abs("step") + 1)
        for name, values in (("power", _POWERS), ("limit", _LIMITS))
    }
    rest = F.when(F.col("step") < 0, F.col("token_units") % F.col("power")).otherwise(F.lit(0))
    return joined.withColumns(chosen).withColumn("rest", rest)
