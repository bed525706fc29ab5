"""`methods`: realised profit and loss under FIFO, average cost and LIFO, side by side."""

import argparse
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from jobs.commands.terminal import show_table
from jobs.running.context import Context, open_context
from pnl.other_methods import READ, summed, with_costs
from pumploss.cohort import COHORTS, trader_cohort
from pumploss.errors import LakeError
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.settings import from_environment
from pumploss.tables.silver_trade_pnl import TABLE

TITLES = ("method", "traders", "of them lost", "matched sells", "at a loss", "realised SOL", "losses SOL", "differs")


def run(arguments: argparse.Namespace) -> int:
    """Print a row per method; amounts in SOL, in JSON in lamports."""
    with open_context(from_environment()) as context:
        methods = compare(context, arguments.until, arguments.trader).to_dicts()
    if arguments.json:
        print(json.dumps(methods))
    else:
        _show(methods, arguments.trader)
    return 0


def compare(context: Context, until: date | None = None, trader: str | None = None) -> pl.DataFrame:
    """One row per method over all trades up to a day, of all traders or one.

    Columns: method, trader_count (with a matched sell), losing_trader_count, matched_sell_count, losing_sell_count,
    realised_pnl_lamports, realised_loss_lamports, and differs_count: sells whose profit is not FIFO's. Reads the
    history cohort by cohort, so memory is bounded by the largest. Raises StaleError where a day of it is stale.
    """
    sums = pl.concat([summed(with_costs(rows)) for rows in _cohorts(context, until, trader)])
    return sums.group_by("method", maintain_order=True).sum()


def _cohorts(context: Context, until: date | None, trader: str | None) -> Iterator[pl.DataFrame]:
    """The trades with profit of each cohort, or of the one that holds the trader."""
    days = [day for day in context.lake.rows_by_day(TABLE) if until is None or day <= until]
    if not days:
        raise LakeError(f"No profit and loss has been reckoned in {context.lake.root} yet: run `pumploss nightly`.")
    context.ledger.refuse_stale("silver_trade_pnl", days)
    rows = pl.scan_delta(context.lake.path(TABLE)).filter(pl.col("trade_date") <= max(days)).select(*READ)
    if trader is not None:
        yield rows.filter(trader_cohort=trader_cohort(trader)).filter(trader_address=trader).collect()
        return
    for number in range(COHORTS):
        yield rows.filter(trader_cohort=number).collect()


def _show(methods: list[dict[str, Any]], trader: str | None) -> None:
    rows = [
        (
            row["method"],
            f"{row['trader_count']:,}",
            _share(row["losing_trader_count"], row["trader_count"]),
            f"{row['matched_sell_count']:,}",
            _share(row["losing_sell_count"], row["matched_sell_count"]),
            f"{row['realised_pnl_lamports'] / LAMPORTS_PER_SOL:,.3f}",
            f"{row['realised_loss_lamports'] / LAMPORTS_PER_SOL:,.3f}",
            f"{row['differs_count']:,}",
        )
        for row in methods
    ]
    whose = "of all traders" if trader is None else f"of {trader}"
    show_table(f"Realised profit and loss {whose}; FIFO is what is published", TITLES, rows, TITLES[1:])
    print("What is open is worth the same under every method; `differs` counts sells whose profit is not FIFO's.")


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else "0"
