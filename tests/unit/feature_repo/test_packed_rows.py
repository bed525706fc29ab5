"""What is packed comes out as it went in, to the last bit, and what was packed otherwise is not read."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feature_repo.packed_rows import Layout
from pumploss.contract import Column, Type
from pumploss.errors import ContractError

T = datetime(2026, 1, 10, tzinfo=UTC)
KINDS = {
    Type.DOUBLE: st.floats(allow_nan=False),
    Type.BIGINT: st.integers(-(2**63), 2**63 - 1),
    Type.INT: st.integers(-(2**31), 2**31 - 1),
    Type.BOOLEAN: st.booleans(),
    Type.TIMESTAMP: st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}
#: More than eight columns, so that the bits of what is missing need two bytes.
COLUMNS = tuple(Column(f"{kind.name.lower()}_{n}", kind, "A value", nullable=True) for n in range(2) for kind in KINDS)
LAYOUT = Layout(COLUMNS)
SCHEMA = pa.schema([(column.name, column.type.arrow) for column in COLUMNS])
rows = st.lists(st.fixed_dictionaries({c.name: st.none() | KINDS[c.type] for c in COLUMNS}), max_size=5)


@given(rows, st.permutations([column.name for column in COLUMNS]), st.integers(1, len(COLUMNS)))
def test_what_is_packed_comes_out_as_it_went_in(values, names, count):
    packed = LAYOUT.pack(pa.Table.from_pylist(values, schema=SCHEMA), T)
    assert [len(row) for row in packed] == [LAYOUT.size] * len(values)
    assert [LAYOUT.time_of(row) for row in packed] == [T] * len(values)
    asked = names[:count]
    assert LAYOUT.unpack(packed, asked) == pa.Table.from_pylist(values, schema=SCHEMA).select(asked)


@given(rows.filter(bool), st.integers(0, len(COLUMNS) - 1))
def test_a_row_of_another_layout_has_no_time(values, dropped):
    other = Layout(COLUMNS[:dropped] + COLUMNS[dropped + 1 :])
    (row, *_) = LAYOUT.pack(pa.Table.from_pylist(values, schema=SCHEMA), T)
    assert other.time_of(row) is None
    assert LAYOUT.time_of(row[:-1]) is None
    assert LAYOUT.time_of(None) is None


def test_columns_in_another_order_are_another_layout():
    assert Layout(COLUMNS[::-1]).digest != LAYOUT.digest


def test_what_does_not_fit_is_refused_by_name():
    with pytest.raises(ContractError, match=r"none for label \(STRING\)"):
        Layout((Column("label", Type.STRING, "A word"),))
