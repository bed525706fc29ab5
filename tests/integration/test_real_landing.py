"""The real samples through the engine and into a lake: every record of every file is accounted for.

Where the data lie is told by `tests/building/real_data.py`; without them these tests are skipped.
"""

import json
from datetime import date

import pytest

from pumploss.tables import bronze_trades, gold_trader_day, quarantine_trades, silver_trade_pnl, silver_trades
from tests.building import real_data

pytestmark = real_data.needed


@pytest.fixture(scope="module")
def real(real_samples):
    """A context whose lake holds every day of both samples."""
    return real_samples


@pytest.fixture(scope="module")
def bots(bots_trades):
    """A context whose lake holds the trades of the thirty bots, landed as one dump."""
    return bots_trades


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


def outcome(context):
    """What became of all lines: trades and refused lines by reason, per source."""
    found = {}
    for row in context.lake.read(bronze_trades.TABLE).groupBy("source").count().collect():
        found[row["source"]] = {"written": row["count"]}
    for row in context.lake.read(quarantine_trades.TABLE).groupBy("source", "reason").count().collect():
        found.setdefault(row["source"], {})[row["reason"]] = row["count"]
    return found


def test_every_reason_of_both_samples(real):
    """Counted with the csv module alone. 11,324 lines: 113 redacted wallets, 120 other buys of 0.0 SOL. 3,665 lines:
    244 `autre`, 9 sales that cost SOL, and 164 lines that repeat a trade (74 more repeat an `autre`). No amount of
    either is in another unit, over the supply, or far from its mint's prices in a way that costs do not explain.
    """
    assert outcome(real) == {
        "pumpswap_capture": {"written": 11_091, "bad_address": 113, "zero_amount": 120},
        "curve_deltas": {"written": 3_248, "not_a_trade": 244, "sign": 9},
    }
    rows = real.ledger.latest()
    duplicates = sum(row["rows_duplicate"] for (step, _), row in rows.items() if step == "bronze_trades")
    assert duplicates == 164 == 3_665 - 3_248 - 244 - 9
    assert {row["rows_duplicate"] for (step, _), row in rows.items() if step == "silver_trades"} == {0}


def test_every_reason_of_the_bots_trades(bots):
    """600 lines: see tests/golden/test_real_bot_trades.py for each of the thirty files."""
    reasons = {"unknown_venue": 18, "non_sol_quote": 11, "quote_leg": 14}
    assert outcome(bots) == {"dune_bot_trades": {"written": 557, **reasons}}
    assert 557 + sum(reasons.values()) == 600


def test_of_a_route_of_several_hops_the_trades_stay(bots):
    """Nine transactions have several lines (by their `tx_id`). Of seven, one line is a trade for SOL on these venues
    (HNT, SHROOM, FROG, RAY twice, RETARDIO, MEW), of two none; other legs are refused, so no transaction counts twice.
    """
    from pyspark.sql import functions as F

    trades = bots.lake.read(silver_trades.TABLE)
    assert trades.count() == 557
    # Of two of them all that was bought was paid for another coin, or sold for dollars: RETARDIO and MEW.
    hops = trades.where("is_hop").select("token_mint", "direction", "token_units").orderBy("token_units").collect()
    assert [(row["token_mint"][:4], row["direction"]) for row in hops] == [("6ogz", "buy"), ("MEW1", "buy")]
    assert bots.lake.read(silver_trade_pnl.TABLE).count() == 555
    assert trades.groupBy("signature").agg(F.count(F.lit(1)).alias("n")).where("n > 1").count() == 0
    assert {row["venue"]: row["count"] for row in trades.groupBy("venue").count().collect()} == {
        "raydium": 505,
        "pump_curve": 48,
        "meteora": 4,
    }


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


@pytest.mark.parametrize(
    ("source", "wallets", "losers", "matched", "losing", "beyond", "holds"),
    [
        ("pumpswap_capture", 1784, 0.727, 3375, 0.615, 0.347, (32, 130)),
        ("curve_deltas", 702, 0.548, 943, 0.533, 0.012, (43, 757)),
    ],
)
def test_losses_are_those_of_the_page_on_profit(real, source, wallets, losers, matched, losing, beyond, holds):
    """`docs/pnl.md` has these beside what others measured on the same rows, and why they differ.

    Another `trade_id` would move them by a wallet or two: three of four rows of the first set have no index, and which
    of two trades of one second came first is decided by their ids.
    """
    import polars as pl

    def scan(table):
        return pl.scan_delta(real.lake.path(table))

    of = scan(silver_trades.TABLE).filter(source=source).select("trade_id")
    sells = scan(silver_trade_pnl.TABLE).join(of, on="trade_id").filter(direction="sell").collect()
    with_profit = sells.filter(pl.col("pnl_lamports").is_not_null())
    by_wallet = with_profit.group_by("trader_address").agg(pl.col("pnl_lamports").sum())["pnl_lamports"]
    assert (len(by_wallet), len(with_profit)) == (wallets, matched)
    assert round((by_wallet < 0).mean(), 3) == losers
    assert round((with_profit["pnl_lamports"] < 0).mean(), 3) == losing
    assert round((sells["unmatched_units"] > 0).mean(), 3) == beyond
    assert tuple(round(with_profit["hold_seconds"].quantile(share)) for share in (0.5, 0.9)) == holds
