"""The thirty published files of trades by bots, read in full: exact counts, some of them worked out by hand.

The data lie outside the project (their licence does not allow copies in it); without them these tests are skipped.
"""

from collections import Counter

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sources import source
from sources.landing.folders import Landing
from sources.parsing.files import PARSED, FileRef, parse_file
from tests.building import real_data
from tests.building.real_data import BOTS_DAY, BOTS_ENDING

pytestmark = real_data.needed

KINDS = ("buy", "sell", "unknown_venue", "non_sol_quote", "quote_leg")
#: What becomes of the 20 lines of each file. Counted with the csv and decimal modules alone: both addresses SOL,
#: dollars or staked SOL; else neither SOL; else a project that is not `pumpdotfun`, `raydium` or `meteora`.
EXPECTED = {
    "alpha_dex": (14, 3, 0, 0, 3),
    "autosnipe": (7, 13, 0, 0, 0),
    "banana_gun": (20, 0, 0, 0, 0),
    "bitfoot": (7, 13, 0, 0, 0),
    "bloom": (9, 11, 0, 0, 0),
    "bonkbot": (20, 0, 0, 0, 0),
    "consortium_key": (12, 8, 0, 0, 0),
    "cswap": (6, 14, 0, 0, 0),
    "falcon": (5, 9, 6, 0, 0),
    "jupbot": (8, 4, 2, 2, 4),
    "looter": (11, 9, 0, 0, 0),
    "maestro": (5, 13, 2, 0, 0),
    "magnum": (3, 17, 0, 0, 0),
    "mev_x": (11, 9, 0, 0, 0),
    "nova": (10, 10, 0, 0, 0),
    "padre": (7, 12, 0, 0, 1),
    "pepe_boost": (12, 8, 0, 0, 0),
    "pinkpunk": (9, 8, 1, 1, 1),
    "prophetbots": (17, 3, 0, 0, 0),
    "readyswap": (20, 0, 0, 0, 0),
    "sanji": (4, 15, 0, 0, 1),
    "shuriken": (7, 13, 0, 0, 0),
    "sol_gun": (12, 8, 0, 0, 0),
    "sol_trading_bot": (20, 0, 0, 0, 0),
    "soul_sniper": (13, 7, 0, 0, 0),
    "tirador": (8, 6, 3, 1, 2),
    "tradewiz": (11, 9, 0, 0, 0),
    "trojan": (5, 10, 2, 1, 2),
    "unibot": (13, 3, 0, 4, 0),
    "wifbot": (12, 4, 2, 2, 0),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """All rows of the thirty files, landed as one dump."""
    landing = real_data.landed_bots(tmp_path_factory.mktemp("landing"))
    batches = []
    for file in Landing(str(landing)).files("dune_bot_trades", BOTS_DAY):
        ref = FileRef(file.path, file.name, file.day)
        batches += parse_file(source("dune_bot_trades"), ref, fsspec.filesystem("file"))
    return pa.Table.from_batches(batches, PARSED)


def of_bot(table, name):
    """The rows of one file."""
    return table.filter(pc.match_substring(table["file"], f"/{name}{BOTS_ENDING}"))


def trades(table, **equal):
    """Trades in which some columns have the given values."""
    table = table.filter(pc.equal(table["kind"], "trade"))
    for name, value in equal.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def outcomes(table):
    """Lines by what became of them: the direction of trades, the reason of refused ones."""
    rows = table.filter(pc.not_equal(table["kind"], "file")).select(["direction", "reason"]).to_pylist()
    return Counter(row["reason"] or row["direction"] for row in rows)


def test_all_files(table):
    """600 lines in 30 files, two of which (tirador, unibot) have no column `bot`."""
    assert {name: tuple(outcomes(of_bot(table, name))[kind] for kind in KINDS) for name in EXPECTED} == EXPECTED
    assert outcomes(table) == {
        "buy": 318,
        "sell": 239,
        "unknown_venue": 18,
        "non_sol_quote": 11,
        "quote_leg": 14,
    }
    assert pc.sum(table["records"]).as_py() == 600
    assert table.filter(pc.equal(table["kind"], "file")).num_rows == 30


def test_venues(table):
    """By `cut -d, -f18 | sort | uniq -c` (17 in two files) there are 511, 48, 24, 11, 4 and 2 lines of raydium,
    pumpdotfun, whirlpool, meteora, lifinity and phoenix; 6, 0, 6, 7, 4 and 2 are refused for their legs first (csv
    module). LaunchLab and PumpSwap had not opened yet.
    """
    kept = trades(table)
    assert Counter(kept["venue"].to_pylist()) == {"raydium": 505, "pump_curve": 48, "meteora": 4}
    details = table.filter(pc.equal(table["reason"], "unknown_venue"))["detail"].to_pylist()
    assert Counter(details) == {"project='whirlpool'": 18}


def test_the_two_amounts_that_the_assumed_decimals_do_not_fit(table):
    """Read with the eye in sanji's file. Line 9 sells 629457.273508496 of a mint that ends in `pump` and yet has nine
    decimals; line 5 sells 856847975790.57 of a mint with few, of which nine would make 8.6e20 base units.
    """
    rows = trades(of_bot(table, "sanji"), is_decimals_assumed=True)
    named = rows.filter(pc.is_in(rows["line_number"], pa.array([5, 9])))
    assert [tuple(row.values()) for row in named.select(["token_units", "token_decimals"]).to_pylist()] == [
        (8_568_479_757_905_700_000, 7),
        (629_457_273_508_496, 9),
    ]


def test_fees_are_on_top_on_the_curve_and_inside_elsewhere(table):
    curve = trades(table, venue="pump_curve")
    assert set(curve["is_decimals_assumed"].to_pylist()) == {False}
    assert {*curve["fee_source"].to_pylist()} == {"estimated"}
    assert {*curve["amount_basis"].to_pylist()} == {"curve"}
    for venue in ("raydium", "meteora"):
        pool = trades(table, venue=venue)
        assert {*pool["fee_source"].to_pylist()} == {"included"}
        assert {*pool["amount_basis"].to_pylist()} == {"balance_delta"}
        assert pc.sum(pool["fee_lamports"]).as_py() == 0


def test_bitfoot_by_hand(table):
    """`grep -n ',pumpdotfun,'` gives lines 6, 7, 8 and 12, read with the eye.

    Line 6 pays 0.030055667 SOL for 737146.667049 tokens; 7, 8 and 12 sell 361734.413897, 167202.885023 and
    8657386.523431 tokens for 0.05097072, 0.00487157 and 0.804614419 SOL. 1 % of these, rounded down to the lamport:
    300556, 509707, 48715 and 8046144. Line 6 is of 2024-11-25 00:40:46 UTC. Lines 2 and 9 are Raydium's: 0.0495 SOL,
    0.05 less the bot's hundredth, paid for 709.813803 of a mint that ends in `pump`, and 0.048612908 SOL received for
    4496.168468 of one that does not, whose decimals are stated nowhere.
    """
    kept = of_bot(trades(table), "bitfoot")
    columns = ("line_number", "direction", "sol_lamports", "token_units", "fee_lamports", "is_decimals_assumed")
    lines = kept.filter(pc.is_in(kept["line_number"], pa.array([2, 6, 7, 8, 9, 12])))
    assert [tuple(row.values()) for row in lines.select(columns).to_pylist()] == [
        (2, "buy", 49_500_000, 709_813_803, 0, True),
        (6, "buy", 30_055_667, 737_146_667_049, 300_556, False),
        (7, "sell", 50_970_720, 361_734_413_897, 509_707, False),
        (8, "sell", 4_871_570, 167_202_885_023, 48_715, False),
        (9, "sell", 48_612_908, 4_496_168_468_000, 0, True),
        (12, "sell", 804_614_419, 8_657_386_523_431, 8_046_144, False),
    ]
    assert lines["traded_at"][1].as_py().isoformat() == "2024-11-25T00:40:46+00:00"


def test_a_meteora_trade_by_hand(table):
    """Line 17 of cswap's file: 1212813.794696 of yumi, whose mint ends in `pump`, sold for 14.5544158 SOL."""
    (row,) = of_bot(trades(table, line_number=17), "cswap").to_pylist()
    assert (row["venue"], row["direction"]) == ("meteora", "sell")
    assert (row["token_units"], row["sol_lamports"], row["fee_lamports"]) == (1_212_813_794_696, 14_554_415_800, 0)


def test_tradewiz_by_hand(table):
    """On the curve lines 3, 6 and 17 sell, lines 2, 4, 9 to 12, 15 and 18 buy; the other nine are Raydium's.

    Python's `Decimal` over the columns of these lines: 2.127129721 SOL paid for 38,530,001.554916 tokens, 0.192051101
    SOL received for 1,986,119.295502; over all twenty lines 2.677129721 SOL paid and 0.772655107 received.
    """
    file = of_bot(table, "tradewiz")
    assert pc.sum(trades(file, direction="buy")["sol_lamports"]).as_py() == 2_677_129_721
    assert pc.sum(trades(file, direction="sell")["sol_lamports"]).as_py() == 772_655_107
    buys = trades(file, direction="buy", venue="pump_curve")
    sells = trades(file, direction="sell", venue="pump_curve")
    assert buys["line_number"].to_pylist() == [2, 4, 9, 10, 11, 12, 15, 18]
    assert sells["line_number"].to_pylist() == [3, 6, 17]
    assert pc.sum(buys["sol_lamports"]).as_py() == 2_127_129_721
    assert pc.sum(buys["token_units"]).as_py() == 38_530_001_554_916
    assert pc.sum(sells["sol_lamports"]).as_py() == 192_051_101
    assert pc.sum(sells["token_units"]).as_py() == 1_986_119_295_502
