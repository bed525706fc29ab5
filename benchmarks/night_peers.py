"""A day from its dump to features: our steps, and what users of DuckDB and of Polars would write instead.

All read the same dump and give deduplicated trades with FIFO results, days of traders and of tokens, and the features
of the first design's list. Ours are the steps up to `gold_trader_features`, which also judge the dump, keep what was
refused, carry lots and windows on to the next night, and make some 170 features more; peers do none of that. Each runs
as a process of its own, in turn. What they made is compared: counts and volumes exactly, results to two lamports for
each sell (peers divide a lot's cost in another order), doubles to one in 10^9, and volatility to two millionths.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.measuring import line
from benchmarks.night_by_steps import LAST
from pumploss.settings import ROOT
from simulator import Market, write_dumps

ROWS, ROUNDS = 720_000, 3
OURS, PEERS = "steps", ("duckdb", "polars")
#: What a sell comes to.
RESULTS = ("matched_units", "sold_cost_lamports", "pnl_lamports")
#: What peers divide in another order, and by how many lamports that may differ for each sell.
ROUNDED = ("sold_cost_lamports", "pnl_lamports", "realised_pnl_lamports", "realised_loss_lamports")
LAMPORTS = 2
#: By what a peer writes: our table of the same, and its key.
COMPARED = {
    "trader_days": ("gold_trader_day", "trader_address"),
    "token_days": ("gold_token_day", "token_mint"),
    "features": (LAST, "trader_address"),
}


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, processor seconds, and bytes of memory at most."""

    seconds: float
    processor: float
    peak: int


def run(rows: int = ROWS) -> Iterator[str]:
    """A line per contender, the median of three rounds or above a million rows of one, then a `ratio` line per peer."""
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        root = Path(folder)
        market = Market(days=1, trades_per_day=rows)
        write_dumps(market, root / "landing")
        dumps = root / "landing/canonical" / str(market.first_day)
        costs = defaultdict[str, list[Cost]](list)
        for number in range(ROUNDS if rows <= 1_000_000 else 1):
            for name in (OURS, *PEERS):
                target = root / f"{name}-{number}"
                target.mkdir()
                costs[name].append(_cost(name, dumps, target))
        medians = {name: statistics.median(cost.seconds for cost in took) for name, took in costs.items()}
        for name, took in costs.items():
            processor = statistics.median(cost.processor for cost in took)
            peak = max(cost.peak for cost in took)
            yield line("night_peers", name, name, rows, medians[name], peak, processor_seconds=round(processor, 2))
        for peer in PEERS:
            compare(root / f"{OURS}-0" / "lake", root / f"{peer}-0")
            ours, theirs = medians[OURS], medians[peer]
            yield line(
                *("night_peers", "ratio", peer, rows, 0, 0),
                ours=round(ours, 2), theirs=round(theirs, 2), ratio=round(theirs / ours, 3),
            )  # fmt: skip


def _cost(name: str, dumps: Path, target: Path) -> Cost:
    """Run a night as a process of its own; raises AssertionError with its last words where it fails."""
    words = [sys.executable, "-m", f"benchmarks.night_by_{name}", str(dumps), str(target)]
    started = time.perf_counter()
    with target.with_suffix(".said").open("w+") as said:
        child = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        said.seek(0)
        assert child.returncode == 0, said.read()[-2000:]
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def compare(lake: Path, made: Path) -> None:
    """Hold what a peer made against our tables. Raises AssertionError for what differs."""
    _compare_sells(lake, pl.read_parquet(made / "results.parquet"))
    for table, (stands_for, by) in COMPARED.items():
        peer = pl.read_parquet(made / f"{table}.parquet")
        known = pl.read_delta(str(lake / stands_for)).select(peer.columns).sort(by)
        # Who trades little has no features of ours.
        peer = peer.join(known.select(by), by, how="semi").sort(by)
        assert known.height == peer.height > 0, (table, known.height, peer.height)
        sells = _sells(lake, by, known)
        for name in peer.columns:
            most = LAMPORTS * sells if name in ROUNDED else 0 * sells
            _equal(f"{table}.{name}", known[name], peer[name], most)


def _compare_sells(lake: Path, results: pl.DataFrame) -> None:
    named = pl.read_delta(str(lake / "silver_trades")).select(
        "trade_id", pl.concat_str("signature", "event_index", separator="-").alias("name")
    )
    ours = pl.read_delta(str(lake / "silver_trade_pnl")).join(named, "trade_id").select("name", "direction", *RESULTS)
    both = ours.join(results, left_on="name", right_on="trade_id", suffix="_of_peer")
    assert both.height == ours.height == results.height, (both.height, ours.height, results.height)
    sells = both.filter(pl.col("direction") == "sell")
    for name in RESULTS:
        # Polars reckons in doubles.
        most = LAMPORTS * (sells[name].fill_null(0).abs() // 10**9 + 1) * (name in ROUNDED)
        _equal(name, sells[name], sells[f"{name}_of_peer"], most)


def _sells(lake: Path, by: str, known: pl.DataFrame) -> pl.Series:
    """Count the sells that the figures of each row are sums of."""
    sells = pl.read_delta(str(lake / "silver_trade_pnl")).filter(pl.col("direction") == "sell").group_by(by).len()
    return known.select(by).join(sells, by, how="left", maintain_order="left")["len"].fill_null(0).cast(pl.Int64)


def _equal(name: str, ours: pl.Series, theirs: pl.Series, most: pl.Series) -> None:
    """Hold two columns against each other; whole numbers may be `most` apart."""
    if not ours.dtype.is_numeric():
        assert (ours == theirs).all(), name
        return
    assert (ours.is_null() == theirs.is_null()).all(), f"{name}: values are missing elsewhere"
    kind = pl.Int64 if ours.dtype.is_integer() else pl.Float64
    apart = (ours.cast(kind) - theirs.cast(kind)).abs().fill_null(0)
    if kind is pl.Float64:
        # Ours are sums of whole millionths, so that no order of trades changes them.
        most = ours.cast(pl.Float64).abs().fill_null(0) * 1e-9 + (2e-6 if "volatility" in name else 1e-9)
    worst = (apart - most).arg_max() or 0
    assert (apart <= most).all(), f"{name}: {ours[worst]} of ours is {theirs[worst]} of theirs"
