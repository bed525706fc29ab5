"""gold_labels: what became of every trader with features at T, once the horizon from T on has closed.

Dump day D closes the window of T = D + 1 - horizon. A T is labelled only if the day before it and all days of its
window were built: an outage must not pass for quiet days. What counts as a loss is in `features/labels.py`.
"""

from collections.abc import Collection
from datetime import date

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features import labels, registry
from features.ratios import ratio
from features.rolling.outcomes import COLUMNS, FLOWS, LEVELS, STAKES, outcomes
from features.windows import AS_OF_DAY, as_of, outcome_days
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.days import Days, shift, span
from pumploss.report import RunReport
from pumploss.tables import gold_labels, gold_trader_day
from pumploss.walks import by_cohorts

TABLE = gold_labels.TABLE


def run(context: StepContext, days: Days) -> None:
    """Replaces label_day D + 1 - horizon of each dump day D whose window is complete; the others are noted."""
    ledger, report = context.ledger, context.report
    complete = _complete(days, ledger.built("gold_trader_day"), ledger.built("gold_trader_features"), report)
    if not complete:
        report.skipped = report.notes[-1]
        return
    as_of_days = [_as_of_day(day) for day in complete]
    features = context.read(registry.TABLE, as_of_days)
    read = outcome_days(as_of_days)
    facts = context.read(gold_trader_day.TABLE, read)
    context.publish(TABLE, transform(features, facts, context.groups(read)), as_of_days)
    for day in days:
        report.day(day)  # a day without labels has run as well


def _as_of_day(day: date) -> date:
    """Answers T of the window that dump day `day` closes."""
    return shift(day, 1 - labels.HORIZON_DAYS)


def _complete(
    days: Collection[date], facts: Collection[date], features: Collection[date], report: RunReport
) -> list[date]:
    """Keeps the dump days whose whole window, and the day before it, were built; the report says why others are not."""
    gaps = {day: _gaps(day, facts, features) for day in days}
    refused = [day for day in days if gaps[day]]
    if refused:
        first = refused[0]
        report.notes.append(
            f"No labels for {len(refused)} of {len(days)} days, the first as of {_as_of_day(first)}: the window up to "
            f"{first} needs {', '.join(gaps[first])}, never built."
        )
    return [day for day in days if not gaps[day]]


def _gaps(day: date, facts: Collection[date], features: Collection[date]) -> list[str]:
    """Names what was never built of that which the window closed by `day` needs."""
    before = shift(day, -labels.HORIZON_DAYS)
    missing = [f"gold_trader_day of {needed}" for needed in span(before, day) if needed not in facts]
    return missing if before in features else [*missing, f"gold_trader_features of {before}"]


def transform(features: DataFrame, trader_days: DataFrame, groups: int = COHORTS) -> DataFrame:
    """Works out the outcome of every row of `features`, in contract order; `trader_days` must cover the windows."""
    eligible = features.select("trader_address", "trader_cohort", F.col("feature_day").alias(AS_OF_DAY))
    facts = trader_days.select("trader_address", "trader_cohort", "day", "known_at", *FLOWS, *LEVELS, *STAKES)
    schema = ", ".join(f"{name} {kind.spark}" for name, kind in COLUMNS.items())
    by_cohort = by_cohorts(eligible, groups).cogroup(by_cohorts(facts, groups))
    columns = _columns(horizon := labels.HORIZON_DAYS)

    def of_cohort(rows: pa.Table, days: pa.Table) -> pa.Table:
        return outcomes(rows, days, horizon)

    return by_cohort.applyInArrow(of_cohort, schema).select(*(columns[name].alias(name) for name in TABLE.names))


def _columns(horizon: int) -> dict[str, Column]:
    outcome, capital = F.col("equity_change_lamports"), F.col("equity_start_lamports") + F.col("outlay_peak_lamports")
    sold, marked = F.col("sell_net_lamports"), F.col("equity_marked_start_lamports")
    unmatched = F.greatest(sold - F.col("proceeds_lamports"), F.lit(0))
    last_price = F.col("equity_last_price_start_lamports") + F.col("equity_last_price_end_lamports")
    # In whole lamports, as no ratio is exact.
    is_large = (outcome <= -labels.LARGE_LAMPORTS) & (-outcome * labels.LARGE_PARTS >= capital)
    return {
        **{name: F.col(name) for name in TABLE.names if name in _UNCHANGED},
        "as_of": as_of(),
        "horizon_days": F.lit(horizon),
        "outcome_lamports": outcome,
        "unmatched_lamports": unmatched,
        # Fees above what a sale brought would make it more than all.
        "unmatched_share": F.when((sold > 0) & (unmatched > sold), F.lit(1.0)).otherwise(ratio(unmatched, sold)),
        "capital_lamports": capital,
        "outcome_loss_ratio": ratio(-outcome, capital),
        "is_exposed": (F.col("trade_count") > 0) | (marked >= labels.EXPOSED_LAMPORTS),
        "is_loss": outcome < -labels.DUST_LAMPORTS,
        "is_severe_loss": (outcome <= -labels.SEVERE_LAMPORTS) | is_large,
        "is_last_price_marked": last_price > 0,
        "label_version": F.lit(labels.LABEL_VERSION),
        "label_day": F.col(AS_OF_DAY),
    }


_UNCHANGED = {
    "trader_address",
    "buy_cost_lamports",
    "equity_start_lamports",
    "equity_marked_start_lamports",
    "equity_end_lamports",
    "equity_last_price_start_lamports",
    "equity_last_price_end_lamports",
    "trade_count",
    "known_at",
}
