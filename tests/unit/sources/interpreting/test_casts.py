import random
from decimal import Decimal

import pyarrow as pa
import pytest

from pumploss.money import AmountTextError
from sources.interpreting import casts


def read(cast, *texts, **more):
    column, faults, *_ = cast(pa.array(texts, pa.string()), **more)
    return column.to_pylist(), {row: str(reason) for row, reason in faults}


def test_integers():
    most = str(2**63 - 1)
    values, faults = read(
        casts.integers, "7", None, "-0", "007", most, "-" + most, str(2**63), "", "-", "1.0", "9" * 99
    )
    assert values == [7, None, 0, 7, 2**63 - 1, -(2**63 - 1), None, None, None, 1, None]
    assert faults == {6: "overflow", 7: "malformed", 8: "malformed", 10: "overflow"}


@pytest.mark.parametrize("text", ["0", "-5", "0012", str(2**63 - 1), "x", "", str(2**63), "1" * 9_000, "٣"])
def test_a_single_integer_is_what_a_column_says(text):
    (value,), faults = read(casts.integers, text)
    if not faults:
        assert casts.integer(text) == value
        return
    with pytest.raises(AmountTextError) as error:
        casts.integer(text)
    assert faults == {0: error.value.reason}


def test_amounts_in_base_units():
    values, faults = read(
        casts.units, "1.5", "-5e-06", "1e3", "0.0000001", "x", None, "1" * 40, "00.10", "1e-400", decimals=6
    )
    assert values == [1_500_000, -5, 10**9, None, None, None, None, 100_000, None]
    assert faults == {3: "precision", 4: "malformed", 6: "precision", 8: "precision"}


@pytest.mark.parametrize(
    ("text", "decimals", "units", "why"),
    [
        ("44693215.85487902", 6, 44693215854879, "a launch's first buy, two hundredths of a unit too much"),
        ("1.6969614039999998", 9, 1696961404, "one step of a float below"),
        ("0.30000000000000004", 9, 300000000, "0.1 + 0.2"),
        ("-0.30000000000000004", 9, -300000000, "a balance change of it"),
        ("2.0350000000000001e-05", 9, 20350, "with an exponent"),
        ("123456789.12345679", 6, 123456789123457, "pandas writes seventeen digits"),
        ("999999999999.12345679", 6, 999999999999123457, "more than a float holds: the nearest unit"),
        ("0.1000000000000000055511151231257827", 9, None, "thirty digits are no float's text"),
        ("0.02995530900000000123", 9, 29955309, "twenty digits, left to the slower reader"),
        ("0.0299553091", 9, None, "a tenth of a lamport is stated, not noise"),
        ("0.00000015", 6, None, "half a unit of very little"),
        ("1.0000000000000049", 6, 1000000, "within half a unit of the fifteenth digit"),
        ("1.0000000000000051", 6, None, "just beyond it"),
        ("1e-10", 9, None, "nothing would be left"),
        ("9223372036854.77580751", 6, 9223372036854775808, "does not fit"),
    ],
)
def test_floats_are_rounded_within_their_noise(text, decimals, units, why):
    if units is not None and units > 2**63 - 1:
        assert read(casts.units, text, decimals=decimals, sure_digits=15) == ([None], {0: "overflow"}), why
        return
    expected = ([units], {}) if units is not None else ([None], {0: "precision"})
    assert read(casts.units, text, decimals=decimals, sure_digits=15) == expected, why
    assert read(casts.units, text, decimals=decimals) == ([None], {0: "precision"}), "no noise is declared"


@pytest.mark.parametrize("sure_digits", [0, 15])
@pytest.mark.parametrize("text", ["2.0", "1e-07", "1E-6", "1.5e3", "0.000001", "00.10", "44693215.854879"])
def test_what_is_exact_is_never_called_rounded(text, sure_digits):
    cast = casts.units(pa.array([text]), 7, sure_digits)
    assert (cast.values.to_pylist(), cast.is_rounded) == ([int(Decimal(text) * 10**7)], None)


def test_the_slower_reader_rounds_as_the_compiled_one_does():
    rng = random.Random(3)
    texts = [repr(rng.randrange(1, 10**12) / 10**6 * rng.choice((1, 1 + 2e-16, 1 - 3e-16))) for _ in range(3_000)]
    texts = [text for text in texts if "e" not in text]
    fast = casts.units(pa.array(texts), 6, 15)
    assert fast.is_rounded is not None
    assert 100 < fast.is_rounded.sum() < 2_900
    padded = casts.units(pa.array([text + "0" * 20 for text in texts]), 6, 15)
    assert padded.values.equals(fast.values)


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("2.0", 2, "pandas, in a column with missing values"),
        ("324500001.0", 324500001, "a slot in such a column"),
        ("3.245e8", 324500000, "an exponent"),
        ("-0.0", 0, "zero with a sign"),
        ("9007199254740992.0", 2**53, "the last whole number of which a float is sure"),
        ("9007199254740994.0", "precision", "the next one could be another"),
        ("1e17", "precision", "so could this"),
        ("2.5", "malformed", "not whole"),
        ("1e-07", "malformed", "not whole"),
        ("2,0", "malformed", "no number"),
        ("1e400", "malformed", "no number of 64 bits"),
    ],
)
def test_whole_numbers_that_are_written_as_floats(text, value, why):
    cast = casts.integers(pa.array(["7", text]))
    if isinstance(value, int):
        assert (cast.values.to_pylist(), cast.faults, cast.is_float.tolist()) == ([7, value], [], [False, True]), why
    else:
        assert (cast.values.to_pylist(), cast.faults) == ([7, None], [(1, value)]), why


@pytest.mark.parametrize(
    ("text", "given", "fits", "why"),
    [
        ("1.5", 9, 9, "fits what is given"),
        ("1.0000000001", 9, 10, "ten places are no nine"),
        ("1.0000000001000", 9, 10, "zeros at the end say nothing"),
        ("1e-12", 6, 12, "places of an exponent"),
        ("20000000000.5", 9, 8, "as many as 64 bits hold"),
        ("-20000000000.5", 9, 8, "whatever the sign"),
        ("9223372036.854775807", 9, 9, "the most that nine can state"),
        ("9223372036.854775808", 9, 9, "one unit more has nine places itself: none fit"),
        ("10000000000000", 6, 6, "more than 64 bits of a coin that is taken for the curve's stays too much"),
        ("1e30", 9, 9, "fits none"),
        ("1e-19", 9, 9, "finer than any mint"),
        ("1.2.3", 9, 9, "no number"),
        (None, 9, 9, "nothing stated"),
    ],
)
def test_decimals_that_an_amount_fits(text, given, fits, why):
    decimals = casts.fitting(pa.array([text], pa.string()), pa.array([given], pa.int32()))
    assert decimals.to_pylist() == [fits], why


def test_noise_of_a_float_asks_for_no_more_decimals():
    amounts, six = pa.array(["44693215.85487902"]), pa.array([6], pa.int32())
    assert casts.fitting(amounts, six, 15).to_pylist() == [6]
    assert casts.fitting(amounts, six).to_pylist() == [8]


def test_decimals_that_are_missing_stay_so():
    assert casts.fitting(pa.array(["1.0000001"]), pa.array([None], pa.int32())).to_pylist() == [None]
