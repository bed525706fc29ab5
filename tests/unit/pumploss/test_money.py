"""Text amounts become exact integers, or say why they cannot."""

import pytest

from pumploss import money
from pumploss.money import AmountTextError, to_units


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("1.5", 9, 1_500_000_000),
        ("0.000000001", 9, 1),
        ("-2e-3", 6, -2_000),
        ("1E3", 0, 1_000),
        ("0", 9, 0),
        ("-0.0", 9, 0),
        ("1.500000000000", 6, 1_500_000),
        ("9223372036.854775807", 9, 2**63 - 1),
        ("9007199254740993", 0, 2**53 + 1),
    ],
)
def test_amounts_are_exact(text, decimals, units):
    assert to_units(text, decimals) == units


@pytest.mark.parametrize(
    ("text", "decimals", "reason"),
    [
        ("", 9, "malformed"),
        ("1,5", 9, "malformed"),
        ("NaN", 9, "malformed"),
        ("Infinity", 9, "malformed"),
        ("0.0000000001", 9, "precision"),
        ("1e-400", 9, "precision"),
        ("9223372036.854775808", 9, "overflow"),
        ("1e300", 9, "overflow"),
    ],
)
def test_what_cannot_be_exact_is_refused_with_its_reason(text, decimals, reason):
    with pytest.raises(AmountTextError) as caught:
        to_units(text, decimals)
    assert caught.value.reason == reason


def test_the_curve_starts_where_the_program_starts_it():
    assert money.INITIAL_VIRTUAL_SOL_LAMPORTS == 30_000_000_000
    assert money.CURVE_PRODUCT == 30_000_000_000 * 1_073_000_000_000_000
    assert money.INITIAL_REAL_TOKEN_UNITS < money.TOKEN_SUPPLY_UNITS < money.INITIAL_VIRTUAL_TOKEN_UNITS
