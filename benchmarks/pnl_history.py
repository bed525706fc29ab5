"""What a night of `silver_trade_pnl` costs as history grows: 90 days of one volume, half of all positions never sold.

The market is the simulator's at 1.6 times the wanted volume. Of every second position, by a hash of trader and mint,
all sells are left out: it stays open for ever. Then each day is cut after its first `rows` trades, so that all days are
of one size; a position whose sell was cut stays open as well. The days are written to `silver_trades` beforehand;
measured is the step as a night runs it. Its seconds include the gathering of segments, of which a night on which a tier
fills has more; its bytes are those of the day's trades and of the lookup. `cpu_seconds` are this process's, and so the
embedded engine's: they say more where others use the machine as well.
"""

import hashlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import xxhash

from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from jobs.running import lookups
from jobs.running.context import Context, open_context
from jobs.running.runner import run_step
from jobs.walking.splits import LOTS
from pumploss.columns import POSITION
from pumploss.days import Days, midnight, shift
from pumploss.lake.owner import claim
from pumploss.lake.segments import built_days
from pumploss.tables.silver_trades import TABLE
from simulator import Market
from simulator.columns import to_table
from simulator.market import tapes

ROWS = 20_000
DAYS = 90
#: Days around each of the two that are compared; their median is taken.
EARLY, LATE = range(27, 34), range(83, 90)
SURPLUS = 1.6
STEP = "silver_trade_pnl"


@dataclass(frozen=True)
class Night:
    """One measured day: `units` are its trades and the positions that were open in the mints that they trade."""

    number: int
    seconds: float
    cpu_seconds: float
    peak: int
    units: int
    trade_bytes: int
    opened: dict[str, Any]
    lots_found: int
    lots_of_others: int
    lots_before: int
    bytes_before: int

    @property
    def bytes_read(self) -> int:
        """Of the day's trades and of the state."""
        return self.trade_bytes + int(self.opened["bytes"])


def run(rows: int = ROWS) -> Iterator[str]:
    """A line per measured day, the medians around day 30 and day 90, what all days cost together, and their ratios."""
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        engine = settings.spark_remote or "embedded"
        with open_context(settings) as context:
            days = _history(context, rows)
            nights, total = [], 0.0
            for number, day in enumerate(days):
                night = _night(context, day, number + 1, is_measured=number in (*EARLY, *LATE))
                total += night.seconds
                if number in (*EARLY, *LATE):
                    nights.append(night)
                    yield _line(f"day {night.number}", engine, rows, night)
    yield line("pnl_history", "all days", engine, rows * len(days), total, max(night.peak for night in nights))
    early, late = nights[: len(EARLY)], nights[len(EARLY) :]
    yield line(
        "pnl_history", "ratio", engine, rows, statistics.median(night.seconds for night in late),
        max(night.peak for night in late), **_ratios(_median(late), _median(early)),
    )  # fmt: skip


def _ratios(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, float]:
    """Day 90 against day 30: `ours`, `theirs`, `ratio` are microseconds a unit, the others are named."""
    fields: dict[str, float] = {}
    for name, prefix in {"microseconds": "", "cpu_microseconds": "cpu_", "bytes": "bytes_"}.items():
        fields |= {f"{prefix}ours": ours[name], f"{prefix}theirs": theirs[name]}
        fields[f"{prefix}ratio"] = round(ours[name] / theirs[name], 3)
    return fields


def _median(nights: list[Night]) -> dict[str, float]:
    return {
        "microseconds": round(statistics.median(1e6 * night.seconds / night.units for night in nights), 3),
        "cpu_microseconds": round(statistics.median(1e6 * n.cpu_seconds / n.units for n in nights), 3),
        "bytes": round(statistics.median(night.bytes_read / night.units for night in nights), 2),
    }


