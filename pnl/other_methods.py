"""Average cost and LIFO beside the published FIFO, for comparison only: nothing of this enters a table.

What a sale matches and brings is the same under every method: the stock does not depend on which units are said to be
sold first. So both methods are walked over the rows of `silver_trade_pnl`, whose matched units and proceeds stand, and
only the cost of what was sold is reckoned anew, in whole lamports:

- Average cost: a sale of m of the Q units held takes floor(C * m / Q) of their cost C; the last units take the rest.
- LIFO: a sale takes the youngest lot first, a part of it at floor(cost * m / units) of what that lot has left.

On a position that ends empty the three agree to the lamport, since all that was bought has been sold.
"""

from enum import StrEnum

import numpy as np
import polars as pl

from pnl.fifo_kernel import Flags, Integers
from pnl.wide_integers import muldiv
from pumploss.columns import POSITION
from pumploss.compiled import compiled

#: What is read of each trade.
READ = (
    *POSITION, "trade_date", "order_in_mint_day", "direction", "token_units", "matched_units", "unmatched_units",
    "residue_units", "buy_cost_lamports", "sold_cost_lamports", "proceeds_lamports", "pnl_lamports", "trader_cohort",
)  # fmt: skip


class Method(StrEnum):
    """How the units that a sale takes are chosen."""

    FIFO = "fifo"
    AVERAGE = "average"
    LIFO = "lifo"


@compiled
def average_cost(
    position: Integers, is_buy: Flags, units: Integers, buy_cost: Integers, matched: Integers, cost: Integers
) -> None:
    """Fills in what each sale's matched units cost at the average of what is held; rows sorted as FIFO's."""
    held = held_cost = 0
    for row in range(len(position)):
        if row == 0 or position[row] != position[row - 1]:
            held = held_cost = 0
        if is_buy[row]:
            held += units[row]
            held_cost += buy_cost[row]
        elif matched[row] > 0:
            cost[row] = muldiv(held_cost, matched[row], held) if matched[row] < held else held_cost
            held -= matched[row]
            held_cost -= cost[row]


@compiled
def lifo_cost(
    position: Integers, is_buy: Flags, units: Integers, buy_cost: Integers, matched: Integers, cost: Integers
) -> None:
    """Fills in what each sale's matched units cost, the youngest first; rows sorted as FIFO's.

    A lot without units is taken by the next sale that comes to it, or that empties the position.
    """
    lot_units = np.empty(len(position), dtype=np.int64)
    lot_cost = np.empty(len(position), dtype=np.int64)
    top = held = 0
    for row in range(len(position)):
        if row == 0 or position[row] != position[row - 1]:
            top = held = 0
        if is_buy[row]:
            lot_units[top] = units[row]
            lot_cost[top] = buy_cost[row]
            top += 1
            held += units[row]
            continue
        left = matched[row]
        if left == 0:
            continue
        held -= left
        while top > 0 and (left > 0 or lot_units[top - 1] == 0 or held == 0):
            part = min(left, lot_units[top - 1])
            left -= part
            if part < lot_units[top - 1]:
                share = muldiv(lot_cost[top - 1], part, lot_units[top - 1])
                lot_units[top - 1] -= part
                lot_cost[top - 1] -= share
                cost[row] += share
                break
            cost[row] += lot_cost[top - 1]
            top -= 1


def with_costs(rows: pl.DataFrame) -> pl.DataFrame:
    """Add to rows of `silver_trade_pnl` of whole positions a column per method: `<method>_pnl_lamports`.

    They are NULL where `pnl_lamports` is: for buys and wholly unmatched sells.
    """
    ordered = rows.sort(*POSITION, "trade_date", "order_in_mint_day")
    position = ordered.select(pl.struct(POSITION).rle_id().cast(pl.Int64)).to_series().to_numpy()
    is_aside = (pl.col("direction") == "buy") & (pl.col("unmatched_units") > 0)
    held = ordered.with_columns(token_units=pl.when(is_aside).then(0).otherwise("token_units"))
    taken = held["matched_units"] + held["residue_units"]  # a residue leaves the stock, and costs what it cost
    columns = [column.to_numpy() for column in (held["token_units"], held["buy_cost_lamports"], taken)]
    is_buy = (ordered["direction"] == "buy").to_numpy()
    costs = {Method.FIFO: ordered["sold_cost_lamports"]}
    for method, kernel in ((Method.AVERAGE, average_cost), (Method.LIFO, lifo_cost)):
        cost = np.zeros(len(ordered), dtype=np.int64)
        kernel(position, is_buy, columns[0], columns[1], columns[2], cost)
        costs[method] = pl.Series(cost)
    is_matched = pl.col("pnl_lamports").is_not_null()
    return ordered.with_columns(
        pl.when(is_matched).then(pl.col("proceeds_lamports") - pl.lit(cost)).alias(f"{method}_pnl_lamports")
        for method, cost in costs.items()
    )


def summed(rows: pl.DataFrame) -> pl.DataFrame:
    """Sum the results of `with_costs` of some traders, one row per method; the sums of several can be added up."""
    sums = []
    for method in Method:
        pnl = pl.col(f"{method}_pnl_lamports")
        traders = rows.filter(pnl.is_not_null()).group_by("trader_address").agg(pnl.sum())
        sums.append(
            rows.select(
                pl.lit(method.value).alias("method"),
                pl.lit(len(traders)).alias("trader_count"),
                pl.lit(len(traders.filter(pnl < 0))).alias("losing_trader_count"),
                pnl.count().cast(pl.Int64).alias("matched_sell_count"),
                (pnl < 0).sum().cast(pl.Int64).alias("losing_sell_count"),
                pnl.sum().cast(pl.Int64).alias("realised_pnl_lamports"),
                pnl.filter(pnl < 0).sum().cast(pl.Int64).alias("realised_loss_lamports"),
                (pnl != pl.col("fifo_pnl_lamports")).sum().cast(pl.Int64).alias("differs_count"),
            )
        )
    return pl.concat(sums)
