import random

import pyarrow as pa

from sources.parsing.line_digests import KEY, digests

MASK = 2**64 - 1


def turned(value, by):
    return ((value << by) | (value >> (64 - by))) & MASK


def siphash(key, message):
    """SipHash-2-4 with 128 bits, byte by byte after the paper."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [
        k0 ^ int.from_bytes(b"somepseu", "big"),
        k1 ^ int.from_bytes(b"dorandom", "big") ^ 0xEE,
        k0 ^ int.from_bytes(b"lygenera", "big"),
        k1 ^ int.from_bytes(b"tedbytes", "big"),
    ]

    def rounds(count):
        for _ in range(count):
            for a, b, first, second in ((0, 1, 13, 32), (2, 3, 16, 0), (0, 3, 21, 0), (2, 1, 17, 32)):
                v[a] = (v[a] + v[b]) & MASK
                v[b] = turned(v[b], first) ^ v[a]
                v[a] = turned(v[a], second) if second else v[a]

    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) % 256])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    halves = []
    for place, mark in ((2, 0xEE), (1, 0xDD)):
        v[place] ^= mark
        rounds(4)
        halves.append((v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little"))
    return b"".join(halves)


def message(values):
    """What is hashed of a row."""
    parts = []
    for value in values:
        raw = b"" if value is None else value.encode()
        length = b"\xff" * 4 if value is None else len(raw).to_bytes(4, "little")
        parts.append(length + raw + bytes(-(4 + len(raw)) % 8))
    return b"".join(parts)


def test_the_reference_is_siphash():
    """The first two of the authors' test vectors: a key of 0 to 15, no byte and a zero byte."""
    assert siphash(bytes(range(16)), b"").hex() == "a3817f04ba25a8e66df67214c7550293"
    assert siphash(bytes(range(16)), b"\0").hex() == "da87c1d86b99af44347659119b22fc45"


def columns(rows):
    return [pa.array([row[place] for row in rows], pa.string()) for place in range(len(rows[0]))]


def test_rows_are_hashed_as_described():
    rng = random.Random(1)
    texts = [None, "", *("x" * length + chr(rng.randrange(33, 0x3000)) for length in range(40))]
    rows = [[rng.choice(texts) for _ in range(6)] for _ in range(400)]
    found = digests(columns(rows), len(rows))
    assert found.to_pylist() == [siphash(KEY, message(row)).hex() for row in rows]
    found.validate(full=True)
    sliced = [column.slice(13, 100) for column in columns(rows)]
    assert digests(sliced, 100).to_pylist() == found.to_pylist()[13:113]


def test_rows_that_only_read_alike_differ():
    rows = [
        ("a", None),
        ("a", ""),
        (None, "a"),
        ("", "a"),
        ("a\0", ""),
        ("", "a\0"),
        ("\0a", ""),
        ("aa", ""),
        ("a", "a"),
    ]
    found = digests(columns(rows), len(rows)).to_pylist()
    assert len(set(found)) == len(rows)
    assert digests(columns([*rows, *rows]), 2 * len(rows)).to_pylist() == found * 2
