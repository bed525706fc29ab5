"""Profit and loss of the days of a lake: files in, files out, nothing lost."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pyarrow.parquet as pq
import pytest

from jobs.running.runner import run_pass
from jobs.silver_trade_pnl import LOTS, TABLE
from pnl import walk_rows
from pumploss.errors import ConservationError
from pumploss.lake import splits
from pumploss.report import RunReport
from pumploss.tables import silver_trades

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY = date(2026, 1, 5)


@pytest.fixture
def random_trades(frame):
    """Three days of a few wallets and mints, as rows of silver_trades in no order."""
    rng, places, rows = Random(5), Counter(), []
    for number in range(400):
        day, mint = rng.randrange(3), f"m{rng.randrange(5)}"
        places[(day, mint)] += 1
        rows.append({
            "trade_id": f"{number}", "traded_at": NOON + timedelta(days=day, seconds=places[(day, mint)]),
            "order_in_mint_day": places[(day, mint)], "trader_address": f"t{rng.randrange(9)}", "token_mint": mint,
            "fee_source": rng.choice(("event", "estimated")), "amount_basis": rng.choice(("curve", "balance_delta")),
            "direction": rng.choice(("buy", "sell")), "token_units": rng.randrange(1, 99),
            "sol_lamports": rng.randrange(1, 10**9), "fee_lamports": rng.randrange(9),
        })  # fmt: skip
    rng.shuffle(rows)
    return frame(silver_trades.TABLE, *rows)


@pytest.mark.parametrize(("stored", "small_rows"), [(1, 100_000), (1, 9), (4, 9), (16, 100_000), (4, 0)])
def test_the_files_of_a_lake_are_walked_as_their_rows_are(
    context, random_trades, rows_of, stored, small_rows, monkeypatch
):
    monkeypatch.setattr(splits, "SMALL_ROWS", small_rows)
    monkeypatch.setattr(splits, "MIDDLE_ROWS", 100 if small_rows else 0)
    days = [TODAY + timedelta(days=n) for n in range(3)]
    counts = {row["trade_date"]: row["count"] for row in random_trades.groupBy("trade_date").count().collect()}
    staged = context.lake.stage(silver_trades.TABLE, random_trades, stored)
    context.lake.replace(silver_trades.TABLE, staged, days, counts)
    run_pass(context, RunReport("silver_trade_pnl"), tuple(days[:1]))
    report = run_pass(context, RunReport("silver_trade_pnl"), tuple(days[1:]))
    assert {day: report.day(day).rows_written for day in days[1:]} == {day: counts[day] for day in days[1:]}
    whole = walk_rows(random_trades.toArrow(), LOTS.arrow_schema.empty_table())
    for table, walked in zip((TABLE, LOTS), whole, strict=True):
        expected = sorted(walked.to_pylist(), key=lambda row: tuple(row[name] for name in table.key))
        assert rows_of(context.lake.read(table).drop("trader_cohort"), *table.key) == expected
        for file in context.lake.files(table, days):
            order = pq.ParquetFile(file.path).read(list(table.order_by)).to_pylist()
            assert order == sorted(order, key=lambda row: tuple(row.values()))


def test_a_trade_that_goes_missing_stops_the_step(context, random_trades, monkeypatch):
    days = [TODAY + timedelta(days=n) for n in range(3)]
    counts = {row["trade_date"]: row["count"] for row in random_trades.groupBy("trade_date").count().collect()}
    context.lake.replace(silver_trades.TABLE, random_trades, days, counts)
    stored = context.lake.files
    monkeypatch.setattr(
        context.lake, "files", lambda *given: [replace(file, rows=file.rows + 1) for file in stored(*given)]
    )
    with pytest.raises(ConservationError, match=r"silver_trade_pnl of 2026-01-05: \d+ trades became \d+; none was"):
        run_pass(context, RunReport("silver_trade_pnl"), tuple(days))
    assert context.lake.version(TABLE) is None
