"""What a weekly training takes: both models over 60 as-of days of a crowd, from the lake to the registry.

Features are random and a tenth of them missing; losses follow one of them, so that trees have something to find. A day
of so many trades has 5 eligible traders in 12, as simulated days have. Measured are the two steps as a week runs them;
the lake is drawn and written before. Phases are those that the ledger gets.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.crowd import FIRST_DAY, Crowd
from benchmarks.crowd_features import AT, feature_rows
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from features.labels import HORIZON_DAYS, LABEL_VERSION
from features.registry import TABLE
from jobs.running.context import Context, open_context
from jobs.running.runner import run_step
from jobs.training.rows import HISTORY_DAYS
from pumploss.cohort import COHORTS
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT, splits_of
from pumploss.tables import gold_labels, gold_trader_day

ROWS, DAYS = 720_000, 60
TRADERS_PER_TRADE = 5 / 12
STEPS = ("train_loss_model", "train_risk_model")


def run(rows: int = ROWS) -> Iterator[str]:
    """Print what each of the two trainings takes over 60 days of so many trades a day."""
    crowd = Crowd(max(1, round(rows * TRADERS_PER_TRADE)), rows)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        # In a process of its own: what was drawn would be in the peak memory of what is measured.
        with ProcessPoolExecutor(1, get_context("spawn")) as drawing:
            last = drawing.submit(_drawn, Path(folder), crowd).result()
        yield from _trained(Path(folder), crowd, last)


def _drawn(folder: Path, crowd: Crowd) -> date:
    """Write the history; answers the day as of whose close models are trained."""
    with open_context(settings_in(folder)) as context:
        return write_history(context, crowd, DAYS)


def _trained(folder: Path, crowd: Crowd, last: date) -> Iterator[str]:
    with open_context(settings_in(folder)) as context:
        for step in STEPS:
            cpu = time.process_time()
            with stopwatch() as elapsed:
                report = run_step(context, step, [last])
                seconds, peak = elapsed()
            cpu = time.process_time() - cpu
            yield line(
                "train", step, "lightgbm", report.days[last].rows_read, seconds, peak, traders=crowd.traders,
                trades_per_day=crowd.trades_per_day, cpu_seconds=round(cpu, 2), skipped=report.skipped,
                phases=report.details.get("phases"),
            )  # fmt: skip


def write_history(context: Context, crowd: Crowd, days: int) -> date:
    """Write features and labels of so many T, and answer the day as of whose close all of them have matured."""
    append(context, gold_trader_day.TABLE, _first_day())
    for number in range(days):
        features = feature_rows(crowd, number)
        append(context, TABLE, features)
        append(context, gold_labels.TABLE, _labels(crowd, number, features))
    return shift(FIRST_DAY, days - 1 + HORIZON_DAYS - 1)


def append(context: Context, table: Table, rows: pa.Table) -> None:
    """Write the rows of one new day to a table of the lake, in as many files as a night cuts them into."""
    assert table.day is not None
    day, below = rows[table.day][0].as_py(), context.lake.laying(table)
    splits = splits_of(rows.num_rows) if table.split_by else 1
    for split in range(splits):
        own = pc.equal(pc.divide(rows[table.split_by], COHORTS // splits), split) if splits > 1 else None
        part = rows if own is None else rows.filter(own)
        write_partition(table, below, {table.day: day, SPLIT: split}, part.drop_columns([table.day]))
    context.lake.replace(table, context.lake.laid(table, below), [day], {day: rows.num_rows})


def _first_day() -> pa.Table:
    """Make a row of a trader long before, so that every T has a full history."""
    kinds = pa.types
    neutral: tuple[tuple[Callable[[pa.DataType], bool], Any], ...] = (
        (kinds.is_string, ""), (kinds.is_boolean, False), (kinds.is_timestamp, AT), (kinds.is_date, FIRST_DAY),
        (kinds.is_list, []),
    )  # fmt: skip
    schema = gold_trader_day.TABLE.arrow_schema
    values = [next((value for fits, value in neutral if fits(field.type)), 0) for field in schema]
    row = dict(zip(schema.names, values, strict=True)) | {"day": shift(FIRST_DAY, -HISTORY_DAYS)}
    return pa.Table.from_pylist([row], schema=schema)


def _labels(crowd: Crowd, number: int, features: pa.Table) -> pa.Table:
    """Draw outcomes that follow a feature, of four traders in five."""
    draw = np.random.default_rng((crowd.seed, number, 7))
    ability = np.nan_to_num(features["equity_loss_ratio_7d"].to_numpy()) + draw.normal(size=crowd.traders)
    is_exposed = draw.random(crowd.traders) < 0.8
    lost = np.where(is_exposed, ability * np.exp(draw.normal(size=crowd.traders)), 0.0)
    day = shift(FIRST_DAY, number)
    at = np.datetime64(AT.replace(tzinfo=None)) + np.timedelta64(number, "D")
    columns = {
        "trader_address": crowd.addresses,
        "trader_cohort": crowd.cohorts,
        "as_of": np.full(crowd.traders, at),
        "known_at": np.full(crowd.traders, at + np.timedelta64(HORIZON_DAYS, "D")),
        "horizon_days": np.full(crowd.traders, HORIZON_DAYS),
        "outcome_lamports": (-lost * 1e9).astype(np.int64),
        "is_exposed": is_exposed,
        "is_loss": lost > 0.01,
        "is_severe_loss": lost > 3.0,
        "is_last_price_marked": draw.random(crowd.traders) < 0.05,
        "label_version": np.full(crowd.traders, LABEL_VERSION),
        "label_day": np.full(crowd.traders, np.datetime64(day)),
    }
    schema = gold_labels.TABLE.arrow_schema
    arrays = [
        pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(crowd.traders, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
