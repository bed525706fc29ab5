"""The real samples through the engine and into a lake: every record of every file is accounted for.

The data lie outside the project (their licences do not allow copies in it); without them these tests are skipped.
"""

import json
from dataclasses import replace
from datetime import date

import pytest

from jobs.calendar import run_days
from jobs.context import open_context
from jobs.runner import run_steps
from pumploss.settings import ROOT
from pumploss.tables import gold_trader_day, quarantine_trades

LANDING = ROOT.parent / "shared" / "data" / "landing"
STEPS = (
    "bronze_trades",
    "silver_trades",
    "silver_trade_pnl",
    "silver_trader_mint_day",
    "gold_token_day",
    "gold_trader_day",
    "gold_market_day",
)
pytestmark = pytest.mark.skipif(not LANDING.is_dir(), reason=f"the real samples are not at {LANDING}")


@pytest.fixture(scope="module")
def real(tmp_path_factory, spark):
    """A context whose lake holds every day of both samples."""
    from pumploss.settings import from_environment

    home = tmp_path_factory.mktemp("real")
    settings = replace(from_environment({"PUMPLOSS_HOME": str(home)}), landing=str(LANDING))
    with open_context(settings) as context:
        context.spark = spark
        run_steps(context, STEPS, run_days(context.landing, date(2024, 1, 1), date(2026, 12, 31)))
        yield context


def file_of(real, day):
    """The one file of a day as the ledger has it."""
    (file,) = json.loads(real.ledger.latest()[("bronze_trades", day)]["inputs"])
    return file


def reasons(real, day):
    counted = real.lake.read(quarantine_trades.TABLE, [day]).groupBy("reason").count().collect()
    return {row["reason"]: row["count"] for row in counted}


def test_every_file_is_conserved(real):
    rows = [row for (step, _), row in real.ledger.latest().items() if step == "bronze_trades"]
    files = [file for row in rows for file in json.loads(row["inputs"])]
    assert len(files) == 40
    for file in files:
        assert file["records"] == file["written"] + file["quarantined"] + file["duplicate"], file["path"]
        assert len(file["sha256"]) == 64
    assert sum(file["records"] for file in files) == 11_324 + 3_665


def test_2024_10_10_by_hand(real):
    """`zcat | wc -l` counts 776 lines, so 775 records. `awk -F,` over `$4` finds 389 achat, 239 vente and 147 autre,
    and no amount whose sign contradicts its kind, so 147 are refused. Of the 628 others, `sort | uniq -c` counts 164
    lines that repeat another one to the letter: 464 are left.
    """
    file = file_of(real, date(2024, 10, 10))
    assert (file["records"], file["written"], file["quarantined"], file["duplicate"]) == (775, 464, 147, 164)
    assert reasons(real, date(2024, 10, 10)) == {"not_a_trade": 147}


def test_2026_06_29_by_hand(real):
    """`zcat | wc -l` counts 2,409 lines, so 2,408 records. `awk -F,` finds 15 with a redacted wallet (`$5` begins with
    `RDCT`) and 12 buys whose `$8` is 0.0, none both, so 2,381 trades. `sort | uniq -d` finds one line twice; it has no
    signature, so both may be real and both are kept.
    """
    file = file_of(real, date(2026, 6, 29))
    assert (file["records"], file["written"], file["quarantined"], file["duplicate"]) == (2408, 2381, 27, 0)
    assert reasons(real, date(2026, 6, 29)) == {"bad_address": 15, "zero_amount": 12}


def test_profit_is_what_was_paid_and_received(real):
    """Realised profit, open cost and cash flow of all wallets balance, to the lamport."""
    from pyspark.sql import functions as F

    days = real.lake.read(gold_trader_day.TABLE)
    sums = days.agg(
        *(
            F.sum(name).cast("decimal(38,0)").alias(name)
            for name in ("buy_cost_lamports", "proceeds_lamports", "sold_cost_lamports", "realised_pnl_lamports")
        )
    ).first()
    last = days.groupBy("trader_address").agg(F.max_by("open_cost_close_lamports", "day").alias("open"))
    still_open = last.agg(F.sum("open").cast("decimal(38,0)")).first()[0]
    assert sums["realised_pnl_lamports"] == sums["proceeds_lamports"] - sums["sold_cost_lamports"]
    assert sums["buy_cost_lamports"] == sums["sold_cost_lamports"] + still_open
