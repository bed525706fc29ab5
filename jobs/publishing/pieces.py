"""Reads what is published out of the lake, in pieces that fit in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features import registry
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT
from pumploss.tables import gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import slices
from pumploss.warm.loading import Slice
from pumploss.warm.tables import SCORE_DAYS

#: Rows that are read and held at once.
SLICE_ROWS = 250_000


def trades(pnl: DataFrame, silver: DataFrame) -> DataFrame:
    """Joins trades with profit and loss to the signature and decimals that only `silver_trades` has."""
    key = ["trade_date", "trader_cohort", "trade_id"]
    facts = silver.select(*key, "signature", "token_decimals")
    return pnl.join(facts, key).select(
        *("trade_date", "trader_cohort", "traded_at", "trade_id", "trader_address", "token_mint", "direction"),
        *("token_units", "token_decimals", "sol_lamports", "pnl_lamports", "signature"),
    )


def scores(context: StepContext, as_of_day: date) -> DataFrame:
    """Reads the scores of those who have features of that T: where these were corrected, scores may lag behind."""
    known = context.read(registry.TABLE, [as_of_day]).select("trader_address")
    scored = context.read(gold_scores.TABLE, [as_of_day]).join(known, "trader_address", "left_semi")
    return scored.select(*gold_scores.TABLE.names)


def score_pieces(
    context: StepContext, days: Iterable[date], rows: Mapping[date, int]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    """Makes one slice of the scores of each T, of those who have features of that T."""
    names = [name for name in gold_scores.TABLE.names if name in {*SCORE_DAYS.names, "score_day"}]
    for group in groups(days, rows):
        known = context.read(registry.TABLE, group).select("trader_address", F.col("feature_day").alias("score_day"))
        scored = context.read(gold_scores.TABLE, group).join(known, ["trader_address", "score_day"], "left_semi")
        yield from _by_day(scored.select(*names).toArrow(), "score_day", group, slices.score_day_slice)


def trade_pieces(
    context: StepContext, days: Iterable[date], rows: Mapping[date, int]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    """Cuts each day into slices: several small days are read at once, a large day by cohorts."""
    for group in groups(days, rows):
        frame = trades(context.read(silver_trade_pnl.TABLE, group), context.read(silver_trades.TABLE, group))
        if group[1:]:
            yield from _by_day(frame.toArrow(), "trade_date", group, slices.trade_slice)
        else:
            yield group[0], map(slices.trade_slice, by_cohorts(frame, rows[group[0]]))


def loss_pieces(
    context: StepContext, days: Iterable[date], rows: Mapping[date, int]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    """Makes one slice of the losers of each day."""
    for group in groups(days, rows):
        lost = context.read(gold_trader_day.TABLE, group).where("loss_count > 0")
        frame = lost.select("day", "trader_address", "realised_loss_lamports", "loss_count")
        yield from _by_day(frame.toArrow(), "day", group, slices.loss_slice)


def groups(days: Iterable[date], rows: Mapping[date, int]) -> Iterator[list[date]]:
    """Puts the days, in order, into groups that are read at once."""
    group: list[date] = []
    for day in sorted(days):
        if group and sum(rows[grouped] for grouped in group) + rows[day] > SLICE_ROWS:
            yield group
            group = []
        group.append(day)
    if group:
        yield group


def _by_day(
    rows: pa.Table, column: str, days: Iterable[date], make: Callable[[pa.Table], Slice]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    for day in days:
        yield day, [make(rows.filter(pc.equal(rows[column], day)))]


def by_cohorts(frame: DataFrame, rows: int) -> Iterator[pa.Table]:
    """Reads the rows of a frame with cohorts, some cohorts at a time where they are many."""
    width = max(1, min(COHORTS, COHORTS * SLICE_ROWS // max(rows, 1)))
    for first in range(0, COHORTS, width):
        yield frame.where(f"{COHORT.name} >= {first} AND {COHORT.name} < {first + width}").toArrow()
