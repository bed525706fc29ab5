"""Lines of events: their encodings, bytes that are unknown, and what is refused and why."""

import hashlib
import struct

import pytest

from sources.anchor import layouts
from tests.building.anchor_encoder import (
    CREATOR,
    EVENTS,
    EXAMPLES,
    MINT,
    OTHER,
    PUMP,
    PUMP_AMM,
    SECOND,
    TAG,
    USDC,
    WSOL,
    event,
    line,
    row_of,
    rows_of_lines,
)

VERSIONS = [(name, count) for name, (_, _, _, counts) in EVENTS.items() for count in counts]
MOST = 2**63 - 1


def reason_of(data, **changed):
    """Why the line of an event is refused; None where it is not."""
    return row_of(data, **changed)["reason"]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("tag", [b"", TAG])
def test_encodings_and_the_tag_change_nothing(name, tag):
    data = tag + event(name)
    as_hex = line(data, encoding="hex")
    lines = [
        line(data),
        as_hex,
        {**as_hex, "data": "0x" + as_hex["data"]},
        {**as_hex, "data": as_hex["data"].upper()},
        line(event(name)),
    ]
    *rows, closing = rows_of_lines(lines)
    kept = [{k: v for k, v in row.items() if k not in ("line_number", "line_digest")} for row in rows]
    assert all(row == kept[0] for row in kept)
    assert kept[0]["kind"] in ("trade", "event")
    assert closing["trailing_bytes_count"] == 0


#: Where a version adds one flag, or begins with a string, a byte or four are no rest of it but the field itself.
NEXT_IS_SHORT = {("TradeEvent", 21), ("TradeEvent", 22), ("CreateEvent", 14), ("CreatePoolEvent", 20)}


@pytest.mark.parametrize(("name", "count"), [version for version in VERSIONS if version not in NEXT_IS_SHORT])
def test_unknown_bytes_behind_any_version_are_tolerated_and_counted(name, count):
    later = b"\xab" * (7 if count < EVENTS[name][3][-1] else 57)
    data = event(name, count)
    *rows, closing = rows_of_lines([line(data), line(data + later), line(data)])
    plain, longer, _ = rows
    assert longer["kind"] == plain["kind"] != "refused", longer["detail"]
    assert longer["trailing_bytes"] > plain["trailing_bytes"] == 0
    differing = {name for name in plain if plain[name] != longer[name]}
    assert differing == {"line_number", "line_digest", "trailing_bytes"}
    assert closing["trailing_bytes_count"] == 1


def test_less_than_113_bytes_are_no_curve_trade():
    data = event("TradeEvent")
    *rows, _ = rows_of_lines([line(data[:size], program=PUMP) for size in range(114)])
    assert [row["reason"] for row in rows] == ["missing_field"] + ["malformed"] * 112 + [None]


def test_the_first_113_bytes_are_a_curve_trade_whatever_follows():
    data = event("TradeEvent", 21)
    *rows, _ = rows_of_lines([line(data[:size]) for size in range(113, 259)])
    for size, row in enumerate(rows, 113):
        assert (row["kind"], row["sol_lamports"]) == ("trade", 1_000_000_000)
        assert row["fee_source"] == ("event" if size >= 225 else "estimated")
        assert row["trailing_bytes"] == size - max(whole for whole in (113, 129, 225, 258) if whole <= size)


@pytest.mark.parametrize("name", sorted(set(EVENTS) - {"TradeEvent"}))
def test_an_event_without_its_first_version_is_malformed(name):
    whole = len(event(name, EVENTS[name][3][0]))
    assert reason_of(event(name)[: whole - 1]) == "malformed"
    assert reason_of(event(name)[:9]) == "malformed"


def at(data, part, value):
    """The data with other bytes in place of a part that stands there once."""
    assert data.count(part) == 1
    return data.replace(part, value)


