"""The text of lines that are refused after their file was parsed."""

import gzip
from datetime import UTC, date, datetime

import pytest

from jobs.bronze import pools
from jobs.bronze.refused_lines import LINE, TEXT, read_lines, with_text
from pumploss.tables import quarantine_trades
from sources.interpreting.quote_assets import SOL_MINTS
from sources.landing.folders import LandedFile
from sources.parsing.schema import TABLE as PARSED

NATIVE_SOL, *_, SOL = SOL_MINTS
D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def event(**given):
    row = {"kind": "event", "event_kind": "create_pool", "occurred_at": NOON, "dump_day": D2, "pool_address": "p"}
    return {**row, "token_mint": "m", "quote_mint": SOL, "token_decimals": 9, "file": "f", "line_number": 1, **given}


@pytest.fixture
def known(frame, rows_of):
    def known(*events):
        return rows_of(pools.known_pools(frame(PARSED, *(event(**given) for given in events))), "pool_address")

    return known


@pytest.fixture
def refused(frame):
    def refused(*rows):
        plain = {"reason": "unknown_pool", "detail": "pool_address='p'", "raw": "{}", "raw_bytes": 2, "file": "f"}
        numbered = [{"line_number": n, "dump_day": D1, **row} for n, row in enumerate(rows, 1)]
        return frame(quarantine_trades.TABLE, *({**plain, **row} for row in numbered))

    return refused


def test_a_refused_line_is_read_again_as_it_stands(land, tmp_path):
    import hashlib

    import pyarrow as pa

    trade = {"traded_at": NOON, "trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 1}
    path = land(tmp_path, D1, [{**trade, "sol_lamports": n} for n in range(1, 6)])
    file = {"path": str(path), "file": "a.csv.gz", "source": "canonical", "dump_day": D1, "line_numbers": [3, 6]}
    found = [row for batch in read_lines(iter([pa.RecordBatch.from_pylist([file])])) for row in batch.to_pylist()]
    assert [(row["line_number"], row["raw"].split(",")[10]) for row in found] == [(3, "2"), (6, "5")]
    for row in found:
        assert row["raw_bytes"] == len(row["raw"])
        assert row["raw_sha256"] == hashlib.sha256(row["raw"].encode()).hexdigest()


def test_text_that_is_known_is_not_read_again(spark, frame, land, tmp_path, rows_of):
    trade = {"traded_at": NOON, "trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 1}
    name = f"canonical/{D1}/trades.csv.gz"
    path = land(tmp_path, D1, [{**trade, "sol_lamports": n} for n in range(1, 4)])
    place = {"dump_day": D1, "source": "canonical", "line_number": 2, "reason": "unit_mistake", "detail": "d"}
    refused = frame(quarantine_trades.TABLE, {**place, "file": name}, {**place, "file": "long gone"})
    known = frame(quarantine_trades.TABLE, {**place, "file": "long gone", "raw": "as it was", "raw_bytes": 9})
    found = with_text(
        refused.select(*LINE, "reason", "detail"),
        [LandedFile("canonical", D1, str(path), name, path.stat().st_size)],
        spark,
        known.select(*LINE, *TEXT),
    )
    assert [(row["file"], row["raw_bytes"], row["reason"]) for row in rows_of(found, "file")] == [
        (name, len(gzip.decompress(path.read_bytes()).splitlines()[1]), "unit_mistake"),
        ("long gone", 9, "unit_mistake"),
    ]