def _line(case: str, engine: str, rows: int, night: Night) -> str:
    opened = night.opened
    return line(
        "pnl_history", case, engine, rows, night.seconds, night.peak,
        cpu_seconds=round(night.cpu_seconds, 4),
        units=night.units, trade_bytes=night.trade_bytes, state_bytes=opened["bytes"],
        index_bytes=opened["index_bytes"], segments=opened["segments"], blocks=opened["blocks"],
        bytes_per_unit=round(night.bytes_read / night.units, 2),
        lots_opened=opened["rows"] + opened["day_rows"], lots_found=night.lots_found,
        lots_of_mints_that_did_not_trade=night.lots_of_others,
        lots_before=night.lots_before, bytes_before=night.bytes_before,
    )  # fmt: skip


def _night(context: Context, day: date, number: int, *, is_measured: bool) -> Night:
    """Run the step of one day; what surrounds the figures is looked up afterwards."""
    built = built_days(context.lake, LOTS)
    cpu = time.process_time()
    with stopwatch() as elapsed:
        run_step(context, STEP, [day])
        seconds, peak = elapsed()
    cpu = time.process_time() - cpu
    opened = next(lookup for lookup in reversed(lookups.opened(context)) if lookup["table"] == LOTS.name)
    if not is_measured:
        return Night(number, seconds, cpu, peak, 1, 0, opened, 0, 0, 0, 0)
    trades = context.read(TABLE, [day])
    mints = trades.select("token_mint").distinct()
    lots = lookups.latest_before(context, LOTS, mints, day)
    held = lots.where("open_units > 0").select(*POSITION).distinct()
    return Night(
        number, seconds, cpu, peak,
        units=trades.count() + held.count(),
        trade_bytes=built_days(context.lake, TABLE)[day].bytes,
        opened=opened,
        lots_found=lots.count(),
        lots_of_others=lots.join(mints, ["token_mint"], "left_anti").count(),
        lots_before=sum(files.rows for files in built.values()),
        bytes_before=sum(files.bytes for files in built.values()),
    )  # fmt: skip


def _history(context: Context, rows: int) -> Days:
    """Write the days of `silver_trades`, with the ledger's word that they are built."""
    market = Market(days=DAYS, trades_per_day=int(rows * SURPLUS))
    days = []
    claim(context.lake, context.settings.landing)
    for tape in tapes(market):
        _write(context, tape.day, _kept(to_table(tape, market.seed), rows))
        days.append(tape.day)
    return tuple(days)


def _kept(tape: Any, rows: int) -> pl.DataFrame:
    """The day's trades without the sells of every second position, cut to so many."""
    trades = pl.DataFrame(pl.from_arrow(tape))
    position = (trades["trader_address"] + trades["token_mint"]).to_list()
    is_kept_open = pl.Series([xxhash.xxh64_intdigest(text.encode()) % 2 == 0 for text in position])
    return trades.filter(~(is_kept_open & (trades["direction"] == "sell"))).head(rows)


def _write(context: Context, day: date, trades: pl.DataFrame) -> None:

    known: dict[str, list[Any]] = {
        "trade_id": [
            hashlib.md5(f"{signature}{index}".encode(), usedforsecurity=False).hexdigest()
            for signature, index in trades.select("signature", "event_index").iter_rows()
        ],
        "trader_cohort": [xxhash.xxh64_intdigest(who.encode(), 42) % 16 for who in trades["trader_address"]],
    }
    constants = {
        "is_decimals_assumed": False, "fee_source": "event", "amount_basis": "curve", "is_ambiguous_duplicate": False,
        "is_rounded": False, "is_order_inferred": False, "source": "canonical", "dump_day": day, "trade_date": day,
        "known_at": midnight(shift(day, 1)),
    }  # fmt: skip
    whole = trades.with_columns(
        *(pl.Series(name, values) for name, values in known.items()),
        *(pl.lit(value).alias(name) for name, value in constants.items()),
        pl.int_range(pl.len()).over("token_mint").alias("order_in_mint_day") + 1,
    ).select(TABLE.names)
    frame = context.spark.createDataFrame(pa.table(whole.to_arrow()).cast(TABLE.arrow_schema))
    context.lake.replace(TABLE, frame, [day], {day: len(whole)})
    context.ledger.append([{"run_id": "bench", "step": TABLE.name, "day": day, "status": "ok", "outputs": "{}"}])