NAME = struct.pack("<I", 3) + b"buy"
HOLDERS = struct.pack("<I", 1) + CREATOR
MALFORMED = {
    "direction is no boolean": event("TradeEvent", 8, is_buy=2),
    "flag is no boolean": event("TradeEvent", 21, track_volume=7),
    "later flag is no boolean": event("TradeEvent", 23, mayhem_mode=255),
    "name is longer than the data": at(event("TradeEvent", 22), NAME, struct.pack("<I", 4) + b"buy"),
    "name is enormous": at(event("TradeEvent", 32), NAME, struct.pack("<I", 2**32 - 1) + b"buy"),
    "name is no text": event("TradeEvent", 22, ix_name=b"\xff\xfe"),
    "long name is no text": event("TradeEvent", 22, ix_name=b"a" * 40 + b"\xc3"),
    "vector is enormous": at(event("TradeEvent", 32), HOLDERS, struct.pack("<I", 2**32 - 1) + CREATOR),
    "vector is longer than the data": at(event("TradeEvent", 32), HOLDERS, struct.pack("<I", 4) + CREATOR),
    "last version breaks off": event("TradeEvent", 32)[:-1],
    "flag of a buy is no boolean": event("BuyEvent", 28, track_volume=2),
    "name of a buy is no text": event("BuyEvent", 30, ix_name=b"\x80"),
    "name of a buy is missing": event("BuyEvent", 30)[:-7],
    "flag of a launch is no boolean": event("CreateEvent", 14, is_mayhem_mode=2),
    "name of a launch is no text": event("CreateEvent", 6, name=b"\xf0\x9f\x90"),
    "link of a launch is longer than the data": at(
        event("CreateEvent", 6), struct.pack("<I", 11) + b"https", struct.pack("<I", 11_000) + b"https"
    ),
    "flag of a pool is no boolean": event("CreatePoolEvent", is_mayhem_mode=3),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_data_that_contradicts_the_layout_is_malformed(case):
    good = event("TradeEvent")
    *rows, closing = rows_of_lines([line(good), line(MALFORMED[case]), line(good)])
    assert [row["reason"] for row in rows] == [None, "malformed", None]
    assert rows[0]["sol_lamports"] == rows[2]["sol_lamports"] == 1_000_000_000
    assert closing["trailing_bytes_count"] == 0


def test_names_may_be_any_text_of_any_length():
    for name in (b"", b"x" * 31, b"x" * 33, "jménéé".encode(), ("🐸" * 50).encode()):
        assert row_of(event("TradeEvent", ix_name=name))["kind"] == "trade"
    assert row_of(event("TradeEvent", shareholders=[(MINT, 1)] * 300))["trailing_bytes"] == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (event("TradeEvent", sol_amount=2**63), "overflow"),
        (event("TradeEvent", token_amount=2**64 - 1), "overflow"),
        (event("TradeEvent", virtual_sol_reserves=2**63), "overflow"),
        (event("TradeEvent", fee=MOST, creator_fee=1), "overflow"),
        (event("TradeEvent", fee=2**63, creator_fee=0), "overflow"),
        (event("TradeEvent", total_unclaimed_tokens=2**64 - 1, current_sol_volume=2**63), None),
        (event("TradeEvent", sol_amount=0), "zero_amount"),
        (event("TradeEvent", sol_amount=0, is_buy=0), None),
        (event("TradeEvent", token_amount=0, is_buy=0), "zero_amount"),
        (event("TradeEvent", quote_mint=USDC), "non_sol_quote"),
        (event("TradeEvent", quote_mint=OTHER), "non_sol_quote"),
        (event("TradeEvent", quote_mint=WSOL), None),
        (event("TradeEvent", timestamp=SECOND + 3600), None),
        (event("TradeEvent", timestamp=SECOND + 3601), "bad_timestamp"),
        (event("TradeEvent", timestamp=SECOND - 3601), "bad_timestamp"),
        (event("TradeEvent", timestamp=-(2**63)), "bad_timestamp"),
        (event("TradeEvent", timestamp=2**63 - 1), "bad_timestamp"),
        (event("CreateEvent", timestamp=SECOND * 1000), "bad_timestamp"),
        (event("CreateEvent", 6), None),
        (event("CompleteEvent", timestamp=0), "bad_timestamp"),
        (event("CreatePoolEvent", timestamp=0), "bad_timestamp"),
        (event("BuyEvent", timestamp=0), "bad_timestamp"),
        (event("BuyEvent", base_amount_out=0), "zero_amount"),
        (event("BuyEvent", quote_amount_in=0), "zero_amount"),
        (event("BuyEvent", base_amount_out=1_000_000_001), "sign"),
        (event("BuyEvent", pool_quote_token_reserves=MOST), "overflow"),
        (event("BuyEvent", pool_quote_token_reserves=2**64 - 1), "overflow"),
        (event("BuyEvent", user_base_token_reserves=2**64 - 1, max_quote_amount_in=2**64 - 1), None),
        (event("BuyEvent", cashback=1_206_034), "sign"),
        (event("SellEvent", user_quote_amount_out=398_009_951), "sign"),
        (event("SellEvent", pool_quote_token_reserves=397_213_929), "sign"),
        (event("SellEvent", pool_base_token_reserves=MOST), "overflow"),
        (event("SellEvent", quote_amount_out=0, user_quote_amount_out=0, quote_amount_out_without_lp_fee=0), None),
    ],
)
def test_values_that_cannot_be_traded(data, reason):
    assert reason_of(data) == reason


