"""Follows round trips: from the first buy of an empty position until it is empty again.

A trade belongs to a round trip where the position holds something before or after it, so a sale of what was never seen
to be bought belongs to none, and a sale beyond the stock closes the round trip.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from pnl.frames import framed
from pumploss.columns import POSITION
from pumploss.errors import ConservationError
from pumploss.levels import Kind, earliest, highest, summed, with_levels
from pumploss.tables.silver_round_trips import TABLE

EPISODE: Final = (*POSITION, "episode_index")

#: What a cohort is handed of each trade.
TRADE: Final = (
    "trade_id", "traded_at", *POSITION, "direction", "token_units", "order_in_mint_day", "order_in_trader_day",
    "matched_units", "unmatched_units", "residue_units", "buy_cost_lamports", "sold_cost_lamports",
    "proceeds_lamports", "position_units", "position_cost_lamports", "known_at", "trade_date", "trader_cohort",
)  # fmt: skip
#: Columns of the table that a day's trades add to, and those that keep the highest value.
_SUMS: Final = (
    "buy_count", "sell_count", "bought_units", "buy_cost_lamports", "sold_units", "sold_cost_lamports",
    "proceeds_lamports", "oversold_units", "residue_units", "averaged_down_count",
)  # fmt: skip
#: What the first buy says, and stays so.
_ENTRY: Final = ("entered_at", "entry_order_in_day", "entry_cost_lamports")
_PEAKS: Final = ("peak_units", "peak_cost_lamports")
_LEFT: Final = ("left_units", "left_cost_lamports")
#: What the days of a round trip come to.
_LEVELS: Final[dict[str, tuple[str, Kind]]] = {
    name: (name, kind)
    for kind, names in ((summed, _SUMS), (highest, (*_PEAKS, "known_at")), (earliest, _ENTRY))
    for name in names
}
#: What a round trip carries on.
STATE: Final = (*EPISODE, *_ENTRY, *_SUMS, *_PEAKS, *_LEFT, "is_closed", "known_at", "close_day", "trader_cohort")


def trace_cohort(trades: pa.Table, before: pa.Table) -> pa.Table:
    """Follow one cohort's trades, in any order, on top of earlier round trips; answers rows of `silver_round_trips`.

    Trades have the columns TRADE of `silver_trade_pnl`, earlier round trips those of STATE. Raises ConservationError
    where a position goes on from something else than what its earlier row left.
    """
    latest = pl.col("episode_index") == pl.col("episode_index").max().over(POSITION)
    carried = framed(before.select(STATE)).filter(latest)
    days = _days(_numbered(framed(trades.select(TRADE)), carried))
    going_on = carried.filter(~pl.col("is_closed")).drop(_LEFT)
    whole = pl.concat([going_on, days], how="diagonal").sort(*EPISODE, "close_day")
    levels = _running(whole.with_columns(trip=pl.struct(EPISODE).rle_id()))
    done = _judged(levels.filter(pl.col("left_units").is_not_null()))
    return pa.table(done.select(TABLE.names).to_arrow()).cast(TABLE.arrow_schema)


def _numbered(trades: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """The trades that belong to a round trip, in order, with its number."""
    is_buy = pl.col("direction") == "buy"
    trades = trades.filter(~(is_buy & (pl.col("unmatched_units") > 0)))  # set aside by the walk: it never was held
    sold = pl.col("matched_units") + pl.col("residue_units")
    bought, spent = (pl.col(name).cast(pl.Int128) for name in ("token_units", "buy_cost_lamports"))
    units = pl.col("position_units") + pl.when(is_buy).then(-pl.col("token_units")).otherwise(sold)
    cost = pl.col("position_cost_lamports") - pl.col("buy_cost_lamports") + pl.col("sold_cost_lamports")
    known = carried.select(*POSITION, *_LEFT, last=pl.col("episode_index"))
    moved = (
        trades.with_columns(
            units_before=units,
            cost_before=cost,
            had=(units > 0) | (cost > 0),
            has=(pl.col("position_units") > 0) | (pl.col("position_cost_lamports") > 0),
            # Cheaper than what is held, per unit: without division, in twice as many bits as either factor.
            is_down=is_buy & (units > 0) & (spent * units < bought * cost),
        )
        .filter(pl.col("had") | pl.col("has"))
        .sort(*POSITION, "trade_date", "order_in_mint_day")
        .join(known, POSITION, how="left", maintain_order="left")
        .with_columns(position=pl.struct(POSITION).rle_id())
    )
    _refuse_torn(moved)
    # Positions stand one behind the other, so what started in one is a difference of two sums over all of them.
    has_started = (~pl.col("had")).cast(pl.Int32)
    so_far = has_started.cum_sum()
    before = pl.when(~_is_going_on("position")).then(so_far - has_started).forward_fill()
    return moved.with_columns(episode_index=(pl.col("last").fill_null(-1) + so_far - before).cast(pl.Int32))


def _is_going_on(group: str) -> pl.Expr:
    """Whether the row before is of the same group."""
    return pl.col(group).eq_missing(pl.col(group).shift(1))


def _refuse_torn(moved: pl.DataFrame) -> None:
    """Raise ConservationError where a trade starts from another position than what came before it left."""
    units, cost = (
        pl.when(_is_going_on("position")).then(pl.col(after).shift(1)).otherwise(carried).fill_null(0)
        for after, carried in zip(("position_units", "position_cost_lamports"), _LEFT, strict=True)
    )
    before = moved.with_columns(units_left=units, cost_left=cost)
    is_torn = (pl.col("units_before") != pl.col("units_left")) | (pl.col("cost_before") != pl.col("cost_left"))
    for trade in before.filter(is_torn).head(1).iter_rows(named=True):
        raise ConservationError(
            f"silver_round_trips of {trade['trade_date']}: trade {trade['trade_id']} of {trade['trader_address']} in "
            f"{trade['token_mint']} starts from {trade['units_before']} units at {trade['cost_before']} lamports, what "
            f"came before left {trade['units_left']} at {trade['cost_left']}. Run silver_trade_pnl again from the day "
            "before."
        )


def _days(trades: pl.DataFrame) -> pl.DataFrame:
    """What the trades of each round trip add up to by day, and how it stands after the last of them."""
    is_buy = pl.col("direction") == "buy"
    return trades.group_by(*EPISODE, close_day=pl.col("trade_date"), maintain_order=True).agg(
        pl.col("trader_cohort").first(),
        pl.col("traded_at").first().alias("entered_at"),
        pl.col("order_in_trader_day").first().alias("entry_order_in_day"),
        pl.col("buy_cost_lamports").first().alias("entry_cost_lamports"),
        pl.col("traded_at").last().alias("exited_at"),
        pl.col("order_in_trader_day").last().alias("exit_order_in_day"),
        is_buy.sum().cast(pl.Int64).alias("buy_count"),
        (~is_buy).sum().cast(pl.Int64).alias("sell_count"),
        _wide("token_units").filter(is_buy).sum().alias("bought_units"),
        pl.col("buy_cost_lamports").sum(),
        _wide("matched_units").sum().alias("sold_units"),
        pl.col("sold_cost_lamports").sum(),
        pl.col("proceeds_lamports").sum(),
        _wide("unmatched_units").sum().alias("oversold_units"),
        pl.col("residue_units").sum(),
        pl.col("is_down").sum().cast(pl.Int64).alias("averaged_down_count"),
        pl.col("position_units").max().alias("peak_units"),
        pl.col("position_cost_lamports").max().alias("peak_cost_lamports"),
        pl.col("position_units").last().alias("left_units"),
        pl.col("position_cost_lamports").last().alias("left_cost_lamports"),
        pl.col("known_at").max(),
    )


def _wide(name: str) -> pl.Expr:
    """A column of units, sums of which may pass 64 bits."""
    return pl.col(name).cast(pl.Decimal(38, 0))


def _running(days: pl.DataFrame) -> pl.DataFrame:
    """The days of each `trip`, in order, with its sums and peaks up to each. Most have one day, and nothing to sum."""
    starts, ends = (pl.col("trip").ne_missing(pl.col("trip").shift(n)) for n in (1, -1))
    is_alone = starts & ends
    going_on = with_levels(days.filter(~is_alone), "trip", _LEVELS)
    return pl.concat([days.filter(is_alone), going_on])


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what follows from their sums."""
    closed = (pl.col("left_units") == 0) & (pl.col("left_cost_lamports") == 0)
    pnl = pl.col("proceeds_lamports") - pl.col("sold_cost_lamports")
    outcome = pl.when(pnl > 0).then(pl.lit("won")).when(pnl < 0).then(pl.lit("lost")).otherwise(pl.lit("even"))
    held = (pl.col("exited_at") - pl.col("entered_at")).dt.total_microseconds() / 1e6
    return rows.with_columns(
        is_closed=closed,
        realised_pnl_lamports=pnl,
        exited_at=pl.when(closed).then("exited_at"),
        exit_order_in_day=pl.when(closed).then("exit_order_in_day"),
        held_seconds=pl.when(closed).then(held),
        outcome=pl.when(closed).then(outcome).otherwise(pl.lit("open")),
    )
