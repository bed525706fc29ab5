"""FIFO profit and loss of one day of trades: the kernel alone, the whole step, and what others would do instead.

All cases see the same rows: a day of the simulator's market, as `silver_trades` on a local disk, with nothing open
before. Peers read the same Parquet files and write a file of sells; the step writes every trade and every open lot.
Totals must agree: matched units exactly, costs and profits to one lamport per sell, and for Polars, which reckons in
doubles, also to one in 10^9. The pandas loop runs on the rows of one cohort and agrees to the lamport.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from benchmarks.measuring import line, stopwatch
from benchmarks.pnl_peers import Totals, by_duckdb, by_pandas, by_polars
from benchmarks.pnl_spark import SparkStep
from jobs.running.context import Context, open_context
from jobs.running.runner import run_pass
from jobs.silver_trade_pnl import walked
from jobs.walking.trade_files import read_trades
from pnl.cohort import Cohort
from pnl.fifo import Room, walk
from pumploss.cohort import COHORTS
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT, splits_of
from pumploss.report import RunReport
from pumploss.settings import from_environment
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_trade_pnl import TABLE
from simulator import Market, simulate

ROWS = 1_000_000
ROUNDS = 3
CHECKED, UNCHECKED = "step with checks", "step without checks"
SPARK = "local[*]"


@dataclass
class Case:
    """Something measured several times; `work` answers totals, or None where it has none. `rows` is what it walks."""

    name: str
    engine: str
    rows: int
    work: Callable[[], Totals | None]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    totals: Totals | None = None

    def measure(self) -> None:
        """Once more."""
        before = time.process_time()
        with stopwatch() as elapsed:
            self.totals = self.work()
            seconds, peak = elapsed()
        self.processor.append(time.process_time() - before)
        self.seconds.append(seconds)
        self.peaks.append(peak)

    @property
    def rate(self) -> float:
        """Rows per second, by the median."""
        return self.rows / statistics.median(self.seconds)


def run(rows: int = ROWS) -> Iterator[str]:
    """A line per case with the median of three rounds, warmed by one before, then a `ratio` line per peer.

    The kernel's rate is that of one core. Rates of the pandas loop are on its own, fewer rows. Peers check nothing, so
    `ours` is the step without checks; Apache Spark runs the step with checks, and so do we beside it.
    """
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = from_environment({"PUMPLOSS_HOME": f"{folder}/home"})
        with open_context(settings) as context, SparkStep(folder) as spark:
            day = simulate_day(context, rows)
            cases = _cases(context, day, Path(folder), spark)
            for case in [case for _ in range(ROUNDS + 1) for case in cases]:
                case.measure()
            for case in cases:
                del case.seconds[0], case.processor[0], case.peaks[0]
            _agree(context, cases)
            for case in cases:
                yield _line(case)
            if spark.skipped:
                yield line("pnl", CHECKED, SPARK, cases[0].rows, 0.0, 0, skipped=spark.skipped)
            ours = {case.name: case for case in cases if case.engine == "embedded"}
            for case in cases:
                if case.engine not in ("embedded", "none"):
                    yield _ratio(ours[CHECKED if case.engine == SPARK else UNCHECKED], case)


def simulate_day(context: Context, rows: int) -> date:
    """One simulated day of about `rows` trades as `silver_trades`; answers it."""
    market = Market(days=1, trades_per_day=rows)
    day, number = market.first_day, pl.int_range(pl.len(), dtype=pl.Int64)
    identity = pl.concat_str(number.hash(1).cast(pl.String), number.hash(2).cast(pl.String)).str.slice(0, 32)
    cohort = (pl.col("trader_address").hash(3) % COHORTS).cast(pl.Int32)
    made = pl.DataFrame(pl.from_arrow(simulate(market))).with_columns(
        identity.alias("trade_id"),
        pl.col("fee_lamports").fill_null(0),
        pl.lit("event").alias("fee_source"),
        pl.lit("curve").alias("amount_basis"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("token_mint").alias("order_in_mint_day"),
        pl.lit(day).cast(pl.Datetime("us", "UTC")).dt.offset_by("1d").alias("known_at"),
        cohort.alias("trader_cohort"),
    )
    contract = silver_trades.TABLE
    missing = [pl.lit(None).alias(name) for name in contract.names if name not in made.columns]
    split = (pl.col("trader_cohort") // (COHORTS // splits_of(len(made)))).alias(SPLIT)
    whole = made.with_columns(missing).with_columns(split).sort(SPLIT, *contract.order_by)
    folder = context.lake.laying(contract)
    for (number,), part in whole.partition_by(SPLIT, as_dict=True).items():
        stored = part.select(contract.names).to_arrow().cast(contract.arrow_schema)
        write_partition(contract, folder, {"trade_date": day, SPLIT: number}, stored.drop_columns("trade_date"))
    context.lake.replace(contract, context.lake.laid(contract, folder), [day], {day: len(whole)})
    return day


def _cases(context: Context, day: date, folder: Path, spark: SparkStep) -> list[Case]:

    stored = context.lake.files(silver_trades.TABLE, [day])
    files, rows = [file.path for file in stored], sum(file.rows for file in stored)
    sample = pd.read_parquet(files[0], partitioning=None, filters=[("trader_cohort", "==", 0)])
    kernel = Kernel(files, day)
    cases = [
        Case("kernel, fresh memory, 1 core", "none", rows, kernel.fresh),
        Case("kernel, warm memory, 1 core", "none", rows, kernel.warm),
        Case(UNCHECKED, "embedded", rows, lambda: _unchecked(context, day)),
        Case(CHECKED, "embedded", rows, lambda: _checked(context, day)),
        Case("window functions", "duckdb", rows, lambda: by_duckdb(files, f"{folder}/duckdb.parquet")),
        Case("as-of join", "polars", rows, lambda: by_polars(files, f"{folder}/polars.parquet")),
        Case("loop over one cohort", "pandas", len(sample), lambda: by_pandas(sample)),
    ]
    if spark.start(context.settings, day):
        cases.append(Case(CHECKED, SPARK, rows, spark.run))
    return cases


def _unchecked(context: Context, day: date) -> None:
    for part in walked(context, (day,)):
        context.lake.replace(part.table, part.frame, [day], part.rows)
    context.lake.unstage()


def _checked(context: Context, day: date) -> None:
    run_pass(context, RunReport("silver_trade_pnl"), (day,))
    context.lake.unstage()


class Kernel:
    """The walk over the trades of the files, sorted beforehand, one split after the other as in the step."""

    def __init__(self, files: list[str], day: date) -> None:

        no_lots = silver_open_lots.TABLE.arrow_schema.empty_table()
        self._cohorts = [Cohort(read_trades([(path, day)]), no_lots).as_fifo() for path in files]
        self._rooms = [Room(*cohort) for cohort in self._cohorts]

    def fresh(self) -> None:
        """All of `walk`: its checks, memory that it has not touched before, and the closes written out."""
        for trades, lots in self._cohorts:
            walk(trades, lots)

    def warm(self) -> None:
        """The compiled part alone, into memory that was written before."""
        if max(room.fill() for room in self._rooms) >= 0:
            raise AssertionError("amounts of the simulator fit 63 bits")


def _agree(context: Context, cases: list[Case]) -> None:
    """Raises where a peer's totals are not ours."""
    names = ("matched_units", "sold_cost_lamports", "pnl_lamports")
    frame = pl.read_delta(context.lake.path(TABLE), columns=["direction", "trader_cohort", *names])
    sells = frame.filter(pl.col("direction") == "sell")
    for case in cases:
        if case.totals is None:
            continue
        own = sells if case.engine != "pandas" else sells.filter(pl.col("trader_cohort") == 0)
        ours = Totals(*(int(own[name].cast(pl.Int128).sum()) for name in names))
        bound = {"pandas": 0.0, SPARK: 0.0, "polars": len(own) + abs(ours.cost) * 1e-9}.get(case.engine, len(own))
        differences = [abs(theirs - expected) for theirs, expected in zip(case.totals, ours, strict=True)]
        if differences[0] or max(differences) > bound:
            raise AssertionError(f"{case.engine}: {case.totals}, not {ours} (at most {bound} lamports apart)")


def _line(case: Case) -> str:
    """`cpu_seconds` are those of this process, on all its cores; Apache Spark has a process of its own."""
    here = {"cpu_seconds": round(statistics.median(case.processor), 4)} if case.engine != SPARK else {}
    return line("pnl", case.name, case.engine, case.rows, statistics.median(case.seconds), max(case.peaks), **here)


def _ratio(ours: Case, theirs: Case) -> str:
    """How many times the rows per second; both rates stand beside it."""
    rates = {"ours": round(ours.rate), "theirs": round(theirs.rate), "ratio": round(ours.rate / theirs.rate, 2)}
    figures: dict[str, Any] = {"ours_case": ours.name, **rates}
    seconds, peak = statistics.median(theirs.seconds), max(theirs.peaks)
    return line("pnl", "ratio", theirs.engine, theirs.rows, seconds, peak, **figures)
