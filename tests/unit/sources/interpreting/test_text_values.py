"""Compiled readers of text, against the standard library."""

import random
from decimal import Decimal

import pyarrow as pa

from sources.interpreting.text_values import MALFORMED, NULL, TOO_LARGE, UNSURE, VALUE, decimals, integers
from sources.reading.text_columns import letters_of


def read(reader, texts, *more):
    values, kinds = reader(letters_of(pa.array(["x", *texts], pa.string()).slice(1)), *more)
    return values.tolist(), kinds.tolist()


def test_integers_are_what_python_says():
    rng = random.Random(1)
    numbers = [rng.randrange(-(10 ** rng.randrange(1, 22)), 10 ** rng.randrange(1, 22)) for _ in range(3_000)]
    values, kinds = read(integers, [str(number) for number in numbers])
    fits = [abs(number) < 2**63 for number in numbers]
    assert kinds == [VALUE if fit else TOO_LARGE for fit in fits]
    assert values == [number if fit else 0 for number, fit in zip(numbers, fits, strict=True)]


def test_what_is_no_integer():
    texts = ["", "-", "+1", " 1", "1 ", "1_0", "1.0", "--1", "1-", "x", "/", ":", None]
    assert read(integers, texts)[1] == [MALFORMED] * 12 + [NULL]


def test_decimals_are_exact_or_left_to_the_slower_reader():
    rng = random.Random(2)
    ends, powers = ("", ".", ".5", ".000", ".1234"), ("", "", "e3", "E-2", "e+01", "e-9")
    texts = [
        rng.choice(("", "-")) + str(rng.randrange(10 ** rng.randrange(1, 14))) + rng.choice(ends) + rng.choice(powers)
        for _ in range(3_000)
    ]
    values, kinds = read(decimals, texts, 6)
    exact = [Decimal(text) * 10**6 for text in texts]
    sure = [kind == VALUE for kind in kinds]
    assert sum(sure) > 2_000
    assert [value for value, is_sure in zip(values, sure, strict=True) if is_sure] == [
        value for value, is_sure in zip(exact, sure, strict=True) if is_sure
    ]
    odd = ["", ".", "-", "e5", "1e", "1e+", "1e123", "1.2.3", "1,5", "9" * 30, "0.0000001"]
    assert read(decimals, odd, 6)[1] == [UNSURE] * len(odd)
