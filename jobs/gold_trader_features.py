"""gold_trader_features: what every eligible trader looks like at T, the midnight after each dump day.

Reads the 30 days before T and nothing later; lifetime figures come with the latest daily row. Any number of days is one
pass. To change what a feature means, see `features/`; who gets a row is in `features/eligibility.py`.
"""

from collections.abc import Collection
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features import registry
from features.rolling.entries import graduated_shares
from features.rolling.market import market
from features.rolling.ranks import ranked
from features.windows import AS_OF_DAY, as_of, fact_days
from jobs.running.step_context import StepContext
from jobs.windowing.fact_files import fact_files
from jobs.windowing.tasks import windowed
from pumploss.days import Days, shift
from pumploss.lake.splits import splits_of
from pumploss.tables import gold_market_day, gold_trader_day

#: A row of daily facts holds about as much as so many rows of single trades, in lists.
ITEMS_PER_ROW = 20
#: What of a row becomes known at times of its own, beside its daily facts, mints and positions.
KNOWN_PARTS = ("market", "entries", "rhythm", "ranks")


def run(context: StepContext, days: Days) -> None:
    """Replaces feature_day D + 1 for each dump day D."""
    as_of_days = [shift(day, 1) for day in days]
    facts = fact_days(as_of_days)
    market_days = context.read(gold_market_day.TABLE, facts)
    # A task holds the rows of its traders, and answers them for each T.
    splits = splits_of(context.largest_day() * max(ITEMS_PER_ROW, len(as_of_days)))
    windows = windowed(market_days.sparkSession, fact_files(context, facts), as_of_days, splits)
    features = transform(context.lake.stage("windows", windows), market_days, as_of_days)
    context.publish(registry.TABLE, features, as_of_days)
    rows = context.lake.rows_by_day(gold_trader_day.TABLE)
    for day in days:
        # Each T reads its whole window, of which neighbours share all but a day.
        context.report.day(day).rows_read = sum(rows.get(read, 0) for read in fact_days([shift(day, 1)]))


def transform(windows: DataFrame, market_days: DataFrame, as_of_days: Collection[date]) -> DataFrame:
    """Makes one row per eligible trader and T, in the order of the contract, of windows (`features.rolling.walk`)."""
    own, of_all = windows.where("trader_address IS NOT NULL"), windows.where("trader_address IS NULL")
    shared = [market(market_days, as_of_days), graduated_shares(of_all)]
    compared = reduce(lambda frame, one: frame.join(F.broadcast(one), AS_OF_DAY, "left"), shared, ranked(own))
    return _columns(own.join(compared, ["trader_address", AS_OF_DAY], "left"))


def _columns(joined: DataFrame) -> DataFrame:
    # Who has no entry of which anything became is compared with nobody's.
    compared = F.when(F.col("fated_count_30d") > 0, F.col("graduated_known_at"))
    computed = {feature.name: feature.expression().cast(feature.type.spark) for feature in registry.features()}
    given = {
        "trader_address": F.col("trader_address"),
        "as_of": as_of(),
        "known_at": F.greatest("known_at", *(f"{part}_known_at" for part in KNOWN_PARTS), compared),
        "feature_day": F.col(AS_OF_DAY),
        "trader_cohort": F.col("trader_cohort"),
    }
    columns = {**computed, **given}
    return joined.select(*(columns[name].alias(name) for name in registry.TABLE.names))
