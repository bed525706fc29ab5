"""The frontend's trade JSON: every field, every refusal, and lines that are not plain."""

from datetime import UTC, datetime

import pytest


def test_every_field_is_mapped_or_ignored(parse, line, as_json):
    (trade,) = parse("pumpfun_api", "a.jsonl", as_json([line("pumpfun_api")])).trades
    assert trade["traded_at"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (trade["slot"], trade["tx_index"], trade["event_index"]) == (390000001, 7, None)
    assert (trade["direction"], trade["token_units"], trade["token_decimals"]) == (
        "buy",
        35000000000,
        6,
    )
    assert (trade["sol_lamports"], trade["fee_lamports"], trade["fee_source"]) == (
        1000000001,
        12500002,
        "estimated",
    )
    assert (trade["amount_basis"], trade["venue"], trade["line_number"]) == (
        "curve",
        "pump_curve",
        1,
    )
    assert trade["signature"] == line("pumpfun_api")["signature"]
    assert trade["trader_address"] == line("pumpfun_api")["user"]
    assert trade["token_mint"] == line("pumpfun_api")["mint"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"is_buy": False}, None),
        ({"is_buy": None}, "missing_field"),
        ({"is_buy": 1}, "unknown_direction"),
        ({"slot": None, "tx_index": None}, None),
        ({"sol_amount": 1.5}, "malformed"),
        ({"sol_amount": 18446744073709551615}, "overflow"),
        ({"sol_amount": 0}, "zero_amount"),
        ({"sol_amount": 0, "is_buy": False}, None),
        ({"sol_amount": -1}, "sign"),
        ({"sol_amount": {"lamports": 5}}, "malformed"),
        ({"token_amount": 0}, "zero_amount"),
        ({"token_amount": "35000000000"}, None),
        ({"timestamp": 1767323045000}, None),
        ({"timestamp": 1767323045.5}, None),
        ({"timestamp": 1767398400}, "future"),
        ({"timestamp": 1766707199}, "too_late"),
        ({"user": "nobody"}, "bad_address"),
        ({"signature": None}, "missing_field"),
        ({"signature": ""}, "missing_field"),
        ({"username": {"first": "a"}}, None),
        ({"username": "two\nlines\0and more"}, None),
        ({"new_key": 1}, "unknown_field"),
    ],
)
def test_reason(refusal, changed, reason):
    assert refusal("pumpfun_api", **changed) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"signature": "a"', "malformed"),
        (b"not json", "malformed"),
        (b"[1, 2]", "malformed"),
        (b"7", "malformed"),
        (b"null", "malformed"),
        (b"{} {}", "malformed"),
        (b'{"mint": 1, "mint": 2}', "malformed"),
        (b'{"slot": NaN}', "malformed"),
        (b'{"a":' * 100_000, "malformed"),
        (b'{"mint": "\xff"}', "encoding"),
        (b'{"username": "\0"}', "encoding"),
        (b'{"mint": "\\ud800"}', "encoding"),
        (b"{}", "missing_field"),
    ],
)
def test_a_line_that_is_no_record(parse, line, as_json, text, reason):
    good = as_json([line("pumpfun_api")])
    parsed = parse("pumpfun_api", "a.jsonl", good + text + b"\n" + good)
    assert parsed.refused == [(2, reason)]
    assert [trade["line_number"] for trade in parsed.trades] == [1, 3]
    assert parsed.file["records"] == 3


def test_objects_that_share_or_span_lines_never_shift_the_numbering(parse, line, as_json):
    good = as_json([line("pumpfun_api")])
    body = good.strip()
    text = good + body[:-1] + b"\n" + b"}\n" + body + body + b"\n" + good
    parsed = parse("pumpfun_api", "a.jsonl", text)
    assert [number for number, _ in parsed.refused] == [2, 3, 4]
    assert [trade["line_number"] for trade in parsed.trades] == [1, 5]


def test_plain_and_odd_blocks_agree(parse, line, as_json):
    plain = parse("pumpfun_api", "a.jsonl", as_json([line("pumpfun_api")])).trades
    odd = parse("pumpfun_api", "a.jsonl", as_json([line("pumpfun_api")]) + b"odd\n").trades
    assert plain == odd
