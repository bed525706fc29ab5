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
