"""What follows from a table's contract, and what contradicts it."""

import pyarrow as pa
import pytest

from pumploss.contract import Column, Table, Type

A = Column("a_count", Type.BIGINT, "A count")
B = Column("b_sol", Type.DOUBLE, "An amount", nullable=True)
DAY = Column("day", Type.DATE, "A day")
RUN = Column("run_id", Type.STRING, "A run")


def table(*columns: Column, **given) -> Table:
    return Table(**{"name": "t", "description": "", "columns": columns, "no_key_because": "a test", **given})


def test_schemas_follow_the_columns(spark):
    found = table(A, B, DAY)
    assert found.ddl == "a_count bigint, b_sol double, day date"
    assert found.arrow_schema == pa.schema([("a_count", pa.int64()), ("b_sol", pa.float64()), ("day", pa.date32())])
    assert [field.simpleString() for field in found.spark_schema] == ["a_count:bigint", "b_sol:double", "day:date"]


def test_every_difference_is_named_at_once():
    found = table(A, B, DAY).differences({"a_count": "int", "day": "date", "c": "string"})
    assert found == ["missing b_sol double", "unexpected c string", "a_count is int, not bigint"]
    assert table(A, B).differences({"b_sol": "double", "a_count": "bigint"}) == []


@pytest.mark.parametrize(
    "given",
    [
        {"columns": (A, A)},
        {"columns": (A,), "key": ("b_sol",)},
        {"columns": (A,), "partition_by": ("day",)},
        {"columns": (A,), "order_by": ("day",)},
        {"columns": (A,), "no_key_because": ""},
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(given):
    with pytest.raises(ValueError, match=r"^t: "):
        table(**given)


def test_added_columns_stand_before_volatile_and_partition_columns():
    found = table(A, RUN, DAY, partition_by=("day",)).with_columns(B)
    assert found.names == ["a_count", "b_sol", "run_id", "day"]
    assert found.day == "day"
