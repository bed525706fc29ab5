"""Reads what a recomputation is given: the trades of the drawn traders, what they brought in, and facts of mints."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.recomputed.given import Entry, Given, Lot, Mark, Market, MarketDay, Opening, OpenTrip, Trade
from features.windows import fact_days
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.walking.trade_files import resolution
from pumploss.columns import COHORT, HOP, MINT, TRADER
from pumploss.contract import Table
from pumploss.lake.segments import built_days
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    silver_entries,
    silver_open_lots,
    silver_round_trips,
    silver_trader_mint_day,
    silver_trades,
)

#: Rows of `gold_token_day` in a window up to which what traders hold is looked up for all of its mints, not only for
#: those that they traded.
MOST_MINT_DAYS = 200_000

TRADE = (
    MINT.name, "day:trade_date", "order_in_mint_day", "micros:traded_at", "slot", "tx_index", "event_index",
    "direction", "token_units", "sol_lamports", "fee_lamports",
)  # fmt: skip
LOT = (MINT.name, "lot_index", "micros:opened_at", "open_units", "open_cost_lamports", "resolution_units")
TRIP = (MINT.name, "micros:entered_at", "buy_count", "averaged_down_count", "realised_pnl_lamports")
MARK = (
    "day:day", "reserve_sol_close_lamports", "reserve_token_close_units", "real_sol_close_lamports", "mark_price",
    "mark_method", "fee_close_share", "volatility", "spot_high_sol", "price_close_sol", "price_peak_close_sol",
    "venue_close", "real_token_close_units",
)  # fmt: skip
ENTRY = (
    MINT.name, "day:trade_date", "first_buy_cost_lamports", "entry_price_sol", "age_seconds", "age_slot_count",
    "earlier_buyer_count", "slot_buyer_count", "curve_share", "runup_ratio", "momentum_ratio", "peak_ratio",
    "impact_ratio", "minute_volatility_ratio", "low_ratio", "high_ratio", "capture_ratio",
)  # fmt: skip
OPENING = (
    "trade_count_close", "volume_close_lamports", "volume_squared_close", "realised_loss_close_lamports",
    "loss_count_close", "active_day_count_close", "mint_count_close", "trades_by_hour_close",
    "micros:first_traded_at_close", "micros:last_traded_at_close", "equity_close_lamports",
    "equity_last_price_close_lamports", "open_cost_close_lamports", "open_position_count_close",
    "underwater_count_close", "bag_count_close", "underwater_cost_close_lamports",
)  # fmt: skip
MARKET = (
    "day:day", "volume_lamports", "trade_count", "trader_count", "new_mint_count", "matched_sell_count", "loss_count",
    "losing_sell_share",
)  # fmt: skip


#: Tables whose state at the start of the window is looked up.
STATE = (
    silver_open_lots.TABLE, silver_round_trips.TABLE, silver_trader_mint_day.TABLE, gold_trader_day.TABLE,
    gold_token_day.TABLE,
)  # fmt: skip


class Read(NamedTuple):
    """Holds what is given of each trader, what is the same for all, and how many trades were read."""

    given: dict[str, Given]
    market: Market
    trades: int


class Reader:
    """Reads the tables of one T for some traders."""

    def __init__(
        self, context: StepContext, as_of: date, traders: Iterable[str], cohorts: list[int], has_past: bool = True
    ) -> None:
        """Take who is read; `has_past` says that they may have traded before the window."""
        self._context, self._as_of, self._cohorts = context, as_of, cohorts
        self._days = fact_days([as_of])
        self._traders = _named(context, TRADER.name, traders)
        has_days = any(day < self._days[0] for day in built_days(context.lake, gold_trader_day.TABLE))
        self._has_past = has_past and has_days

    def read(self, ranked: dict[str, list[float]]) -> Read:
        """Read everything; `ranked` are figures of all traders of T in order."""
        trades, count = self._trades()
        entries = self._own(silver_entries.TABLE, ENTRY, Entry)
        traded = {trade.mint for own in trades.values() for trade in own}
        is_all = self._mint_days() <= MOST_MINT_DAYS
        lots, trips, known, openings = self._past(traded, is_all) if self._has_past else ({}, {}, {}, {})
        held = {lot.mint for own in lots.values() for lot in own}
        entered = {entry.mint for own in entries.values() for entry in own}
        given = {
            trader: Given(
                tuple(trades[trader]), tuple(entries.get(trader, ())), tuple(lots.get(trader, ())),
                tuple(trips.get(trader, ())), frozenset(known.get(trader, ())), openings.get(trader, [Opening()])[0],
                is_all or not self._has_past,
            )
            for trader in trades
        }  # fmt: skip
        return Read(given, self._market(traded | held | entered, held, ranked), count)

    def _mint_days(self) -> int:
        rows = self._context.lake.rows_by_day(gold_token_day.TABLE)
        return sum(rows.get(day, 0) for day in self._days)

    def _trades(self) -> tuple[dict[str, list[Trade]], int]:
        own = self._of_traders(self._context.read(silver_trades.TABLE, self._days)).where(~F.col(HOP.name))
        rows = own.select(TRADER.name, *map(_column, TRADE), "source", "token_decimals").toArrow()
        found: dict[str, list[Trade]] = defaultdict(list)
        fine = resolution(rows["source"], rows).to_pylist()
        for trader, least, row in zip(rows[TRADER.name].to_pylist(), fine, _tuples(rows, TRADE), strict=True):
            found[trader].append(Trade._make((*row[:7], row[7] == "buy", *row[8:], least)))
        return found, len(rows)

    def _past(self, traded: set[str], is_all: bool) -> tuple[dict[str, Any], ...]:
        """Look up what stood at the start of the window: lots, open positions, mints traded before, and levels."""
        wanted = _named(self._context, MINT.name, traded)
        everything = self._context.read(gold_token_day.TABLE, self._days).select(MINT.name) if is_all else wanted
        lots = self._before(silver_open_lots.TABLE, everything).where("lot_id IS NOT NULL")
        trips = self._before(silver_round_trips.TABLE, wanted).where("NOT is_closed")
        met = self._before(silver_trader_mint_day.TABLE, wanted)
        levels = self._before(gold_trader_day.TABLE, self._traders)
        return (
            _grouped(lots, LOT, Lot),
            _grouped(trips, TRIP, OpenTrip),
            _grouped(met, (MINT.name,), lambda mint: mint),
            _grouped(levels, OPENING, _opening),
        )

    def _before(self, table: Table, wanted: DataFrame) -> DataFrame:
        return self._of_traders(latest_before(self._context, table, wanted, self._days[0]))

    def _own(self, table: Table, names: tuple[str, ...], make: Callable[..., Any]) -> dict[str, list[Any]]:
        return _grouped(self._of_traders(self._context.read(table, self._days)), names, make)

    def _of_traders(self, frame: DataFrame) -> DataFrame:
        of_cohorts = frame.where(F.col(COHORT.name).isin(self._cohorts))
        return of_cohorts.join(F.broadcast(self._traders), TRADER.name, "left_semi")

    def _market(self, mints: set[str], held: set[str], ranked: dict[str, list[float]]) -> Market:
        days = self._context.read(gold_market_day.TABLE, self._days)
        tokens = self._context.read(gold_token_day.TABLE, self._days)
        needed = tokens.join(F.broadcast(_named(self._context, MINT.name, mints)), MINT.name, "left_semi")
        marks = _grouped(needed, MARK, Mark, by=MINT.name)
        before: dict[str, list[Mark]] = {}
        if held:
            wanted = _named(self._context, MINT.name, held)
            before = _grouped(latest_before(self._context, gold_token_day.TABLE, wanted, self._days[0]), MARK, Mark,
                              by=MINT.name)  # fmt: skip
        return Market(
            as_of=(self._as_of - date(1970, 1, 1)).days,
            days=tuple(MarketDay(*row) for row in _tuples(days.select(*map(_column, MARKET)).toArrow(), MARKET)),
            marks={mint: tuple(sorted(of_mint)) for mint, of_mint in marks.items()},
            marks_before={mint: of_mint[0] for mint, of_mint in before.items()},
            ranked=ranked,
        )


def _opening(*levels: Any) -> Opening:
    named = dict(zip(Opening.__dataclass_fields__, levels, strict=True))
    hours, squares = tuple(named["trades_by_hour"]), int(named["volume_squared"])
    return Opening(**{**named, "trades_by_hour": hours, "volume_squared": squares})


def _named(context: StepContext, column: str, values: Iterable[str]) -> DataFrame:
    return context.spark.createDataFrame(pa.table({column: pa.array(sorted(values), pa.string())}), f"{column} string")


def _column(written: str) -> Column:
    """Select a column; days and microseconds since 1970 where the name says so before a colon."""
    kind, _, name = written.rpartition(":")
    value = {"day": F.unix_date, "micros": F.unix_micros}[kind](name) if kind else F.col(name)
    return value.alias(name)


def _tuples(rows: pa.Table, names: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(rows[name.rpartition(":")[2]].to_pylist() for name in names), strict=True)


def _grouped(
    frame: DataFrame, names: tuple[str, ...], make: Callable[..., Any], by: str = TRADER.name
) -> dict[str, list[Any]]:
    """Read rows as objects, by trader or by mint."""
    own = [name for name in names if name != by]
    rows = frame.select(by, *map(_column, own)).toArrow()
    found: dict[str, list[Any]] = defaultdict(list)
    for key, row in zip(rows[by].to_pylist(), _tuples(rows, own), strict=True):
        found[key].append(make(*row))
    return found
