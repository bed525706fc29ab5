"""Makes positions of a table of trades: each stay of a wallet in a coin, from the first purchase to empty."""

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from pumploss.compiled import compiled
from pumploss.money import LAMPORTS_PER_SOL
from simulator.answers import HALF_LIFE_DAYS
from simulator.arrays import Floats, Int64s

_DAY_SECONDS: Final = 86_400


def trades_of(table: pa.Table) -> pl.DataFrame:
    """Take what positions need of a canonical table: wallets and coins as numbers, times in seconds, amounts in SOL.

    `cash` is what the wallet gets, fees included; `row` is the order in the chain.
    """
    trades = pl.DataFrame(table).with_row_index("row")
    is_buy = pl.col("direction") == "buy"
    cash = pl.when(is_buy).then(-pl.col("sol_lamports")).otherwise(pl.col("sol_lamports")) - pl.col("fee_lamports")
    return trades.select(
        pl.col("row").cast(pl.Int64),
        trader=pl.col("trader_address").rank("dense").cast(pl.Int64),
        mint=pl.col("token_mint").rank("dense").cast(pl.Int64),
        second=pl.col("traded_at").dt.epoch("s"),
        slot="slot",
        is_buy=is_buy,
        units=pl.when(is_buy).then(pl.col("token_units")).otherwise(-pl.col("token_units")),
        sol=pl.col("sol_lamports") / LAMPORTS_PER_SOL,
        cash=cash / LAMPORTS_PER_SOL,
        price=pl.col("virtual_sol_lamports") / pl.col("virtual_token_units"),
    )


def positions_of(trades: pl.DataFrame) -> pl.DataFrame:
    """Make one row per position, in order of opening; `close_row` and what follows from it are null while it is open.

    Leaves out stays that sell what they never bought. `stake` is the first purchase in SOL, `gain` all cash in the end,
    `is_win` whether that is above 0, `launch_slots` the slots since the coin's first trade.
    """
    stay = ["trader", "mint"]
    held = trades.with_columns(held=pl.col("units").cum_sum().over(stay)).filter((pl.col("held") >= 0).all().over(stay))
    numbered = held.with_columns(
        nth=((pl.col("held") == 0).cast(pl.Int64).cum_sum().over(stay) - (pl.col("held") == 0).cast(pl.Int64))
    )
    is_closed = pl.col("held").last() == 0
    launched = trades.group_by("mint").agg(launch_slot=pl.col("slot").min(), creator=pl.col("trader").first())
    made = numbered.group_by(*stay, "nth").agg(
        open_row=pl.col("row").first(),
        opened=pl.col("second").first(),
        open_slot=pl.col("slot").first(),
        price=pl.col("price").first(),
        stake=pl.col("sol").first(),
        trades=pl.len(),
        first_sale=pl.col("second").filter(~pl.col("is_buy")).first(),
        close_row=pl.when(is_closed).then(pl.col("row").last()),
        closed=pl.when(is_closed).then(pl.col("second").last()),
        gain=pl.when(is_closed).then(pl.col("cash").sum()),
    )
    joined = made.join(launched, on="mint").with_columns(
        is_win=pl.col("gain") > 0, launch_slots=pl.col("open_slot") - pl.col("launch_slot")
    )
    return joined.sort("open_row")


def with_past(positions: pl.DataFrame) -> pl.DataFrame:
    """Add what the wallet had behind it when it opened a position.

    `before_win` and `before_seconds` are of the position that it closed last, `drawdown` is how far it was below its
    best of late, in its usual stakes; `nth_closed` counts closed positions.
    """
    closed = positions.filter(pl.col("close_row").is_not_null()).sort("trader", "close_row")
    usual = positions.group_by("trader").agg(usual=pl.col("stake").median())
    closed = closed.join(usual, on="trader", maintain_order="left")
    depth = np.empty(len(closed))
    _drawdowns(
        closed["trader"].to_numpy(), closed["closed"].to_numpy(), (closed["gain"] / closed["usual"]).to_numpy(), depth
    )
    last = closed.select(
        "trader",
        "close_row",
        before_win="is_win",
        before_closed="closed",
        depth=pl.Series(depth),
        nth_closed=pl.int_range(1, pl.len() + 1).over("trader"),
    ).sort("close_row")
    seen = positions.join_asof(
        last, left_on="open_row", right_on="close_row", by="trader", allow_exact_matches=False, check_sortedness=False
    )
    seconds = pl.col("opened") - pl.col("before_closed")
    faded = pl.col("depth") * (0.5 ** (seconds / (HALF_LIFE_DAYS * _DAY_SECONDS)))
    return seen.with_columns(before_seconds=seconds, drawdown=faded.fill_null(0.0))


@compiled
def _drawdowns(trader: Int64s, second: Int64s, gain: Floats, depth: Floats) -> None:
    """Walk closes, those of a wallet side by side in order of time: what it is below its best after each, faded out."""
    for i in range(len(trader)):
        before = 0.0
        if i > 0 and trader[i] == trader[i - 1]:
            before = depth[i - 1] * 0.5 ** ((second[i] - second[i - 1]) / (HALF_LIFE_DAYS * _DAY_SECONDS))
        depth[i] = max(before - gain[i], 0.0)


def with_next(positions: pl.DataFrame) -> pl.DataFrame:
    """Add `next_seconds` to closed positions: from the close to the next position that the wallet opened."""
    opened = positions.select("trader", "open_row", next_opened="opened").sort("open_row")
    closed = positions.filter(pl.col("close_row").is_not_null()).sort("close_row")
    following = closed.join_asof(
        opened.rename({"open_row": "next_row"}),
        left_on="close_row",
        right_on="next_row",
        by="trader",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return following.with_columns(next_seconds=pl.col("next_opened") - pl.col("closed"))
