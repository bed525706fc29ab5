"""Writes the daily facts of a crowd, day by day, straight into the Delta tables that features are made of."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from benchmarks.crowd import EMPTIED_SHARE, Crowd, CrowdDay, Drawn, lists, mint_numbers, mint_texts
from features.windows import HOURS
from jobs.running.context import Context
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.lake.files import write_partition
from pumploss.lake.owner import claim
from pumploss.lake.splits import splits_of
from pumploss.tables import (
    gold_market_day,
    gold_token_day,
    gold_trader_day,
    gold_trader_entries,
    gold_trader_mints,
    gold_trader_positions,
    gold_trader_rhythm,
)
from pumploss.tables.gold_trader_entries import FIGURES, FLAGS
from pumploss.tables.gold_trader_rhythm import GAP_BINS

#: Of the entries, those of which a figure is known.
_KNOWN_SHARE = 0.9


def write_days(context: Context, crowd: Crowd, days: int) -> Days:
    """Write so many days of all tables, a commit per table and day, with the ledger's word that they are built."""
    claim(context.lake, context.settings.landing)
    written = []
    for number in range(days):
        day = crowd.day(number)
        for table, rows in tables(day):
            _write(context, table, day, rows)
            context.ledger.append(
                [{"run_id": "bench", "step": table.name, "day": day.date, "status": "ok", "outputs": "{}"}]
            )
        written.append(day.date)
    return tuple(written)


def tables(day: CrowdDay) -> Iterator[tuple[Table, pa.Table]]:
    """Make the day's rows of each table."""
    everyone = np.arange(len(day.active))
    for table, drawn in (
        (gold_trader_day.TABLE, trader_days(day)),
        (gold_trader_rhythm.TABLE, rhythms(day)),
        (gold_trader_positions.TABLE, positions(day)),
        (gold_trader_mints.TABLE, mints(day)),
        (gold_trader_entries.TABLE, entries(day)),
    ):
        yield table, day.rows(table, drawn, everyone)
    yield gold_token_day.TABLE, day.rows(gold_token_day.TABLE, token_days(day))
    figures = (column.name for column in gold_market_day.TABLE.columns if column.name.endswith(("_count", "_lamports")))
    market: Drawn = {name: np.array([day.crowd.trades_per_day]) for name in figures}
    yield gold_market_day.TABLE, day.rows(gold_market_day.TABLE, {**market, "losing_sell_share": np.array([0.6])})


