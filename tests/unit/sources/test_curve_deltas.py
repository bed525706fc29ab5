"""The bonding-curve sample: signed balance changes and French words."""

import pytest


def test_a_buy(parse, line, as_csv):
    (trade,) = parse("curve_deltas", "a.csv", as_csv([line("curve_deltas")])).trades
    assert (trade["direction"], trade["token_units"], trade["sol_lamports"]) == (
        "buy",
        63452516405504,
        2045061363,
    )
    assert (trade["fee_lamports"], trade["fee_source"], trade["amount_basis"]) == (
        0,
        "included",
        "balance_delta",
    )
    assert (trade["source_rank"], trade["venue"], trade["slot"]) == (1, "pump_curve", None)


def test_a_sell(parse, line, as_csv):
    row = line("curve_deltas", kind="vente", token_delta="-3108336.0", sol_delta="5e-06")
    (trade,) = parse("curve_deltas", "a.csv", as_csv([row])).trades
    assert (trade["direction"], trade["token_units"], trade["sol_lamports"]) == (
        "sell",
        3108336000000,
        5000,
    )


SELL = {"kind": "vente", "token_delta": "-5.0", "sol_delta": "0.5"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": "autre", "token_delta": "0.0"}, "not_a_trade"),
        ({"kind": "autre", "ts": "never"}, "not_a_trade"),
        ({"kind": "buy"}, "unknown_direction"),
        ({"sol_delta": "2.0"}, "sign"),
        ({"token_delta": "-5.0"}, "sign"),
        ({"sol_delta": "0.0"}, "zero_amount"),
        ({"token_delta": "0.0"}, "zero_amount"),
        (SELL, None),
        ({**SELL, "sol_delta": "-0.001"}, "sign"),
        ({**SELL, "token_delta": "5.0"}, "sign"),
        ({**SELL, "sol_delta": "0.0"}, None),
        ({"sol_delta": "-0.0000000001"}, "precision"),
        ({"sol_delta": "9223372036.854775808"}, "overflow"),
        ({"sol_delta": "-1000000.0"}, None),
        ({"sol_delta": "-1000000.000000001"}, "unit_mistake"),
        ({"sol_delta": "-9223372036.854775807"}, "unit_mistake"),
        ({"sig": ""}, "missing_field"),
        ({"rank_tx": ""}, "missing_field"),
        ({"rank_tx": "first"}, "malformed"),
        ({"signer": "x"}, "bad_address"),
        ({"ts": "1767323045123"}, None),
    ],
)
def test_reason(refusal, changed, reason):
    assert refusal("curve_deltas", **changed) == reason
