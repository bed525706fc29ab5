"""`methods`: realised profit and loss under FIFO, average cost and LIFO, side by side."""

import argparse
import json
from typing import Any

from pumploss.money import LAMPORTS_PER_SOL

TITLES = ("method", "traders", "of them lost", "matched sells", "at a loss", "realised SOL", "losses SOL", "differs")


def run(arguments: argparse.Namespace) -> int:
    """Print a row per method; amounts in SOL, in JSON in lamports."""
    from jobs.context import open_context
    from jobs.methods import compare
    from pumploss.settings import from_environment

    with open_context(from_environment()) as context:
        found = compare(context, arguments.until, arguments.trader).to_dicts()
    if arguments.json:
        print(json.dumps(found))
    else:
        _show(found, arguments.trader)
    return 0


def _show(found: list[dict[str, Any]], trader: str | None) -> None:
    from jobs.commands.screen import show_table

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
        for row in found
    ]
    whose = "of all traders" if trader is None else f"of {trader}"
    show_table(f"Realised profit and loss {whose}; FIFO is what is published", TITLES, rows, TITLES[1:])
    print("What is open is worth the same under every method; `differs` counts sells whose profit is not FIFO's.")


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else "0"
