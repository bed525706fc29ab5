"""The thirty published files of trades by bots, read in full: exact counts, two files worked out by hand.

The data lie outside the project (their licence does not allow copies in it); without them these tests are skipped.
"""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobs.landing import Landing
from jobs.sources import source
from jobs.sources.parsing import PARSED, FileRef, parse_file

FILES = Path(__file__).parents[3] / "shared" / "data" / "dune_bot_trades"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"the published files are not at {FILES}")
#: The last block time of all files is 2024-12-15 07:06:47.
DAY = date(2024, 12, 15)
ENDING = "_solana_trades_seed.csv"

#: What becomes of the 20 lines of each file: buys, sells, unknown_venue, non_sol_quote, quote_leg. Counted with the
#: csv module alone: both addresses SOL, USDC or USDT; else neither SOL; else a project that is not `pumpdotfun`.
EXPECTED = {
    "alpha_dex": (1, 0, 16, 0, 3),
    "autosnipe": (1, 1, 18, 0, 0),
    "banana_gun": (0, 0, 20, 0, 0),
    "bitfoot": (1, 3, 16, 0, 0),
    "bloom": (4, 4, 12, 0, 0),
    "bonkbot": (0, 0, 20, 0, 0),
    "consortium_key": (0, 0, 20, 0, 0),
    "cswap": (2, 0, 18, 0, 0),
    "falcon": (0, 0, 20, 0, 0),
    "jupbot": (0, 0, 16, 2, 2),
    "looter": (0, 0, 20, 0, 0),
    "maestro": (0, 0, 20, 0, 0),
    "magnum": (0, 0, 20, 0, 0),
    "mev_x": (4, 3, 13, 0, 0),
    "nova": (4, 4, 12, 0, 0),
    "padre": (1, 0, 18, 0, 1),
    "pepe_boost": (0, 0, 20, 0, 0),
    "pinkpunk": (0, 0, 18, 1, 1),
    "prophetbots": (0, 0, 20, 0, 0),
    "readyswap": (0, 0, 20, 0, 0),
    "sanji": (0, 2, 17, 0, 1),
    "shuriken": (0, 0, 20, 0, 0),
    "sol_gun": (0, 0, 20, 0, 0),
    "sol_trading_bot": (0, 0, 20, 0, 0),
    "soul_sniper": (0, 0, 20, 0, 0),
    "tirador": (1, 1, 15, 1, 2),
    "tradewiz": (8, 3, 9, 0, 0),
    "trojan": (0, 0, 17, 3, 0),
    "unibot": (0, 0, 16, 4, 0),
    "wifbot": (0, 0, 18, 2, 0),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """All rows of the thirty files, landed as one dump."""
    landing = tmp_path_factory.mktemp("landing")
    folder = landing / "dune_bot_trades" / DAY.isoformat()
    shutil.copytree(FILES, folder, ignore=lambda _, names: [name for name in names if not name.endswith(ENDING)])
    batches = []
    for file in Landing(str(landing)).files("dune_bot_trades", DAY):
        ref = FileRef(file.path, file.name, file.day)
        batches += parse_file(source("dune_bot_trades"), ref, fsspec.filesystem("file"))
    return pa.Table.from_batches(batches, PARSED)


def of_bot(table, name):
    """The rows of one file."""
    return table.filter(pc.match_substring(table["file"], f"/{name}{ENDING}"))


def trades(table, **equal):
    """Trades in which some columns have the given values."""
    table = table.filter(pc.equal(table["kind"], "trade"))
    for name, value in equal.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def outcomes(table):
    """Lines by what became of them: the direction of trades, the reason of refused ones."""
    rows = table.filter(pc.not_equal(table["kind"], "file")).select(["direction", "reason"]).to_pylist()
    return Counter(row["direction"] or row["reason"] for row in rows)


def test_all_files(table):
    """600 lines in 30 files, two of which (tirador, unibot) have no column `bot`."""
    names = ("buy", "sell", "unknown_venue", "non_sol_quote", "quote_leg")
    assert {name: tuple(outcomes(of_bot(table, name))[kind] for kind in names) for name in EXPECTED} == EXPECTED
    assert outcomes(table) == {
        "buy": 27,
        "sell": 21,
        "unknown_venue": 529,
        "non_sol_quote": 13,
        "quote_leg": 10,
    }
    assert pc.sum(table["records"]).as_py() == 600
    assert table.filter(pc.equal(table["kind"], "file")).num_rows == 30


def test_venues_that_are_not_ours(table):
    """By `cut -d, -f18 | sort | uniq -c` (17 in two files) there are 511, 24, 11, 4 and 2 lines of raydium,
    whirlpool, meteora, lifinity and phoenix; 5, 6, 6, 4 and 2 are refused for their legs first (csv module).
    """
    details = table.filter(pc.equal(table["reason"], "unknown_venue"))["detail"].to_pylist()
    assert Counter(details) == {"project='raydium'": 506, "project='whirlpool'": 18, "project='meteora'": 5}


def test_every_trade_is_one_of_pump_s_coins_on_the_curve(table):
    kept = trades(table)
    assert set(kept["venue"].to_pylist()) == {"pump_curve"}
    assert set(kept["is_decimals_assumed"].to_pylist()) == {False}
    assert set(kept["fee_source"].to_pylist()) == {"estimated"}
    assert len(set(kept["signature"].to_pylist())) == 48


def test_bitfoot_by_hand(table):
    """`grep -n ',pumpdotfun,'` gives lines 6, 7, 8 and 12, read with the eye.

    Line 6 pays 0.030055667 SOL for 737146.667049 tokens; 7, 8 and 12 sell 361734.413897, 167202.885023 and
    8657386.523431 tokens for 0.05097072, 0.00487157 and 0.804614419 SOL. 1 % of these, rounded up to the lamport:
    300557, 509708, 48716 and 8046145. Line 6 is of 2024-11-25 00:40:46 UTC.
    """
    kept = trades(of_bot(table, "bitfoot"))
    columns = ("line_number", "direction", "sol_lamports", "token_units", "fee_lamports")
    assert [tuple(row.values()) for row in kept.select(columns).to_pylist()] == [
        (6, "buy", 30_055_667, 737_146_667_049, 300_557),
        (7, "sell", 50_970_720, 361_734_413_897, 509_708),
        (8, "sell", 4_871_570, 167_202_885_023, 48_716),
        (12, "sell", 804_614_419, 8_657_386_523_431, 8_046_145),
    ]
    assert kept["traded_at"][0].as_py().isoformat() == "2024-11-25T00:40:46+00:00"


def test_tradewiz_by_hand(table):
    """Lines 3, 6 and 17 sell on the curve, lines 2, 4, 9 to 12, 15 and 18 buy; the other nine are Raydium's.

    Python's `Decimal` over the columns of these lines: 2.127129721 SOL paid for 38,530,001.554916 tokens, 0.192051101
    SOL received for 1,986,119.295502.
    """
    file = of_bot(table, "tradewiz")
    buys, sells = trades(file, direction="buy"), trades(file, direction="sell")
    assert buys["line_number"].to_pylist() == [2, 4, 9, 10, 11, 12, 15, 18]
    assert sells["line_number"].to_pylist() == [3, 6, 17]
    assert pc.sum(buys["sol_lamports"]).as_py() == 2_127_129_721
    assert pc.sum(buys["token_units"]).as_py() == 38_530_001_554_916
    assert pc.sum(sells["sol_lamports"]).as_py() == 192_051_101
    assert pc.sum(sells["token_units"]).as_py() == 1_986_119_295_502
