"""Describes a table: typed columns, a key, a partition, an order inside files and checks; the rest is derived.

Heavy libraries are imported where they are used, because the catalog of tables must load fast.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pumploss.contract.check import Check, derived_checks
from pumploss.contract.column import Column

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType


@dataclass(frozen=True)
class Table:
    """Holds the contract of one table.

    `key` identifies a row; where none exists, `no_key_because` says why. The first partition column is the table's day.
    `split_by` is the cohort column by which the files of a large day are split, where the table has one.
    `is_reread` says that each day is read again for a month: its files are packed for reading then, not for size.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()
    split_by: str = ""
    order_by: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    no_key_because: str = ""
    is_reread: bool = False
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        named = {*self.key, *self.partition_by, *filter(None, [self.split_by]), *self.order_by}
        if len(self._by_name) != len(self.columns) or not named <= self._by_name.keys():
            raise ValueError(f"{self.name}: a column stands twice, or key, partition or order names none")
        if not self.key and not self.no_key_because:
            raise ValueError(f"{self.name}: a table without a key says why")

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def names(self) -> list[str]:
        """List the column names in contract order."""
        return list(self._by_name)

    @property
    def day(self) -> str:
        """Name the column that a day of this table is read and replaced by; empty for a table without days."""
        return self.partition_by[0] if self.partition_by else ""

    @property
    def ddl(self) -> str:
        """Write the Spark schema as a DDL string."""
        return ", ".join(f"{column.name} {column.type.spark}" for column in self.columns)

    @property
    def spark_schema(self) -> "StructType":
        """Return the Spark schema, every field nullable (nulls are a matter of the checks)."""
        return _parsed(self.ddl)

    @property
    def arrow_schema(self) -> "pa.Schema":
        """Return the Arrow schema, in contract order."""
        import pyarrow as pa

        return pa.schema([pa.field(column.name, column.type.arrow) for column in self.columns])

    @property
    def all_checks(self) -> tuple[Check, ...]:
        """List the checks that follow from key, nullability, types and units, then the table's own."""
        return (*derived_checks(self.columns, self.key), *self.checks)

    def with_columns(self, *columns: Column) -> "Table":
        """Copy the table with more columns before its volatile ones and those that files are laid out by."""
        tail = {*self.partition_by, self.split_by, *(c.name for c in self.columns if c.is_volatile)}
        head = tuple(column for column in self.columns if column.name not in tail)
        return replace(self, columns=(*head, *columns, *(c for c in self.columns if c.name in tail)))

    def differences(self, types: dict[str, Any]) -> list[str]:
        """List every way in which columns, given as name to Spark type string, differ from the contract."""
        missing = [f"missing {c.name} {c.type.spark}" for c in self.columns if c.name not in types]
        extra = [f"unexpected {name} {kind}" for name, kind in types.items() if name not in self._by_name]
        mistyped = [
            f"{c.name} is {types[c.name]}, not {c.type.spark}"
            for c in self.columns
            if c.name in types and types[c.name] != c.type.spark
        ]
        return missing + extra + mistyped


@cache
def _parsed(ddl: str) -> "StructType":
    """Parse a schema once: the engine does it, over its connection."""
    from pyspark.sql.types import StructType

    return cast("StructType", StructType.fromDDL(ddl))
