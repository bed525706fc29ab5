"""What is counted of a dump day of a source, and what is usual for the source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gates.completeness_rules import CHECKS
from pumploss.contract import Metric
from pumploss.days import shift
from sources.parsing.read_file import ReadFile

#: Earlier days that a day is judged against, and that must follow each other before a check stops a daily source.
TRAILING_DAYS = 7

#: What landed of a day from a source.
Dump = tuple[date, str]

#: Counts of one dump, and `sol_lamports`, their volume.
Measures = dict[str, int]


_NAMES = ("records", "rows", "traders", "mints", "sol_lamports", "hours", "before", "quarantined", "future")


def measure(
    staged: DataFrame, files: Iterable[ReadFile], refused: DataFrame, empty: Iterable[Dump] = ()
) -> dict[Dump, Measures]:
    """Measures each dump day and source that landed, in order of days; one query over the trades.

    `empty` are dumps of which there may be no file; they measure 0.
    """
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
    measured: dict[Dump, Measures] = {dump: dict.fromkeys(_NAMES, 0) for dump in empty}
    for file in files:
        counts = measured.setdefault((file.dump_day, file.source), dict.fromkeys(_NAMES, 0))
        counts["records"] += file.records or 0
    for row in (*trades.collect(), *lines.collect()):
        counts = measured.setdefault((row["dump_day"], row["source"]), dict.fromkeys(_NAMES, 0))
        counts |= {name: int(row[name] or 0) for name in row.asDict() if name in _NAMES}
    return dict(sorted(measured.items()))


@dataclass(frozen=True)
class Trail:
    """The latest earlier days of a source: measures that are compared, and whether they are the days just before."""

    days: tuple[dict[str, float], ...]
    is_gapless: bool

    def usual(self, subject: str) -> float | None:
        """Answers the median of a measure, or None without earlier days."""
        return median(day[subject] for day in self.days) if self.days else None


def trail(past: Mapping[date, Measures], day: date) -> Trail:
    """Keeps the latest of a source's days before this one."""
    earlier = sorted(past_day for past_day in past if past_day < day)[-TRAILING_DAYS:]
    is_gapless = earlier == [shift(day, back) for back in range(-TRAILING_DAYS, 0)]
    return Trail(tuple(values(past[earlier_day]) for earlier_day in earlier), is_gapless)


def values(measures: Measures) -> dict[str, float]:
    """Works out what rules are about: counts as they are, and shares of trades and of records."""
    rows, records = max(measures["rows"], 1), max(measures["records"], 1)
    return {
        **{name: measures[name] for name in ("rows", "traders", "mints", "sol_lamports", "hours")},
        "before_share": measures["before"] / rows,
        "quarantined_share": measures["quarantined"] / records,
        "future_share": measures["future"] / records,
    }


def compared(measures: Measures, before: Trail) -> list[float | None]:
    """Compares a day's measures with those of the days before it, one per rule; None where nothing can be compared."""
    own, beside = values(measures), list[float | None]()
    for check in CHECKS:
        usual = before.usual(check.subject)
        if usual is None or (check.metric is Metric.TRAILING_RATIO and not usual):
            beside.append(None)
        elif check.metric is Metric.TRAILING_RATIO:
            beside.append(own[check.subject] / usual)
        else:
            beside.append(own[check.subject] - usual)
    return beside
