"""The canonical source: every field, every refusal, and one meaning in all three formats."""

import io
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ADDRESS = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp"


def test_every_field_is_mapped(parse, line, as_csv):
    (trade,) = parse("canonical", "a.csv", as_csv([line("canonical", fee_lamports="12500000")])).trades
    digest = trade.pop("line_digest")
    assert len(digest) == 32
    assert {name: value for name, value in trade.items() if value is not None} == {
        "kind": "trade",
        "is_rounded": False,
        "is_float": False,
        "traded_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "slot": 390000001,
        "tx_index": 7,
        "event_index": 0,
        "signature": line("canonical")["signature"],
        "trader_address": line("canonical")["trader_address"],
        "token_mint": line("canonical")["token_mint"],
        "direction": "buy",
        "token_units": 35000000000,
        "token_decimals": 6,
        "is_decimals_assumed": False,
        "sol_lamports": 1000000001,
        "fee_lamports": 12500000,
        "fee_source": "event",
        "amount_basis": "curve",
        "virtual_sol_lamports": 31000000001,
        "virtual_token_units": 1037965000000000,
        "venue": "pump_curve",
        "file": "canonical/2026-01-02/a.csv",
        "line_number": 2,
        "dump_day": date(2026, 1, 2),
        "source": "canonical",
        "occurrence": 1,
    }


def test_fee_that_is_not_stated_is_estimated_and_rounded_up(parse, line, as_csv):
    (trade,) = parse("canonical", "a.csv", as_csv([line("canonical")])).trades
    assert (trade["fee_lamports"], trade["fee_source"]) == (12500002, "estimated")


def test_stated_fee_of_zero_is_a_fee(parse, line, as_csv):
    (trade,) = parse("canonical", "a.csv", as_csv([line("canonical", fee_lamports="0")])).trades
    assert (trade["fee_lamports"], trade["fee_source"]) == (0, "event")


def test_what_may_be_empty(parse, line, as_csv):
    names = (
        "slot",
        "tx_index",
        "event_index",
        "signature",
        "virtual_sol_lamports",
        "virtual_token_units",
    )
    (trade,) = parse("canonical", "a.csv", as_csv([line("canonical", **dict.fromkeys(names, ""))])).trades
    assert all(trade[name] is None for name in names)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"traded_at": ""}, "missing_field"),
        ({"trader_address": ""}, "missing_field"),
        ({"token_units": ""}, "missing_field"),
        ({"token_decimals": ""}, "missing_field"),
        ({"traded_at": "2026-01-02 03:04:05"}, "bad_timestamp"),
        ({"traded_at": "2026-01-02T03:04:05.5Z"}, None),
        ({"traded_at": "2026-01-02T03:04:05+00:00"}, None),
        ({"traded_at": "2026-02-30T03:04:05Z"}, "bad_timestamp"),
        ({"traded_at": "2026-01-02T24:00:00Z"}, "bad_timestamp"),
        ({"traded_at": "1767323045"}, None),
        ({"traded_at": "2019-01-02T03:04:05Z"}, "bad_timestamp"),
        ({"traded_at": "2026-01-03T00:00:00Z"}, "future"),
        ({"traded_at": "2026-01-02T23:59:59Z"}, None),
        ({"traded_at": "2025-12-26T00:00:00Z"}, None),
        ({"traded_at": "2025-12-25T23:59:59Z"}, "too_late"),
        ({"trader_address": "RDCT-d4fb6b1f86"}, "bad_address"),
        ({"trader_address": ADDRESS[:-1] + "0"}, "bad_address"),
        ({"trader_address": ADDRESS + "1"}, "bad_address"),
        ({"trader_address": ADDRESS.lower()}, "bad_address"),
        ({"trader_address": "11111111111111111111111111111111"}, None),
        ({"trader_address": "111111111111111111111111111111111"}, "bad_address"),
        ({"token_mint": "native"}, "bad_address"),
        ({"token_mint": "So11111111111111111111111111111111111111112"}, "quote_leg"),
        ({"signature": ADDRESS}, "bad_signature"),
        ({"signature": "z" * 88}, "bad_signature"),
        ({"direction": "BUY"}, "unknown_direction"),
        ({"venue": "raydium"}, None),
        ({"venue": "launchlab"}, None),
        ({"venue": "meteora"}, None),
        ({"venue": "orca"}, "unknown_venue"),
        ({"venue": "Raydium"}, "unknown_venue"),
        ({"token_units": "1.5"}, "malformed"),
        ({"token_units": "0x10"}, "malformed"),
        ({"token_units": "1_000"}, "malformed"),
        ({"token_units": " 1"}, "malformed"),
        ({"token_units": "+1"}, "malformed"),
        ({"token_units": "٣"}, "malformed"),
        ({"token_units": "0010"}, None),
        ({"token_units": "-1"}, "sign"),
        ({"token_units": "0"}, "zero_amount"),
        ({"token_units": "-0"}, "zero_amount"),
        ({"token_units": "9223372036854775807"}, "over_supply"),
        ({"token_units": "9223372036854775807", "token_mint": ADDRESS, "venue": "raydium"}, None),
        ({"token_units": "9223372036854775808"}, "overflow"),
        ({"token_units": "18446744073709551615"}, "overflow"),
        ({"token_units": "9" * 5000}, "overflow"),
        ({"token_decimals": "19"}, "malformed"),
        ({"sol_lamports": "0"}, "zero_amount"),
        ({"sol_lamports": "0", "direction": "sell"}, None),
        ({"sol_lamports": "-5", "direction": "sell"}, "sign"),
        ({"fee_lamports": "-1"}, "sign"),
        ({"slot": "-1"}, "sign"),
        ({"slot": "abc"}, "malformed"),
        ({"virtual_token_units": "1e15"}, None),
    ],
)
def test_reason(refusal, changed, reason):
    assert refusal("canonical", **changed) == reason


