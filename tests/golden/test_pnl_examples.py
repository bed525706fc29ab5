"""The worked examples of `docs/pnl.md`, run as they stand there."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_pass
from pnl.exit_value import exit_value
from pnl.other_methods import with_costs
from pumploss.fees import FEES, estimate_fee, fee_share_bps
from pumploss.report import RunReport
from pumploss.settings import from_environment
from pumploss.tables import bronze_trades, gold_token_day
from pumploss.tables.silver_trade_pnl import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "pnl.md"
DAY = datetime(2026, 1, 5, tzinfo=UTC)
#: Columns of the page that say what was traded; all others say what comes out.
GIVEN = {"second", "slot", "tx", "who", "mint", "does", "units", "sol", "fee", "fee source", "basis", "venue",
         "decimals", "assumed", "hop", "source"}  # fmt: skip
#: What comes out, by the column of `silver_trade_pnl` that holds it.
RESULTS = {
    "matched": "matched_units",
    "unmatched": "unmatched_units",
    "cost": "sold_cost_lamports",
    "proceeds": "proceeds_lamports",
    "pnl": "pnl_lamports",
    "open units": "position_units",
    "open cost": "position_cost_lamports",
    "estimated": "is_fee_estimated",
    "mixed": "is_basis_mixed",
    "residue": "residue_units",
    "fifo pnl": "fifo_pnl_lamports",
    "average pnl": "average_pnl_lamports",
    "lifo pnl": "lifo_pnl_lamports",
}


def tables():
    """Every table of the page: the heading it stands under, and its rows by column name."""
    heading, found, lines = "", [], PAGE.read_text().splitlines()
    for line, rule in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        if line.startswith("|") and rule.startswith("|---"):
            found.append((heading, _cells(line), []))
        elif line.startswith("|") and not line.startswith("|---"):
            found[-1][2].append(dict(zip(found[-1][1], _cells(line), strict=True)))
    return [(heading, rows) for heading, _, rows in found]


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


EXAMPLES = [(f"{heading} ({n})", rows) for n, (heading, rows) in enumerate(tables()) if "does" in rows[0]]


def bronze(example, number, row):
    """A row of an example as a row of bronze_trades; each example has wallets and mints of its own."""
    at = DAY + timedelta(seconds=int(row.get("second") or number))
    fee_source = row.get("fee source") or ("included" if row.get("basis") == "balance_delta" else "event")
    return {
        "trade_id": f"{example}/{number}",
        "traded_at": at,
        "slot": int(row["slot"]) if row.get("slot") else None,
        "tx_index": int(row["tx"]) if row.get("tx") else None,
        "event_index": number if row.get("slot") else None,
        "signature": f"{example}/{number}",
        "trader_address": f"{example}/{row.get('who', 'A')}",
        "token_mint": f"{example}/{row.get('mint', 'M')}",
        "direction": row["does"],
        "token_units": int(row["units"]),
        "token_decimals": int(row.get("decimals", 6)),
        "is_decimals_assumed": row.get("assumed") == "yes",
        "is_hop": row.get("hop") == "yes",
        "sol_lamports": int(row["sol"]),
        "fee_lamports": int(row["fee"]),
        "fee_source": fee_source,
        "amount_basis": row.get("basis", "curve"),
        "venue": row.get("venue", "pump_curve"),
        # What is read in whole tokens, with decimals that may be wrong, comes from a feed.
        "source": row.get("source", "pumpportal" if "decimals" in row else "canonical"),
        "trade_date": DAY.date(),
        "dump_day": DAY.date(),
    }


@pytest.fixture(scope="module")
def results(frame, tmp_path_factory):
    """Every example in one night of silver trades and profit and loss: rows by trade id."""
    rows = [bronze(name, n, row) for name, example in EXAMPLES for n, row in enumerate(example)]
    home, days = tmp_path_factory.mktemp("examples"), (DAY.date(),)
    with open_context(from_environment({**os.environ, "PUMPLOSS_HOME": str(home)})) as context:
        # The order of rows decides nothing, so they come backwards.
        landed = context.lake.stage(bronze_trades.TABLE, frame(bronze_trades.TABLE, *reversed(rows)))
        context.lake.replace(bronze_trades.TABLE, landed, days, {days[0]: len(rows)})
        for step in ("silver_tokens", "silver_trades", "silver_trade_pnl"):
            run_pass(context, RunReport(step), days)
        pnl = context.read(TABLE, days).toArrow()
    return {row["trade_id"]: row for row in with_costs(pl.DataFrame(pl.from_arrow(pnl))).to_dicts()}


def _value(cell):
    return {"": None, "yes": True, "no": False}[cell] if cell in ("", "yes", "no") else int(cell)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_of_the_page(results, name, example):
    columns = [column for column in example[0] if column not in GIVEN]
    assert columns, "an example without results shows nothing"
    said = [{column: _value(row[column]) for column in columns} for row in example]
    nothing = {
        f"{name}/{n}": dict.fromkeys(RESULTS.values()) for n, row in enumerate(example) if row.get("hop") == "yes"
    }
    assert not nothing.keys() & results.keys(), "what is only passed on has no row"
    rows = {**results, **nothing}
    found = [{column: rows[f"{name}/{n}"][RESULTS[column]] for column in columns} for n in range(len(example))]
    assert found == said


def test_the_table_of_fees():
    (rows,) = (rows for _, rows in tables() if "basis points" in rows[0])
    for row in rows:
        at = datetime.fromisoformat(row["from (UTC)"]).replace(tzinfo=UTC)
        assert fee_share_bps(row["venue"], at) == int(row["basis points"])
        era = [era for era in FEES[row["venue"]] if era.since <= at][-1]
        assert " + ".join(map(str, era.components)) == row["components"]
        assert ("up" if era.is_rounded_up else "down") == row["rounded"]
        for amount in (1_000_000, 1_000_001):
            assert estimate_fee(row["venue"], at, amount) == int(row[f"fee on {amount:,} lamports"])
    changes = {row["from (UTC)"] for row in rows}
    assert {"2025-05-12 11:00", "2025-09-01 20:00"} <= changes


def test_the_table_of_what_open_positions_are_worth(arrow):
    (rows,) = (rows for _, rows in tables() if "worth" in rows[0])
    marks = [
        {
            "mark_method": "reserves",
            "reserve_sol_close_lamports": int(row["reserve SOL"]),
            "reserve_token_close_units": int(row["reserve tokens"]),
            "real_sol_close_lamports": int(row["real SOL"]),
            "fee_close_share": float(row["fee share"]),
        }
        for row in rows
    ]
    held = pl.Series("held", [int(row["held units"]) for row in rows])
    state = pl.DataFrame(pl.from_arrow(arrow(gold_token_day.TABLE, *marks))).with_columns(held)
    assert state.select(exit_value(pl.col("held"))).to_series().to_list() == [int(row["worth"]) for row in rows]


def test_every_section_of_the_page_that_states_a_rule_has_an_example():
    headings = re.findall(r"^## (\d+\. .*)$", PAGE.read_text(), re.MULTILINE)
    with_example = {heading for heading, _ in tables()}
    assert [heading for heading in headings if heading not in with_example] == []
