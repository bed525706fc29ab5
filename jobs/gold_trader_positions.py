"""What each trader did with positions on each day: opened, emptied, carried on. A day needs its own round trips alone.

A position that is opened on one day and emptied on another is in the rows of both; windows of many days take what is
known of it from the latest.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.tapes.positions import TRIPS, positions_of
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.days import Days
from pumploss.tables import silver_round_trips
from pumploss.tables.gold_trader_positions import TABLE
from pumploss.walks import by_cohorts


def transform(round_trips: DataFrame, groups: int = COHORTS) -> DataFrame:
    """Round trips as they stand at the closes of some days to `gold_trader_positions`."""
    named = {
        "day": F.col("close_day"),
        "entered": F.unix_micros("entered_at"),
        "entry_order": F.col("entry_order_in_day"),
        "exited": F.coalesce(F.unix_micros("exited_at"), F.lit(0)),
        "exit_order": F.coalesce("exit_order_in_day", F.lit(0)),
    }
    trips = round_trips.select(*(named.get(name, F.col(name)).alias(name) for name in TRIPS))
    return by_cohorts(trips, groups).applyInArrow(positions_of, TABLE.ddl)


def run(context: StepContext, days: Days) -> None:
    """Walk the round trips that changed on these days."""
    context.publish(TABLE, transform(context.read(silver_round_trips.TABLE, days), context.groups(days)), days)
