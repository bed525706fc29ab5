"""What a training's retrieval takes: labels joined to features as they were known at T.

Rows of all features are drawn for `DAYS` T and written to the lake; measured is the join that trainings use, of every
trader at every T, from one version of the table, into Arrow. `rows` are (trader, T).
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.crowd import Crowd
from benchmarks.crowd_features import AT, feature_rows
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from features.registry import TABLE
from jobs.running.context import open_context
from jobs.training.rows import with_features
from pumploss.columns import AS_OF, TRADER
from pumploss.days import shift
from pumploss.lake.files import write_partition

ROWS, DAYS = 1_000_000, 10


def run(rows: int = ROWS) -> Iterator[str]:
    """Print what retrieving so many (trader, T) takes; a tenth of the traders, at one T, come first, unmeasured."""
    crowd = Crowd(max(1, rows // DAYS), 0)
    with (
        tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder,
        open_context(settings_in(Path(folder))) as context,
    ):
        labels = []
        for number in range(DAYS):
            found, day = feature_rows(crowd, number), shift(AT.date(), number)
            below = context.lake.laying(TABLE)
            write_partition(TABLE, below, {TABLE.day: day}, found.drop_columns([TABLE.day]))
            context.lake.replace(TABLE, context.lake.laid(TABLE, below), [day], {day: found.num_rows})
            labels.append(pl.DataFrame(pl.from_arrow(found.select([TRADER.name, AS_OF.name]))))
        version = context.lake.version(TABLE)
        assert version is not None
        with_features(context, labels[0].head(crowd.traders // 10 + 1), version)
        wanted, cpu = pl.concat(labels), time.process_time()
        with stopwatch() as elapsed:
            joined = with_features(context, wanted, version)
            seconds, peak = elapsed()
        cpu = time.process_time() - cpu
        yield line(
            "retrieval", f"{DAYS} T", "polars", len(joined), seconds, peak, traders=crowd.traders,
            columns=joined.width, cpu_seconds=round(cpu, 2),
        )  # fmt: skip
