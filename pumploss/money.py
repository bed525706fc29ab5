"""Lamports and token base units: the constants of the market, and text amounts to exact integers."""

import re
from decimal import Context, Decimal, Inexact

LAMPORTS_PER_SOL = 1_000_000_000
SOL_DECIMALS = 9
PUMP_TOKEN_DECIMALS = 6

#: Reserves of a bonding curve before its first trade (pump program, `Global` account).
INITIAL_VIRTUAL_SOL_LAMPORTS = 30 * LAMPORTS_PER_SOL
INITIAL_VIRTUAL_TOKEN_UNITS = 1_073_000_000 * 10**PUMP_TOKEN_DECIMALS
INITIAL_REAL_TOKEN_UNITS = 793_100_000 * 10**PUMP_TOKEN_DECIMALS
TOKEN_SUPPLY_UNITS = 1_000_000_000 * 10**PUMP_TOKEN_DECIMALS
#: Tokens that the curve counts but never sells, and with INITIAL_VIRTUAL_SOL_LAMPORTS how far virtual reserves of the
#: standard curve are above real ones.
UNSOLD_TOKEN_UNITS = INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS
#: The invariant of the curve, lamports times base units.
CURVE_PRODUCT = INITIAL_VIRTUAL_SOL_LAMPORTS * INITIAL_VIRTUAL_TOKEN_UNITS

#: A million SOL, more than any pool of these coins holds: prices that are off by the unit must not overflow sums.
MOST_LAMPORTS = 1_000_000 * LAMPORTS_PER_SOL

#: The most SOL that the reserves of a line may state: more than there is, and sums with it fit 64 bits.
MOST_RESERVE_LAMPORTS = 10**18

INT64_MAX = 2**63 - 1

#: Plain or scientific ASCII notation; `Decimal` alone would also take `1_0` and digits of other scripts.
NUMBER = re.compile(r"[+-]?(?P<digits>[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
#: More digits than any amount has; what does not fit raises instead of being rounded.
_EXACT = Context(prec=400, traps=[Inexact])
_MAX_TEXT = 100


class AmountTextError(ValueError):
    """Text is not an amount; `reason` is `malformed`, `precision` or `overflow`."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text!r}")
        self.reason = reason


def to_units(text: str, decimals: int) -> int:
    """Whole units as text (`"1.5"`, `"-2e-3"`) to signed base units, exactly: nothing is rounded.

    Raises AmountTextError: `malformed` for what is not a plain number of up to 100 characters, `precision` for text
    finer than one base unit, `overflow` for what does not fit a signed 64-bit integer.
    """
    if len(text) > _MAX_TEXT or not NUMBER.fullmatch(text):
        raise AmountTextError("malformed", text)
    scaled = _EXACT.scaleb(Decimal(text), Decimal(decimals))
    if scaled.adjusted() > len(str(INT64_MAX)):
        raise AmountTextError("overflow", text)
    units = int(scaled)
    if units != scaled:
        raise AmountTextError("precision", text)
    if abs(units) > INT64_MAX:
        raise AmountTextError("overflow", text)
    return units
