"""Days of trades as Arrow, ordinary ones and others, and what is noted of them."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.gates.dump_measures import TRAILING_DAYS
from pumploss.days import shift, span
from pumploss.tables import bronze_trades
from sources.parsing.read_file import ReadFile

FIRST = date(2026, 1, 1)
WEEK = span(FIRST, shift(FIRST, TRAILING_DAYS - 1))
DAY = shift(FIRST, TRAILING_DAYS)
DAILY, SAMPLE = "canonical", "curve_deltas"
#: An ordinary day: enough trades for every rule to stop.
USUAL = {"trades": 2_400, "traders": 600, "mints": 400, "lamports": 10**9, "hours": 24, "before": 0}


def trades(day, source=DAILY, **given):
    """A day's trades as Arrow: spread evenly over so many traders, mints and hours, `before` of them the day before."""
    it = {**USUAL, **given}
    n = np.arange(it["trades"])
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    seconds = midnight + n % it["hours"] * 3600 - np.where(n < it["before"], 86_400, 0)
    at = pa.array(seconds * 1_000_000, pa.timestamp("us", tz="UTC"))
    return pa.table({
        "dump_day": pa.array([day] * len(n), pa.date32()),
        "source": [source] * len(n),
        "trader_address": [f"t{number}" for number in n % it["traders"]],
        "token_mint": [f"m{number}" for number in n % it["mints"]],
        "sol_lamports": pa.array(np.full(len(n), it["lamports"])),
        "traded_at": at,
        "trade_date": pc.cast(at, pa.date32()),
    })  # fmt: skip


def closing(table, refused=()):
    """The closing rows of the files of these trades: as many records as trades and refused lines."""
    counts = {}
    for row in (*table.select(["dump_day", "source"]).to_pylist(), *refused):
        dump = (row["dump_day"], row["source"])
        counts[dump] = counts.get(dump, 0) + 1
    return [ReadFile(day, source, f"{day}", "0", records) for (day, source), records in counts.items()]


REFUSED = "dump_day date, source string, reason string"


def usual(**given):
    """What is noted of an ordinary day."""
    it = {**USUAL, **given}
    measures = {name: min(it[name], it["trades"]) for name in ("traders", "mints", "hours", "before")}
    return {
        "records": it["trades"],
        "rows": it["trades"],
        "sol_lamports": it["trades"] * it["lamports"],
        **measures,
        "quarantined": 0,
        "future": 0,
    }


def noted(report, day, source=DAILY):
    return report.day(day).outputs[bronze_trades.TABLE.name]["completeness"][source]
