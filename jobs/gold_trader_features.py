"""gold_trader_features: what every eligible trader looks like at T, the midnight after each dump day.

Reads the 30 days before T and nothing later; lifetime figures come with the latest daily row. Any number of days is one
pass. To change what a feature means, see `features/`; who gets a row is in `features/eligibility.py`.
"""

from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features import registry
from features.rolling import entries, rhythm
from features.rolling.facts import Inputs, daily, mints
from features.rolling.kernel import kernel
from features.rolling.market import market
from features.rolling.position_facts import round_trips
from features.rolling.positions import columns, with_positions
from features.windows import AS_OF_DAY, as_of, fact_days, windowed_columns
from jobs.running.step_context import StepContext
from pumploss.contract import Type
from pumploss.days import Days, shift
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    gold_trader_rhythm,
    silver_entries,
    silver_round_trips,
    silver_trader_mint_day,
)


def run(context: StepContext, days: Days) -> None:
    """Replaces feature_day D + 1 for each dump day D."""
    as_of_days = [shift(day, 1) for day in days]
    facts = fact_days(as_of_days)
    inputs = Inputs(
        trader_days=context.read(gold_trader_day.TABLE, facts),
        mint_days=context.read(silver_trader_mint_day.TABLE, facts),
        token_days=context.read(gold_token_day.TABLE, facts),
        market_days=context.read(gold_market_day.TABLE, facts),
        round_trips=context.read(silver_round_trips.TABLE, facts),
        entries=context.read(silver_entries.TABLE, facts),
        rhythm=context.read(gold_trader_rhythm.TABLE, facts),
    )
    context.publish(registry.TABLE, transform(inputs, as_of_days), as_of_days)
    rows = context.lake.rows_by_day(gold_trader_day.TABLE)
    for day in days:
        # Each T reads its whole window, of which neighbours share all but a day.
        context.report.day(day).rows_read = sum(rows.get(read, 0) for read in fact_days([shift(day, 1)]))


def transform(inputs: Inputs, as_of_days: Collection[date]) -> DataFrame:
    """Makes one row per eligible trader and T, in the order of the contract."""
    by_market = windowed(inputs, as_of_days).join(
        F.broadcast(market(inputs.market_days, as_of_days)), AS_OF_DAY, "left"
    )
    own_entries = entries.windowed(inputs.entries, inputs.token_days, as_of_days)
    own_rhythm = rhythm.windowed(inputs.rhythm, as_of_days)
    by_trader = ["trader_address", AS_OF_DAY]
    joined = by_market.join(own_entries, by_trader, "left").join(own_rhythm, by_trader, "left")
    computed = {feature.name: feature.expression().cast(feature.type.spark) for feature in registry.features()}
    given = {
        "trader_address": F.col("trader_address"),
        "as_of": as_of(),
        "known_at": F.greatest("known_at", "market_known_at", "entries_known_at", "rhythm_known_at"),
        "feature_day": F.col(AS_OF_DAY),
        "trader_cohort": F.col("trader_cohort"),
    }
    return joined.select(*({**computed, **given}[name].alias(name) for name in registry.TABLE.names))


def windowed(inputs: Inputs, as_of_days: Collection[date]) -> DataFrame:
    """Works out sums, levels and counts per trader and T, for every trader who is eligible at T."""
    by_cohort = daily(inputs).groupBy("trader_cohort").cogroup(mints(inputs).groupBy("trader_cohort"))
    summed = by_cohort.applyInArrow(kernel(tuple(sorted(as_of_days))), _ddl(windowed_columns()))
    positions = summed.groupBy("trader_cohort").cogroup(round_trips(inputs).groupBy("trader_cohort"))
    return positions.applyInArrow(with_positions, _ddl(columns()))


def _ddl(kinds: dict[str, Type]) -> str:
    return ", ".join(f"{name} {kind.spark}" for name, kind in kinds.items())
