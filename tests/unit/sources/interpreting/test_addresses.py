"""Base58 of an exact number of bytes, at its edges."""

import pyarrow as pa
import pytest

from sources.interpreting.addresses import decoded_length, decodes_to, encode


def check(texts, size):
    return decodes_to(pa.array(texts, pa.string()), size).tolist()


@pytest.mark.parametrize("size", [32, 64])
def test_edges(size):
    greatest, least = encode(b"\xff" * size), encode(b"\1" + bytes(size - 1))
    fine = [
        greatest,
        least,
        "1" * size,
        encode(b"\0" + b"\xff" * (size - 1)),
        encode(bytes(size - 1) + b"\1"),
        None,
    ]
    wrong = [
        encode(b"\1" + bytes(size)),
        encode(b"\xff" * (size - 1)),
        "1" * (size + 1),
        "1" * (size - 1),
        "1" + greatest,
        greatest[:-1] + chr(ord(greatest[-1]) + 1),
        greatest[:-1] + "0",
        "é" * (size // 2),
        "",
        "z" * len(greatest),
    ]
    assert check(fine, size) == [True] * len(fine)
    assert check(wrong, size) == [False] * len(wrong)
    assert check(wrong + fine, size) == [False] * len(wrong) + [True] * len(fine)


def test_columns_that_begin_elsewhere():
    texts = pa.array(["x", None, encode(b"\x07" * 32), "", encode(b"\x08" * 32)], pa.string())
    assert decodes_to(texts[1:], 32).tolist() == [True, True, False, True]
    assert decodes_to(texts[5:], 32).tolist() == []
    assert decodes_to(pa.nulls(2, pa.string()), 32).tolist() == [True, True]
    assert decodes_to(pa.array([], pa.string()), 32).tolist() == []


def test_real_addresses_and_signatures():
    addresses = [
        "So11111111111111111111111111111111111111112",
        "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
    ]
    assert check(addresses, 32) == [True, True]
    assert [decoded_length(address) for address in addresses] == [32, 32]
    assert decoded_length("0OIl") is None
