"""Works the features of some traders out a second time, from single trades by other code, and holds them to it.

Each night up to 1,000 traders are drawn by hash of the day. What differs by a single bit from `gold_trader_features`
stops the night before anything of it is published; the ledger says how much was compared. Not every trader can be
valued: `docs/features.md`, Recomputation.
"""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.recomputed.market import RANKED
from features.registry import TABLE
from features.windows import fact_days
from jobs.pipeline import WRITER
from jobs.recomputing.comparing import Compared, compare
from jobs.recomputing.drawing import TRADERS, Drawn, draw
from jobs.recomputing.inputs import STATE, Reader
from jobs.running.lookups import bare_rows
from jobs.running.step_context import StepContext
from pumploss.days import Days, midnight, shift
from pumploss.errors import ParityError

#: The most rows of days that no segment covers which are read to know what stood at the start of the window: a segment
#: that reaches beyond it covers none of its days.
MOST_STATE_ROWS = 2_000_000
#: The most trades that the drawn traders may have in 30 days together: so much is read and walked.
MOST_TRADES = 50_000


def run(context: StepContext, days: Days) -> None:
    """Compares features as of the last day's end. Raises ParityError where one differs, which stops the night."""
    day, as_of, report = days[-1], shift(days[-1], 1), context.report
    rows = context.lake.rows_by_day(TABLE).get(as_of, 0)
    if not rows:
        if day not in context.ledger.held(WRITER[TABLE.name].name):
            report.skipped = f"gold_trader_features has no rows of {as_of}: run its step for {day} first"
        return
    features = context.read(TABLE, [as_of])
    start = fact_days([as_of])[0]
    whole = sum(bare_rows(context, table, start) for table in STATE)
    has_past = whole <= MOST_STATE_ROWS
    asked = features if has_past else features.where(F.col("first_trade_time") >= F.lit(midnight(start)))
    drawn = draw(asked, as_of, rows, TRADERS, MOST_TRADES)
    read = Reader(context, as_of, drawn.traders, drawn.cohorts, has_past).read(_ranked(features))
    if not has_past:
        report.notes.append(
            f"only who came since {start} is compared: {whole:,} rows would be read to know who held what"
        )
    compared = compare(drawn.rows, read.given, read.market)
    counts = {**compared._asdict(), "differences": len(compared.differences), "passed_over": drawn.passed_over}
    report.is_evidence = True
    report.day(day).rows_read = read.trades
    # Of a pass that failed the ledger keeps what went in, not what came out.
    report.day(day).inputs = [{"table": TABLE.name, "version": context.lake.version(TABLE), **counts}]
    _tell(context, drawn, compared)
    if compared.differences:
        raise ParityError(_words(compared, day))


def _ranked(features: DataFrame) -> dict[str, list[float]]:
    """Read the figures that traders are ranked by, of all of a day, each in order."""
    figures = features.select(*RANKED.values()).toArrow()
    return {name: _in_order(figures[name]) for name in RANKED.values()}


def _in_order(column: pa.ChunkedArray) -> list[float]:
    known = column.drop_null().combine_chunks()
    values: list[float] = known.take(pc.sort_indices(known)).to_pylist()
    return values


def _tell(context: StepContext, drawn: Drawn, compared: Compared) -> None:
    notes = context.report.notes
    notes.append(f"{compared.values:,} values of {compared.traders:,} traders were worked out a second time")
    if compared.unvalued:
        notes.append(f"{compared.unvalued} of them without equity: they hold what was bought before the window")
    if drawn.passed_over:
        notes.append(f"{drawn.passed_over} traders were passed over, for more than {MOST_TRADES:,} trades to read")


def _words(compared: Compared, day: date) -> str:
    first, count = compared.differences[0], len(compared.differences)
    traders = len({difference.trader for difference in compared.differences})
    return (
        f"gold_trader_features of {shift(day, 1)}: {first.feature} of {first.trader} is {first.stored!r}, its trades "
        f"say {first.found!r}; {count} values of {traders} of {compared.traders} traders differ. Nothing of that day "
        f"is published. Run gold_trader_features for {day} again, then recompute_features; if the difference stays, "
        f"silver_trade_pnl to gold_trader_features from {shift(day, -29)} to {day}; if it still stays, the feature or "
        "its recomputation in features/recomputed is wrong."
    )
