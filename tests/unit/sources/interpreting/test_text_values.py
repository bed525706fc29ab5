"""Compiled readers of text, against the standard library."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from sources.interpreting.text_values import MALFORMED, NULL, TOO_LARGE, UNSURE, VALUE, decimals, integers, utc_seconds
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


@pytest.mark.parametrize("is_iso", [True, False])
def test_every_kind_of_day_is_dated_as_python_dates_it(is_iso):
    start = datetime(1999, 12, 25, tzinfo=UTC)
    moments = [start + timedelta(days=3 * n, seconds=7_919 * n % 86_400) for n in range(14_000)]
    values, kinds = read(utc_seconds, [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in moments], is_iso)
    assert set(kinds) == {VALUE}
    assert values == [int(at.timestamp()) for at in moments]


@pytest.mark.parametrize(
    ("text", "iso", "spelled"),
    [
        ("2026-01-02 03:04:05.000 UTC", MALFORMED, VALUE),
        ("2026-01-02 03:04:05Z", MALFORMED, VALUE),
        ("2026-01-02T03:04:05.000000000Z", MALFORMED, VALUE),
        ("2026-01-02T03:04:05.0000000000Z", MALFORMED, MALFORMED),
        ("2026-01-02T03:04:05.Z", MALFORMED, MALFORMED),
        ("2026-01-02T03:04:05.100Z", MALFORMED, MALFORMED),
        ("2026-01-02T03:04:05 UT", MALFORMED, MALFORMED),
        ("2026-01-02T03:04:05", MALFORMED, MALFORMED),
        ("2026-02-29T00:00:00Z", MALFORMED, MALFORMED),
        ("2024-02-29T23:59:59Z", VALUE, VALUE),
        ("2100-02-29T00:00:00Z", MALFORMED, MALFORMED),
        ("2026-13-01T00:00:00Z", MALFORMED, MALFORMED),
        ("2026-00-10T00:00:00Z", MALFORMED, MALFORMED),
        ("2026-01-02T24:00:00Z", MALFORMED, MALFORMED),
        ("2026-01-02T23:60:00Z", MALFORMED, MALFORMED),
        ("2026-01-02T23:59:60Z", MALFORMED, MALFORMED),
        ("2O26-01-02T03:04:05Z", MALFORMED, MALFORMED),
        ("2026/01/02T03:04:05Z", MALFORMED, MALFORMED),
        (None, NULL, NULL),
    ],
)
def test_forms_of_time(text, iso, spelled):
    assert read(utc_seconds, [text], True)[1] == [iso]
    assert read(utc_seconds, [text], False)[1] == [spelled]