def test_detail_names_field_and_value(parse, line, as_csv):
    row = parse("canonical", "a.csv", as_csv([line("canonical", direction="hold")])).of_kind("refused")[0]
    assert row["detail"] == "direction='hold'"
    assert row["raw"].count(",") == 14
    assert row["raw_bytes"] == len(row["raw"])


def test_the_first_fault_in_the_order_of_reading_is_recorded(refusal):
    assert refusal("canonical", traded_at="never", direction="hold", token_units="0") == "bad_timestamp"


def test_one_meaning_in_every_format(parse, line, as_csv, as_json):
    rows = [line("canonical"), line("canonical", slot="", fee_lamports="17", direction="sell")]
    numbers = ("slot", "tx_index", "event_index", "token_units", "sol_lamports", "fee_lamports")
    empty_as_null = [{k: v or None for k, v in row.items()} for row in rows]
    typed = [{k: int(v) if v and k in numbers else v for k, v in row.items()} for row in empty_as_null]
    times = [datetime.fromisoformat(row["traded_at"]) for row in rows]
    table = pa.Table.from_pylist(typed)
    table = table.set_column(0, "traded_at", pa.array(times, pa.timestamp("us", "UTC")))
    parquet = io.BytesIO()
    pq.write_table(table, parquet)
    files = {
        "a.csv": as_csv(rows),
        "texts.jsonl": as_json(empty_as_null),
        "typed.jsonl": as_json(typed),
        "a.parquet": parquet.getvalue(),
    }
    place = ("file", "line_number")
    found = {
        file: [{k: v for k, v in trade.items() if k not in place} for trade in parse("canonical", file, data).trades]
        for file, data in files.items()
    }
    assert len(found["a.csv"]) == 2
    for file in files:
        assert found[file] == found["a.csv"], file


def test_the_order_of_columns_is_free(parse, line, as_csv):
    turned = dict(reversed(line("canonical").items()))
    (there,) = parse("canonical", "a.csv", as_csv([line("canonical")])).trades
    (back,) = parse("canonical", "a.csv", as_csv([turned])).trades
    assert there == back


def test_null_and_empty_text_have_different_digests(parse, line, as_json):
    rows = [line("canonical", fee_lamports=None), line("canonical", fee_lamports="")]
    one, other = parse("canonical", "a.jsonl", as_json(rows)).trades
    assert one["fee_lamports"] == other["fee_lamports"]
    assert one["line_digest"] != other["line_digest"]
