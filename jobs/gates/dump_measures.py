"""What is counted of a dump day of a source, and what is usual for the source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gates.completeness_rules import CHECKS
from pumploss.contract import Metric
from pumploss.days import shift

#: Earlier days that a day is judged against, and that must follow each other before a check stops a daily source.
TRAILING_DAYS = 7

#: Counts of one dump day of one source, and `sol_lamports`, their volume.
Measures = dict[str, int]


def measure(
    staged: DataFrame, landed: Iterable[Mapping[str, Any]], refused: DataFrame
) -> dict[tuple[date, str], Measures]:
    """The measures of each dump day and source that landed, in order of days; one query over the trades."""
    is_own_day = F.col("trade_date") == F.col("dump_day")
    trades = staged.groupBy("dump_day", "source").agg(
        F.count(F.lit(1)).alias("rows"),
        F.count_distinct(F.xxhash64("trader_address")).alias("traders"),
        F.count_distinct(F.xxhash64("token_mint")).alias("mints"),
        F.sum(F.col("sol_lamports").cast("decimal(38,0)")).alias("sol_lamports"),
        F.count_distinct(F.when(is_own_day, F.hour("traded_at"))).alias("hours"),
        F.count(F.when(F.col("trade_date") < F.col("dump_day"), 1)).alias("before"),
    )
    lines = refused.groupBy("dump_day", "source").agg(
        F.count(F.lit(1)).alias("quarantined"), F.count(F.when(F.col("reason") == "future", 1)).alias("future")
    )
    names = ("records", "rows", "traders", "mints", "sol_lamports", "hours", "before", "quarantined", "future")
    found: dict[tuple[date, str], Measures] = {}
    for file in landed:
        counts = found.setdefault((file["dump_day"], file["source"]), dict.fromkeys(names, 0))
        counts["records"] += file["records"] or 0
    for row in (*trades.collect(), *lines.collect()):
        counts = found.setdefault((row["dump_day"], row["source"]), dict.fromkeys(names, 0))
        counts |= {name: int(row[name] or 0) for name in row.asDict() if name in names}
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Trail:
    """The latest earlier days of a source: measures that are compared, and whether they are the days just before."""

    days: tuple[dict[str, float], ...]
    is_gapless: bool

    def usual(self, subject: str) -> float | None:
        """The median of a measure, or None without earlier days."""
        return median(day[subject] for day in self.days) if self.days else None


def trail(past: Mapping[date, Measures], day: date) -> Trail:
    """The latest of a source's days before this one."""
    earlier = sorted(one for one in past if one < day)[-TRAILING_DAYS:]
    is_gapless = earlier == [shift(day, back) for back in range(-TRAILING_DAYS, 0)]
    return Trail(tuple(values(past[one]) for one in earlier), is_gapless)


def values(measures: Measures) -> dict[str, float]:
    """What rules are about: counts as they are, and shares of trades and of records."""
    rows, records = max(measures["rows"], 1), max(measures["records"], 1)
    return {
        **{name: measures[name] for name in ("rows", "traders", "mints", "sol_lamports", "hours")},
        "before_share": measures["before"] / rows,
        "quarantined_share": measures["quarantined"] / records,
        "future_share": measures["future"] / records,
    }


def compared(measures: Measures, before: Trail) -> list[float | None]:
    """A day's measures beside those of the days before it, one per rule; None where there is nothing to compare."""
    mine, found = values(measures), list[float | None]()
    for check in CHECKS:
        usual = before.usual(check.subject)
        if usual is None or (check.metric is Metric.TRAILING_RATIO and not usual):
            found.append(None)
        elif check.metric is Metric.TRAILING_RATIO:
            found.append(mine[check.subject] / usual)
        else:
            found.append(mine[check.subject] - usual)
    return found
