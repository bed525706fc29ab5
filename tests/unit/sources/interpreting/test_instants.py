"""An instant is the one that is stated, however it is written, or it is refused by name."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.interpreting.instants import instants
from tests.building.source_lines import LINES, MINT, SIGNATURE, TRADER

AT = datetime(2025, 9, 2, 10, 20, 30, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def read(*texts):
    column, faults, *_ = instants(pa.array(["x", *texts], pa.string()).slice(1))
    return column.to_pylist(), {row: str(reason) for row, reason in faults}


def test_every_kind_of_day_is_dated_as_python_dates_it():
    start = datetime(2020, 3, 16, tzinfo=UTC)
    moments = [start + timedelta(days=2 * n, seconds=7_919 * n % 86_400) for n in range(14_000)]
    assert read(*(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in moments)) == (moments, {})


def test_the_examples_of_the_page():
    page = (Path(__file__).parents[4] / "docs" / "semantics.md").read_text()
    table = page.split("| written | the instant |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in row.strip(" |").split("|")] for row in table.split("\n")[2:]]
    assert len(rows) == 9
    expected = [None if stated == "refused" else datetime.fromisoformat(stated) for _, stated in rows]
    assert read(*(written for written, _ in rows))[0] == expected


WRITTEN = [
    ("2025-09-02T10:20:30Z", 0, "ISO 8601"),
    ("2025-09-02 10:20:30Z", 0, "a space for the T"),
    ("2025-09-02 10:20:30.000 UTC", 0, "Dune"),
    ("2025-09-02 10:20:30 UTC", 0, "BigQuery"),
    ("2025-09-02 10:20:30+00:00", 0, "pandas"),
    ("2025-09-02 10:20:30+00", 0, "DuckDB and PostgreSQL"),
    ("2025-09-02T10:20:30.000+0000", 0, "Java"),
    ("2025-09-02 10:20:30.000 -0700", 7 * 3600, "Snowflake: clocks behind UTC, a later instant"),
    ("2025-09-02T15:50:30+05:30", -5.5 * 3600 + 5.5 * 3600, "half an hour's zone: the same instant"),
    ("2025-09-02T00:20:30-10:00", 0, "the day before there is the same instant"),
    ("2025-09-02T10:20:30-00:00", 0, "UTC without a word on where"),
    ("2025-09-02T10:20:30.5Z", 0.5, "a fraction is kept"),
    ("2025-09-02T10:20:30.123456000Z", 0.123456, "nanoseconds that are none"),
    (f"{SECONDS}", 0, "seconds"),
    (f"{SECONDS}000", 0, "milliseconds"),
    (f"{SECONDS}250", 0.25, "milliseconds, kept"),
    (f"{SECONDS}250001", 0.250001, "microseconds"),
    (f"{SECONDS}250001000", 0.250001, "nanoseconds"),
    (f"{SECONDS}.0", 0, "seconds in a column of floats"),
    (f"{SECONDS}.25", 0.25, "seconds with a fraction"),
    (f"{SECONDS}250.0", 0.25, "milliseconds in a column of floats"),
    (f"{SECONDS}250001.0", 0.250001, "microseconds in a column of floats"),
    (f"{SECONDS / 10**9}e9", 0, "an exponent"),
    ("2020-03-16T00:00:00Z", None, "the chain's first day"),
    ("2024-02-29T23:59:59Z", None, "a leap day"),
]


@pytest.mark.parametrize(("text", "later", "why"), WRITTEN)
def test_what_is_written_is_the_instant_that_it_states(text, later, why):
    (found,), faults = read(text)
    expected = datetime.fromisoformat(text) if later is None else AT + timedelta(seconds=later)
    assert (found, faults) == (expected, {}), why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-09-02T10:20:30", "no zone: nobody knows which instant"),
        ("2025-09-02", "a day is no instant"),
        ("2025-09-02T10:20Z", "no seconds"),
        ("2025-09-02T10:20:30.123456789Z", "finer than a microsecond, and never rounded"),
        ("2025-09-02T10:20:30.Z", "a point without a fraction"),
        ("2025-09-02T10:20:30,5Z", "a comma"),
        ("2025-09-02T10:20:30 UT", "no zone that is known"),
        ("2025-09-02T10:20:30 CET", "no zone that is known"),
        ("2025-09-02T10:20:30+15:00", "no clocks are so far ahead"),
        ("2025-09-02T10:20:30+05:60", "an hour has 60 minutes"),
        ("2025-09-02T10:20:30+5", "an offset of one digit"),
        ("2025-09-02T10:20:30Z ", "something behind it"),
        ("2025-09-02T10:20:30  UTC", "two spaces"),
        ("2025-02-29T00:00:00Z", "no leap year"),
        ("2100-02-29T00:00:00Z", "no leap year either"),
        ("2025-13-01T00:00:00Z", "no month"),
        ("2025-00-10T00:00:00Z", "no month"),
        ("2025-09-02T24:00:00Z", "no hour"),
        ("2025-09-02T23:60:00Z", "no minute"),
        ("2025-09-02T23:59:60Z", "leap seconds are no block times"),
        ("2O25-09-02T10:20:30Z", "a letter"),
        ("2025/09/02T10:20:30Z", "slashes"),
        ("2020-03-15T23:59:59Z", "before the first block"),
        ("2020-03-16T00:30:00+01:00", "before the first block, by its zone"),
        ("2100-01-01T00:00:00Z", "too late for any block"),
        (f"{SECONDS}250001001", "nanoseconds finer than a microsecond"),
        (f"{SECONDS}.1234567", "seconds finer than a microsecond"),
        (f"{SECONDS * 60}", "in no unit a time of the chain"),
        (f"-{SECONDS}", "before 1970"),
        ("9" * 19, "no time of the chain"),
        ("9" * 40, "no time of the chain"),
        ("0", "1970"),
        ("NaN", "no number"),
        ("", "nothing"),
        ("yesterday", "no time"),
    ],
)
def test_what_states_no_instant_is_refused(text, why):
    assert read(text) == ([None], {0: "bad_timestamp"}), why


def test_null_is_no_fault():
    assert read(None, "2025-09-02T10:20:30Z") == ([None, AT], {})


BY_SOURCE = {"canonical": "traded_at", "flipside_swaps": "block_timestamp", "dune_trades": "block_time"}
SOL, CURVE = "So11111111111111111111111111111111111111112", "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
MORE_LINES = {
    "flipside_swaps": {
        "block_timestamp": "", "block_id": "7", "tx_id": SIGNATURE, "succeeded": "true", "swapper": TRADER,
        "swap_from_amount": "1.5", "swap_from_mint": SOL, "swap_to_amount": "40.5", "swap_to_mint": MINT,
        "program_id": CURVE, "swap_index": "1",
    },
    "dune_trades": {
        "block_time": "", "block_slot": "7", "token_bought_amount_raw": "40500000", "token_sold_amount_raw": "15",
        "token_bought_mint_address": MINT, "token_sold_mint_address": SOL, "project_main_id": CURVE,
        "trader_id": TRADER, "tx_id": SIGNATURE, "outer_instruction_index": "1", "inner_instruction_index": "0",
        "tx_index": "3",
    },
    "pumpportal": {
        "received_at": "", "signature": SIGNATURE, "mint": MINT, "traderPublicKey": TRADER, "txType": "buy",
        "tokenAmount": 40.5, "solAmount": 1.5, "pool": "pump",
    },
}  # fmt: skip


def line(source, **changed):
    return {**LINES.get(source, MORE_LINES.get(source, {})), **changed}


def as_parquet(rows, name, column):
    table = pa.Table.from_pylist([{field: str(value) or None for field, value in row.items()} for row in rows])
    file = io.BytesIO()
    pq.write_table(table.set_column(table.column_names.index(name), name, column), file, version="2.6")
    return file.getvalue()


@pytest.mark.parametrize("source", BY_SOURCE)
@pytest.mark.parametrize("zone", [None, "UTC", "Etc/UTC", "America/Los_Angeles", "Asia/Kolkata", "+09:00", "-03:30"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_parquet_are_instants_whatever_their_unit_and_zone(parse, source, unit, zone):
    column = pa.array([AT]).cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit, zone))
    file = as_parquet([line(source)], BY_SOURCE[source], column)
    (trade,) = parse(source, "a.parquet", file, day=AT.date()).trades
    assert trade["traded_at"] == AT


@pytest.mark.parametrize("source", BY_SOURCE)
@pytest.mark.parametrize(
    ("column", "is_read"),
    [
        (pa.array([SECONDS], pa.int64()), True),
        (pa.array([SECONDS], pa.uint32()), True),
        (pa.array([SECONDS * 1_000], pa.int64()), True),
        (pa.array([SECONDS * 10**6], pa.uint64()), True),
        (pa.array([SECONDS * 10**9], pa.int64()), True),
        (pa.array(["2025-09-02 03:20:30-07:00"]), True),
        (pa.array(["2025-09-02 10:20:30"]), "bad_timestamp"),
        (pa.array([date(2025, 9, 2)], pa.date32()), "drift"),
        (pa.array([date(2025, 9, 2)], pa.date64()), "drift"),
        (pa.array([37_230], pa.time32("s")), "drift"),
    ],
)
def test_other_types_of_parquet(parse, source, column, is_read):
    name = BY_SOURCE[source]
    parsed = parse(source, "a.parquet", as_parquet([line(source)], name, column), day=AT.date())
    if is_read is True:
        assert [trade["traded_at"] for trade in parsed.trades] == [AT]
    elif is_read == "drift":
        assert parsed.file["reason"] == "drift"
        assert f"{name!r} is" in parsed.file["detail"]
    else:
        assert parsed.refused == [(1, is_read)]


@pytest.mark.parametrize("text", [text for text, later, _ in WRITTEN if later is not None])
@pytest.mark.parametrize(
    ("source", "file", "name"),
    [
        ("canonical", "a.csv", "traded_at"),
        ("flipside_swaps", "a.csv", "block_timestamp"),
        ("flipside_swaps", "a.jsonl", "block_timestamp"),
        ("dune_trades", "a.csv", "block_time"),
        ("curve_deltas", "a.csv", "ts"),
        ("pumpfun_api", "a.jsonl", "timestamp"),
        ("pumpportal", "a.jsonl", "received_at"),
    ],
)
def test_every_source_reads_every_form_in_every_format(parse, as_csv, as_json, source, file, name, text):
    rows = [line(source, **{name: text})]
    written = as_csv(rows) if file.endswith("csv") else as_json(rows)
    parsed = parse(source, file, written, day=AT.date())
    (expected,), _ = read(text)
    assert ([trade["traded_at"] for trade in parsed.trades], parsed.refused) == ([expected], [])
