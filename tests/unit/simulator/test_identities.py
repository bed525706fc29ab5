"""Addresses and signatures."""

import polars as pl

from simulator import Market, simulate
from simulator.identities import ALPHABET

MARKET = Market(days=3, trades_per_day=600, seed=7)


def decoded_bytes(text: str) -> int:
    """Length of what a base58 text decodes to, leading zero bytes included."""
    value = 0
    for letter in text.encode():
        value = value * 58 + ALPHABET.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return zeros + (value.bit_length() + 7) // 8


def test_identities_are_base58() -> None:
    trades = pl.DataFrame(simulate(MARKET))
    for name in ("trader_address", "token_mint"):
        assert {decoded_bytes(text) for text in trades[name].unique()} == {32}
    assert {decoded_bytes(text) for text in trades["signature"]} == {64}
    assert trades["token_mint"].str.ends_with("pump").all()
    assert set(trades["trader_address"].str.len_chars()) == {44}
