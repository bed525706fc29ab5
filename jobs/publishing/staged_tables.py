"""Stages what is published in the warm store, out of the lake: days that changed, and tables that show T alone."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

import psycopg

from features import registry
from jobs.pipeline import WRITER
from jobs.publishing.leaderboards import leaderboards
from jobs.publishing.pieces import by_cohorts, loss_pieces, score_pieces, scores, trade_pieces
from jobs.running.step_context import StepContext
from pumploss.contract import Table
from pumploss.days import shift, span
from pumploss.tables import gold_market_day, gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import publishing, slices
from pumploss.warm import tables as warm_tables
from pumploss.warm.busy_tokens import stage_busy_tokens
from pumploss.warm.loaders import Loaders, loaders
from pumploss.warm.loading import Slice
from pumploss.warm.loss_sums import loss_sums
from pumploss.warm.staging import Staging
from pumploss.warm.summed_tables import TOKEN_DAYS
from pumploss.warm.summing import SUMS, stage_trades
from pumploss.warm.tables import RETENTION_DAYS
from pumploss.warm.warm_table import WarmTable

PNL, TRADES, TRADER_DAYS = silver_trade_pnl.TABLE, silver_trades.TABLE, gold_trader_day.TABLE
MARKET, SCORES = gold_market_day.TABLE, gold_scores.TABLE

#: What each table that is kept by day is made of; the first names its days.
MADE_OF = {
    warm_tables.TRADES: (PNL, TRADES),
    warm_tables.DAILY_LOSSES: (TRADER_DAYS,),
    warm_tables.SCORE_DAYS: (SCORES, registry.TABLE),
}
_PIECES = {
    warm_tables.TRADES: trade_pieces,
    warm_tables.DAILY_LOSSES: loss_pieces,
    warm_tables.SCORE_DAYS: score_pieces,
}


def stage_days(
    context: StepContext,
    warm: psycopg.Connection,
    staging: Staging,
    day: date,
    live: Mapping[str, publishing.DayContents],
) -> dict[str, publishing.DayContents]:
    """Loads the days of the retention window that differ from what is live, by table, with the sums of trades.

    Answers digest and rows of all days of each table. Raises StaleError where a day of the window is stale.
    """
    with loaders(warm, staging) as by:
        shown = {table.name: _stage_table(context, by, day, table, live[table.name]) for table in MADE_OF}
    for table in SUMS:
        days = shown[table.follows].items()
        shown[table.name] = {built: (digest, _rows(live[table.name], built)) for built, (digest, _) in days}
    for staged in staging.loaded:
        if staged.day:
            of_days = shown[staged.table.name]
            of_days[staged.day] = of_days[staged.day][0], staged.rows
    return shown


def _stage_table(
    context: StepContext, by: Loaders, day: date, table: WarmTable, live: publishing.DayContents
) -> publishing.DayContents:
    """Has the days that changed loaded; answers digest and live rows of all days."""
    made_of = MADE_OF[table]
    last = shift(day, WRITER[made_of[0].name].offset_days)
    first = shift(last, 1 - RETENTION_DAYS)
    rows = {built: count for built, count in context.lake.rows_by_day(made_of[0]).items() if first <= built <= last}
    for origin in made_of:
        # Also days of which the lake has nothing: they may be gone, and are to be built again.
        context.require_readable(origin, span(first, last))
    digests = _digests(context, made_of, rows)
    changed = [built for built in rows if digests[built] is None or live.get(built, (None, 0))[0] != digests[built]]
    for built, pieces in _PIECES[table](context, changed, rows):
        if table == warm_tables.TRADES:
            by.begin(partial(stage_trades, by=by, slices=pieces, day=built, expected_rows=rows[built]))
        else:
            by.begin(partial(Staging.load, table=table, slices=pieces, day=built))
    return {built: (digests[built], _rows(live, built)) for built in rows}


def _rows(live: publishing.DayContents, day: date) -> int:
    return live.get(day, (None, 0))[1]


def _digests(context: StepContext, made_of: tuple[Table, ...], days: Iterable[date]) -> dict[date, str | None]:
    """Names what each published day depends on, or None where the ledger does not know all of it."""
    digests: dict[date, str | None] = {}
    for day in days:
        runs = [(table, shift(day, -WRITER[table.name].offset_days)) for table in made_of]
        recorded = [context.recorded_digest(table, run_day) for table, run_day in runs]
        known = [digest for digest in recorded if digest is not None]
        digests[day] = "|".join([str(slices.LAYOUT), *known]) if len(known) == len(recorded) else None
    return digests


def stage_sums(
    context: StepContext,
    warm: psycopg.Connection,
    staging: Staging,
    live: Mapping[str, publishing.DayContents],
    shown: Mapping[str, publishing.DayContents],
) -> dict[str, int]:
    """Loads what is over many days: losses and the market by day, and busy tokens; answers their rows by name."""
    sums = loss_sums(warm, staging.loaded, shown[warm_tables.DAILY_LOSSES.name])
    market = context.read(MARKET, sorted(shown[warm_tables.TRADES.name])).toArrow()
    loaded = [
        staging.load(warm_tables.LOSS_SUMS, [sums]),
        staging.load(warm_tables.MARKET_DAYS, [slices.market_slice(market)]),
    ]
    rows = {staged.table.name: staged.rows for staged in loaded}
    return rows | stage_busy_tokens(warm, staging, live[TOKEN_DAYS.name], shown[TOKEN_DAYS.name])


def stage_as_of(context: StepContext, staging: Staging, day: date) -> dict[str, int]:
    """Loads the tables that show the end of the day alone; answers their rows by name."""
    as_of_day = shift(day, 1)
    laid_out_by = {*registry.TABLE.partition_by, registry.TABLE.split_by}
    contract = [column for column in registry.TABLE.columns if column.name not in laid_out_by]
    features = context.read(registry.TABLE, [as_of_day])
    expected = context.lake.rows_by_day(registry.TABLE).get(as_of_day, 0)
    parts = map(Slice, by_cohorts(features, expected))
    loaded = [staging.load(warm_tables.FEATURES, parts, expected, contract=contract)]
    current = scores(context, as_of_day).toArrow()
    predicted, scored = slices.prediction_slice(current), slices.score_slice(current)
    loaded.append(staging.load(warm_tables.PREDICTIONS, [predicted]))
    loaded.append(staging.load(warm_tables.SCORES, [scored]))
    for table, board in leaderboards(context, day).items():
        loaded.append(staging.load(table, [slices.board_slice(table, board)]))
    loaded.append(staging.load(warm_tables.EXPECTED_LOSERS, [slices.expected_slice(current)]))
    if not expected:
        context.report.notes.append(f"no features of {as_of_day}: trader_features is empty")
    if not current.num_rows:
        context.report.notes.append(f"no scores of {as_of_day}: loss_predictions and risk_scores are empty")
    return {staged.table.name: staged.rows for staged in loaded}