def trader_days(day: CrowdDay) -> Drawn:
    """Draw flows and levels of `gold_trader_day`."""
    size, buys = len(day.active), np.maximum(1, day.trades // 2)
    bought, brought, levels = day.lamports(size) * buys, day.lamports(size) * buys, day.lamports(size)
    hours = np.zeros((size, HOURS), np.int64)
    hours[np.arange(size), day.draw.integers(0, HOURS, size)] = day.trades
    squares = pa.array(day.lamports(size)).cast(pa.decimal128(38, 0))
    counts = {
        "trade_count": day.trades, "buy_count": buys, "sell_count": day.trades - buys,
        "matched_sell_count": day.trades - buys, "win_count": (day.trades - buys) // 3,
        "loss_count": (day.trades - buys) // 2, "trade_count_close": day.trades + 5, "mint_count_close": day.mints + 2,
        "open_position_count_close": day.mints, "underwater_count_close": day.mints // 2,
        "bag_count_close": day.mints // 4, "active_day_count_close": np.full(size, 3),
    }  # fmt: skip
    amounts = {
        "fees_lamports": bought // 100, "buy_cost_lamports": bought, "proceeds_lamports": brought,
        "sell_net_lamports": brought, "realised_pnl_lamports": brought - bought,
        "realised_loss_lamports": np.minimum(brought - bought, 0), "equity_change_lamports": brought - bought,
        "equity_close_lamports": levels, "open_cost_close_lamports": levels * 2, "volume_close_lamports": bought,
        "underwater_cost_close_lamports": levels,
    }  # fmt: skip
    moments = pa.array(day.moments(size)).cast(pa.timestamp("us", "UTC"))
    return {
        **counts, **amounts, "buy_cost_squared": squares, "volume_squared_close": squares,
        "log_hold_sum": day.draw.random(size) * 9, "trades_by_hour": lists(np.full(size, HOURS), hours.ravel()),
        "trades_by_hour_close": lists(np.full(size, HOURS), hours.ravel()),
        "first_traded_at_close": moments, "last_traded_at_close": moments,
    }  # fmt: skip


def rhythms(day: CrowdDay) -> Drawn:
    """Draw pauses, sessions and marks of machines."""
    size = len(day.active)
    bins = day.draw.integers(0, 3, (size, GAP_BINS))
    gaps = day.trades - 1
    parts = {name: gaps // (place + 3) for place, name in enumerate(("short_gap_count", "bounce_count"))}
    sessions = np.minimum(day.trades, 4)
    counts = {
        **parts, "gap_count": gaps, "gap_seconds": gaps * 60, "gap_seconds_squared": gaps * 90_000,
        "session_count": sessions, "session_seconds": sessions * 600, "losing_session_count": sessions // 2,
        "stopped_session_count": sessions // 4, "repeated_buy_count": day.trades // 5,
    }  # fmt: skip
    lengths = np.full(size, GAP_BINS)
    return {**counts, "active_hour_count": day.draw.integers(1, 24, size), "gap_bins": lists(lengths, bins.ravel())}


def positions(day: CrowdDay) -> Drawn:
    """Draw positions: one per mint, most of them emptied on the day, and the rest carried on."""
    size, opened, owner = len(day.active), day.mints, day.owner
    is_emptied = day.draw.random(len(owner)) < EMPTIED_SHARE
    emptied = np.bincount(owner, is_emptied, size).astype(np.int64)
    at, exited = _in_order(day, owner), _in_order(day, owner[is_emptied])
    made, carried = day.lamports(len(exited)) - day.lamports(len(exited)), opened - emptied
    left = at[~is_emptied]
    runs = np.minimum(emptied, 2)
    named = {
        "closed_position_count": emptied, "won_position_count": emptied // 3, "lost_position_count": emptied // 2,
        "closed_hold_micros": emptied * 10**8, "won_lamports": emptied * 10**7, "lost_lamports": emptied * 10**7,
        "first_loss_run_count": runs // 2, "last_loss_run_count": runs // 2, "longest_loss_run_count": runs // 2,
        "largest_loss_lamports": emptied * 10**6, "added_buy_count": opened // 5,
    }  # fmt: skip
    order = np.arange(len(left)) + 1
    return {
        **named, "opening_times": lists(opened, at), "opening_stakes": lists(opened, day.lamports(len(at))),
        "exits_before": lists(opened, _places(opened) * np.repeat(emptied, opened) // np.repeat(opened, opened)),
        "exit_times": lists(emptied, exited), "exit_results": lists(emptied, made),
        "hold_times": lists(emptied, np.exp(day.draw.normal(18, 2, len(exited))).astype(np.int64)),
        "carried_opening_times": lists(carried, left), "carried_opening_places": lists(carried, order),
        "carried_exit_times": lists(carried, np.zeros(len(left), np.int64)),
        "carried_buys": lists(carried, np.ones(len(left), np.int64)),
        "carried_averaged_down_buys": lists(carried, np.zeros(len(left), np.int64)),
    }  # fmt: skip


def _places(counts: np.ndarray) -> np.ndarray:
    places: np.ndarray = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return places


def _in_order(day: CrowdDay, owner: np.ndarray) -> np.ndarray:
    """Draw a moment for each row, rising within an owner."""
    moments = day.moments(len(owner))
    ordered: np.ndarray = moments[np.lexsort((moments, owner))]
    return ordered


def mints(day: CrowdDay) -> Drawn:
    """Draw what each trader bought of each mint."""
    size, count = len(day.active), len(day.owner)
    # Who trades a mint of an earlier day is taken for one who traded it on that day already.
    is_new = day.pairs[1] // day.crowd.mints_per_day == day.number
    volatile = day.lamports(size) * day.mints
    return {
        "mint_numbers": lists(day.mints, mint_numbers(day.crowd, day.pairs[1])),
        "mint_costs": lists(day.mints, day.lamports(count)),
        "first_seen_mint_count": np.bincount(day.owner, is_new, size).astype(np.int64),
        "volatile_cost_lamports": volatile, "volatility_cost_millis": volatile * 300,
    }  # fmt: skip


def entries(day: CrowdDay) -> Drawn:
    """Draw the first buy of each mint by each trader, and of half of those of the day before how much they rose."""
    size, count = len(day.active), len(day.owner)
    known = {f"{name}s": day.draw.random(count) < _KNOWN_SHARE for name in (*FIGURES, "high_log")}
    counts = {name: np.bincount(day.owner, is_known, size).astype(np.int64) for name, is_known in known.items()}
    listed = {name: lists(of, np.round(day.draw.random(of.sum()) * 9, 9)) for name, of in counts.items()}
    raised = day.mints // 2
    return {
        "entry_count": day.mints,
        "entered_mint_numbers": lists(day.mints, mint_numbers(day.crowd, day.pairs[1])),
        **listed,
        "raised_places": lists(raised, np.full(raised.sum(), -1)),
        "raised_high_logs": lists(raised, np.round(day.draw.random(raised.sum()) * 9, 9)),
        **{f"{name}_known_count": day.mints for name in FLAGS},
        **{f"{name}_true_count": day.mints // 3 for name in FLAGS},
        "volatile_entry_cost_lamports": day.lamports(size),
        "volatility_entry_cost_millis": day.lamports(size) * 300,
    }  # fmt: skip


def token_days(day: CrowdDay) -> Drawn:
    """Draw a row for each mint that traded: the day's own, and a share of those of the days before."""
    size = day.crowd.mints_per_day
    earlier = [
        (day.number - age) * size + np.flatnonzero(day.draw.random(size) < 0.2 / age)
        for age in range(1, min(day.number, 4) + 1)
    ]
    numbers = np.concatenate([day.number * size + np.arange(size), *earlier])
    peak = day.draw.random(len(numbers)) + 1
    return {
        "token_mint": mint_texts(day.crowd, numbers), "mint_number": mint_numbers(day.crowd, numbers),
        "volatility": day.some(day.draw.random(len(numbers))),
        "spot_high_sol": peak, "price_peak_close_sol": peak, "price_close_sol": peak * day.draw.random(len(numbers)),
        "venue_close": pa.array(np.where(day.draw.random(len(numbers)) < 0.02, "pumpswap", "pump_curve")),
        "real_token_close_units": day.draw.integers(0, 10**15, len(numbers)),
    }  # fmt: skip


def _write(context: Context, table: Table, day: CrowdDay, rows: pa.Table) -> None:
    folder, name = context.lake.laying(table), table.partition_by[0]
    # Their steps read rows of single trades, and so cut their own days into as many files as those of trades.
    splits = splits_of(day.crowd.trades_per_day) if table.split_by else 1
    part = rows[table.split_by].to_numpy() // (16 // splits) if splits > 1 else np.zeros(len(rows), np.int64)
    for split in range(splits):
        chosen = rows.take(pa.array(np.flatnonzero(part == split))) if splits > 1 else rows
        write_partition(table, folder, {name: day.date, **({"split": split} if splits > 1 else {})}, chosen)
    context.lake.replace(table, context.lake.laid(table, folder), [day.date], {day.date: len(rows)})
