"""Types of columns, and columns under another name."""

import pyarrow as pa
import pytest

from pumploss.contract import Column, Table, Type

A = Column("a_count", Type.BIGINT, "A count")


def table(*columns: Column, **given) -> Table:
    return Table(**{"name": "t", "description": "", "columns": columns, "no_key_because": "a test", **given})


@pytest.mark.parametrize("kind", Type)
def test_every_type_is_the_same_in_spark_and_arrow(spark, kind):
    from pyspark.sql.pandas.types import to_arrow_schema

    stated = table(Column("x", kind, "")).spark_schema
    assert stated["x"].dataType.simpleString() == kind.spark
    found = to_arrow_schema(stated, timezone="UTC", prefers_large_types=False).field("x").type
    assert found == kind.arrow or (pa.types.is_list(found) and found.value_type == kind.arrow.value_type)


def test_a_renamed_column_keeps_kind_and_says_what_it_is():
    renamed = A.named("c_count", "Another count").optional()
    assert (renamed.name, renamed.type, renamed.description, renamed.nullable) == (
        "c_count",
        A.type,
        "Another count",
        True,
    )
    assert A.named("d_count").description == A.description