def test_a_programs_other_events_are_no_trades_and_strange_ones_are_named():
    for program, names in layouts.IGNORED.items():
        heads = [hashlib.sha256(f"event:{name}".encode()).digest()[:8] for name in names]
        assert {reason_of(head + bytes(80), program=program) for head in heads} == {"not_a_trade"}
    strange = hashlib.sha256(b"event:SomethingNewEvent").digest()[:8]
    assert [reason_of(strange + bytes(99), program=of) for of in (PUMP, PUMP_AMM)] == ["unknown_event"] * 2
    assert reason_of(event("TradeEvent"), program=PUMP_AMM) == "unknown_event"
    assert reason_of(event("BuyEvent"), program=PUMP) == "unknown_event"
    assert reason_of(TAG + strange, program=PUMP) == "unknown_event"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"program": "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ"}, "unknown_venue"),
        ({"program": "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"}, "unknown_venue"),
        ({"program": None}, "missing_field"),
        ({"encoding": "base58"}, "malformed"),
        ({"encoding": "BASE64"}, "malformed"),
        ({"encoding": None}, "missing_field"),
        ({"encoding": "hex"}, "malformed"),
        ({"data": None}, "missing_field"),
        ({"data": ""}, "missing_field"),
        ({"data": "vdt/007mYe4="}, "malformed"),
        ({"data": "vdt/007mYe4"}, "malformed"),
        ({"data": "0x", "encoding": "hex"}, "malformed"),
        ({"data": "0xbddb7fd34ee661e", "encoding": "hex"}, "malformed"),
        ({"data": "🐸"}, "malformed"),
        ({"block_time": SECOND * 1000}, None),
        ({"block_time": SECOND + 86_400}, "bad_timestamp"),
        ({"block_time": SECOND - 8 * 86_400}, "bad_timestamp"),
        ({"block_time": None}, "missing_field"),
        ({"signature": "x"}, "bad_signature"),
        ({"signature": None}, "missing_field"),
        ({"slot": None}, "missing_field"),
        ({"slot": -1}, "sign"),
        ({"tx_index": None, "event_index": None}, None),
    ],
)
def test_envelopes(changed, reason):
    one = line(event("TradeEvent"))
    *rows, _ = rows_of_lines([one, {**one, **changed}])
    assert [row["reason"] for row in rows] == [None, reason]


def test_events_are_dated_like_trades():
    late = {"block_time": SECOND - 8 * 86_400}
    data = event("CreateEvent", timestamp=SECOND - 8 * 86_400)
    assert reason_of(data, **late) == "too_late"
    data = event("CreateEvent", timestamp=SECOND + 86_400)
    assert reason_of(data, block_time=SECOND + 86_400) == "future"


def test_a_mixed_file_keeps_every_record_in_its_place():
    datas = [event(name) for name in EXAMPLES] * 3
    lines = [
        line(data, encoding=("base64", "hex")[number % 2], event_index=number) for number, data in enumerate(datas)
    ]
    lines[4]["program"], lines[9]["data"] = MINT.hex(), "?"
    *rows, closing = rows_of_lines(lines)
    assert [row["line_number"] for row in rows] == list(range(1, len(lines) + 1))
    assert [row["event_index"] for row in rows if row["kind"] != "refused"] == [
        n for n in range(len(lines)) if n not in (4, 9)
    ]
    assert [row["reason"] for row in rows if row["kind"] == "refused"] == ["unknown_venue", "malformed"]
    kinds = dict.fromkeys(EXAMPLES, "event") | dict.fromkeys(("TradeEvent", "BuyEvent", "SellEvent"), "trade")
    for row, name in zip(rows, list(EXAMPLES) * 3, strict=True):
        assert row["kind"] in (kinds[name], "refused")
    assert closing["trailing_bytes_count"] == 0
