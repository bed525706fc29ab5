"""The PumpSwap sample: floats read as exact decimals, no signature in most lines, amounts that
include fees."""

import pytest


def test_amounts_are_exact_and_include_fees(parse, line, as_csv):
    (trade,) = parse("pumpswap_capture", "a.csv", as_csv([line("pumpswap_capture")])).trades
    assert (trade["token_units"], trade["sol_lamports"]) == (2249329200000, 2300000)
    assert (trade["fee_lamports"], trade["fee_source"], trade["amount_basis"]) == (
        0,
        "included",
        "balance_delta",
    )
    assert (trade["venue"], trade["token_decimals"], trade["source_rank"]) == ("pumpswap", 6, None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sol": "2.3e-05"}, None),
        ({"sol": "1e-10"}, "precision"),
        ({"sol": "0.0000000010000000000000000000000000000001"}, "precision"),
        ({"sol": "1." + "0" * 60}, None),
        ({"sol": "1_0"}, "malformed"),
        ({"sol": "٣"}, "malformed"),
        ({"sol": "nan"}, "malformed"),
        ({"sol": "inf"}, "malformed"),
        ({"sol": "1e30"}, "overflow"),
        ({"sol": "-0.1"}, "sign"),
        ({"sol": "0.0"}, "zero_amount"),
        ({"sol": "0.0", "side": "sell"}, None),
        ({"tokens": "0.0"}, "zero_amount"),
        ({"tokens": "0.0000001"}, "precision"),
        ({"sig": ""}, None),
        ({"sig": "abc"}, "bad_signature"),
        ({"price": ""}, None),
        ({"src": "JUPITER"}, None),
        ({"trader": "RDCT-d4fb6b1f86"}, "bad_address"),
        ({"side": "create"}, "unknown_direction"),
        ({"ts": "1767398400"}, "future"),
        ({"ts": "1667398400"}, None),
    ],
)
def test_reason(refusal, changed, reason):
    assert refusal("pumpswap_capture", **changed) == reason


def test_equal_unsigned_lines_are_counted_and_equal_signed_ones_are_not(parse, line, as_csv):
    unsigned, signed = line("pumpswap_capture", sig=""), line("pumpswap_capture")
    other = line("pumpswap_capture", sig="", src="JUPITER")
    rows = [unsigned, signed, unsigned, other, signed, unsigned]
    trades = parse("pumpswap_capture", "a.csv", as_csv(rows)).trades
    assert [trade["occurrence"] for trade in trades] == [1, 1, 2, 1, 1, 3]
    digests = [trade["line_digest"] for trade in trades]
    assert digests[0] == digests[2] == digests[5]
    assert digests[1] == digests[4]
    assert len(set(digests)) == 3


def test_equal_lines_have_equal_digests_in_every_file(parse, line, as_csv):
    row, extra = line("pumpswap_capture", sig=""), line("pumpswap_capture")
    (one,) = parse("pumpswap_capture", "a.csv", as_csv([row])).trades
    _, other = parse("pumpswap_capture", "b.csv", as_csv([extra, row]).replace(b"\n", b"\r\n")).trades
    assert one["line_digest"] == other["line_digest"]
