"""gold_trader_features: what every eligible trader looks like at T, the midnight after each dump day.

Reads the 30 days before T and nothing later; lifetime figures come with the latest daily row. Any number of days is one
pass. To change what a feature means, see `features/`; who gets a row is in `features/eligibility.py`.
"""

from collections.abc import Callable, Collection
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features import registry
from features.rolling import entries, rhythm
from features.rolling.cohorts import walk_cohorts
from features.rolling.facts import Inputs, daily
from features.rolling.kernel import kernel
from features.rolling.market import market
from features.rolling.mint_histories import for_cohorts, mint_histories
from features.rolling.positions import columns, with_positions
from features.rolling.ranks import ranked
from features.windows import AS_OF_DAY, as_of, fact_days, windowed_columns
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.contract import Type
from pumploss.days import Days, shift
from pumploss.lake.splits import splits_of
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    gold_trader_entries,
    gold_trader_mints,
    gold_trader_positions,
    gold_trader_rhythm,
)
from pumploss.walks import first_cohorts

#: A row of daily facts holds about as much as so many rows of single trades, in lists.
ITEMS_PER_ROW = 20
#: What of a row becomes known at times of its own, beside its daily facts, mints and positions.
KNOWN_PARTS = ("market", "entries", "rhythm", "ranks")

Keep = Callable[[str, DataFrame], DataFrame]


def run(context: StepContext, days: Days) -> None:
    """Replaces feature_day D + 1 for each dump day D."""
    as_of_days = [shift(day, 1) for day in days]
    facts = fact_days(as_of_days)
    inputs = Inputs(
        trader_days=context.read(gold_trader_day.TABLE, facts),
        mints=context.read(gold_trader_mints.TABLE, facts),
        token_days=context.read(gold_token_day.TABLE, facts),
        market_days=context.read(gold_market_day.TABLE, facts),
        positions=context.read(gold_trader_positions.TABLE, facts),
        entries=context.read(gold_trader_entries.TABLE, facts),
        rhythm=context.read(gold_trader_rhythm.TABLE, facts),
    )
    parts = splits_of(context.largest_day() * ITEMS_PER_ROW)
    features = transform(inputs, as_of_days, context.lake.stage, parts, context.groups(facts))
    context.publish(registry.TABLE, features, as_of_days)
    rows = context.lake.rows_by_day(gold_trader_day.TABLE)
    for day in days:
        # Each T reads its whole window, of which neighbours share all but a day.
        context.report.day(day).rows_read = sum(rows.get(read, 0) for read in fact_days([shift(day, 1)]))


def transform(
    inputs: Inputs,
    as_of_days: Collection[date],
    keep: Keep = lambda _, frame: frame,
    parts: int = 1,
    groups: int = COHORTS,
) -> DataFrame:
    """Makes one row per eligible trader and T, in the order of the contract.

    Windows are drawn for one part of the cohorts after the other, so that memory holds a part of the traders, and are
    walked in so many groups of all cohorts; `keep` computes a frame once and answers what reads it.
    """
    histories = keep("mint-histories", mint_histories(inputs.token_days))
    kept = [
        [
            keep(f"{name}-{part}", frame)
            for name, frame in _windows(inputs, histories, as_of_days, cohorts, groups).items()
        ]
        for part, cohorts in enumerate(_ranges(parts))
    ]
    own, own_entries, own_rhythm = (reduce(DataFrame.unionByName, frames) for frames in zip(*kept, strict=True))
    by_trader = ["trader_address", AS_OF_DAY]
    of_all = [market(inputs.market_days, as_of_days), entries.graduated_shares(own_entries)]
    compared = reduce(
        lambda frame, one: frame.join(F.broadcast(one), AS_OF_DAY, "left"), of_all, ranked(own, own_entries)
    )
    # The widest comes last: planning a join takes an engine as long as it has columns.
    beside = compared.join(own_rhythm, by_trader, "left").join(own_entries, by_trader, "left")
    return _columns(own.join(beside, by_trader, "left"))


def _ranges(parts: int) -> list[range]:
    """Cut the cohorts into parts."""
    width = COHORTS // parts
    return [range(first, first + width) for first in range(0, COHORTS, width)]


def _windows(
    inputs: Inputs, histories: DataFrame, as_of_days: Collection[date], cohorts: range, groups: int
) -> dict[str, DataFrame]:
    own = inputs.of_cohorts(cohorts)
    firsts = sorted(set(cohorts) & set(first_cohorts(groups)))
    return {
        "windows": windowed(own, as_of_days, groups),
        "entry-windows": entries.windowed(own.entries, for_cohorts(histories, firsts), as_of_days, groups),
        "rhythm-windows": rhythm.windowed(own.rhythm, as_of_days, groups),
    }


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


def windowed(inputs: Inputs, as_of_days: Collection[date], groups: int = COHORTS) -> DataFrame:
    """Works out sums, levels and counts per trader and T, for every trader who is eligible at T."""
    drawn = kernel(tuple(sorted(as_of_days)))
    summed = walk_cohorts(daily(inputs), inputs.mints, drawn, _ddl(windowed_columns()), groups)
    return walk_cohorts(summed, inputs.positions, with_positions, _ddl(columns()), groups)


def _ddl(kinds: dict[str, Type]) -> str:
    return ", ".join(f"{name} {kind.spark}" for name, kind in kinds.items())
