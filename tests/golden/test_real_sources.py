"""The two real samples, read in full: exact counts, some of them worked out by hand.

Where the data lie is told by `tests/building/real_data.py`; without them these tests are skipped.
"""

from collections import Counter
from datetime import date

import fsspec
import pyarrow as pa
import pyarrow.compute as pc

from sources import source
from sources.landing.folders import Landing
from sources.parsing.files import PARSED, FileRef, parse_file
from tests.building import real_data
from tests.building.real_data import LANDING

pytestmark = real_data.needed


def read(name, days=None):
    """All rows of a source's landed days."""
    landing, batches = Landing(str(LANDING)), []
    for day in days or landing.days(name):
        for file in landing.files(name, day):
            ref = FileRef(file.path, file.name, file.day)
            batches += parse_file(source(name), ref, fsspec.filesystem("file"))
    return pa.Table.from_batches(batches, PARSED)


def counts(table):
    """Rows by what became of them: the direction of trades, the reason of refused lines."""
    rows = table.filter(pc.not_equal(table["kind"], "file")).select(["direction", "reason"]).to_pylist()
    return Counter(row["direction"] or row["reason"] for row in rows)


def trades(table, **equal):
    """Trades in which some columns have the given values."""
    table = table.filter(pc.equal(table["kind"], "trade"))
    for name, value in equal.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def test_all_of_pumpswap_capture():
    """11,324 records: 120 buys with `sol` 0.0 and 113 lines of three redacted wallets are refused,
    nothing else.

    Of 210 sells with `sol` 0.0, six are of redacted wallets (`awk`), so 204 are kept.
    """
    table = read("pumpswap_capture")
    assert counts(table) == {"buy": 6351, "sell": 4740, "zero_amount": 120, "bad_address": 113}
    assert pc.sum(table["records"]).as_py() == 11_324
    assert trades(table, direction="sell", sol_lamports=0).num_rows == 204
    assert trades(table)["signature"].null_count == 8_406
    assert set(trades(table)["fee_source"].to_pylist()) == {"included"}
    details = table.filter(pc.equal(table["reason"], "bad_address"))["detail"].to_pylist()
    assert Counter(details) == {
        "trader='RDCT-d4fb6b1f86'": 103,
        "trader='RDCT-718155b276'": 8,
        "trader='RDCT-0bd4933e45'": 2,
    }


def test_all_of_curve_deltas():
    """3,665 records of 35 days: 244 are `autre`, 9 sells lost SOL; 238 lines repeat another one
    (bronze drops them)."""
    table = read("curve_deltas")
    assert counts(table) == {"buy": 2384, "sell": 1028, "not_a_trade": 244, "sign": 9}
    assert pc.sum(table["records"]).as_py() == 3_665
    assert table.filter(pc.equal(table["kind"], "file")).num_rows == 35


def test_pumpswap_capture_of_2026_07_02_by_hand():
    """65 lines by `zcat | wc -l`, so 64 records; `awk -F,` over the columns gives the rest.

    `$6` is `buy` 31 times and `sell` 33 times; `$8` is 0.0 in two sells and no buy; `$10` is empty
    in 20 lines; no `$5` begins with RDCT. Summing `$8` as text, its decimals padded to nine: buys
    20,723,800,000 lamports, sells 84,990,600,000.
    """
    table = read("pumpswap_capture", [date(2026, 7, 2)])
    assert counts(table) == {"buy": 31, "sell": 33}
    assert table["records"].drop_null().to_pylist() == [64]
    assert trades(table, sol_lamports=0)["direction"].to_pylist() == ["sell", "sell"]
    assert trades(table)["signature"].null_count == 20
    assert pc.sum(trades(table, direction="buy")["sol_lamports"]).as_py() == 20_723_800_000
    assert pc.sum(trades(table, direction="sell")["sol_lamports"]).as_py() == 84_990_600_000


def test_pumpswap_capture_of_2026_06_29_by_hand():
    """2,408 records; `awk` counts 15 redacted wallets and 12 buys of 0.0 SOL, none both: 2,381 are
    left.

    Of these, by Python's csv module alone, 1,332 are buys and 1,886 have no signature; `Decimal`
    sums are 2,005.6776 SOL and 5,421,543,033.53 tokens.
    """
    table = read("pumpswap_capture", [date(2026, 6, 29)])
    assert counts(table) == {"buy": 1332, "sell": 1049, "bad_address": 15, "zero_amount": 12}
    kept = trades(table)
    assert kept["signature"].null_count == 1886
    assert pc.sum(kept["sol_lamports"]).as_py() == 2_005_677_600_000
    assert pc.sum(kept["token_units"]).as_py() == 5_421_543_033_530_000


def test_curve_deltas_of_2024_10_18_by_hand():
    """240 records: `awk` counts 168 achat, 67 vente, 5 autre in `$4`, and 6 vente whose `$6` begins
    with a minus.

    Those six stand in lines 171, 199, 204, 225, 227 and 241 (`grep -n`). Over the 229 others
    Python's `Decimal` gives 182.594732661 SOL paid, 71.096153 received and 2,926,693,803.208023
    tokens moved; their ranks run from 1 to 119, since the last line is one of the six.
    """
    table = read("curve_deltas", [date(2024, 10, 18)])
    assert counts(table) == {"buy": 168, "sell": 61, "not_a_trade": 5, "sign": 6}
    signs = table.filter(pc.equal(table["reason"], "sign"))
    assert signs["line_number"].to_pylist() == [171, 199, 204, 225, 227, 241]
    assert signs["detail"][0].as_py() == "sol_delta='-0.001983959'"
    assert pc.sum(trades(table, direction="buy")["sol_lamports"]).as_py() == 182_594_732_661
    assert pc.sum(trades(table, direction="sell")["sol_lamports"]).as_py() == 71_096_153_000
    assert pc.sum(trades(table)["token_units"]).as_py() == 2_926_693_803_208_023
    assert pc.min_max(table["source_rank"]).as_py() == {"min": 1, "max": 119}
